//! Variants that come, change and go.

use retail::listing::{ShopListing, Variant, VariantChange, VariantFields};
use retail::{ItemId, ShopVariantId};
use serde::Deserialize;
use serde_json::{Value, json};
use shop::push::PushReason;

use crate::id::Id;

use super::super::input::{ImageIds, added_variant, changed_variant};
use super::super::listing::Note;
use super::super::operation::{
    PUBLISH, UNPUBLISH, VARIANTS_CREATE, VARIANTS_DELETE, VARIANTS_UPDATE,
};
use super::super::read;
use super::super::stop::{Stop, UserError};
use super::super::teller::{Teller, not_as_documented};
use super::gid;

/// Most variants of one request.
const AT_ONCE: usize = 250;

/// A variant that is in the shop now, and what its stock is known by.
type Added = (ItemId, ShopVariantId, Option<Box<str>>);

pub(super) struct Told<'a> {
    pub(super) teller: Teller<'a>,
    /// Its gid.
    pub(super) product: &'a str,
    /// As they are called now.
    pub(super) options: &'a [Box<str>],
    /// Values for options that are to go.
    pub(super) fill: Vec<(Box<str>, Box<str>)>,
    pub(super) images: &'a ImageIds,
}

impl Told<'_> {
    /// What was added.
    pub(super) async fn apply(&self, changes: &[VariantChange]) -> Result<Vec<Added>, Stop> {
        let (mut add, mut set, mut remove) = (Vec::new(), Vec::new(), Vec::new());
        for change in changes {
            match change {
                VariantChange::Add(variant) => add.push(variant),
                VariantChange::Set {
                    id,
                    item: _,
                    fields,
                } => set.push((id, fields)),
                VariantChange::Remove(id) => remove.push(id),
            }
        }
        // What somebody takes off sale is not sold while the rest is told.
        self.publish(&set, false).await?;
        self.set(&set).await?;
        let mut added = Vec::with_capacity(add.len());
        for some in add.chunks(AT_ONCE) {
            added.extend(self.add(some).await?);
        }
        self.remove(&remove).await?;
        self.publish(&set, true).await?;
        Ok(added)
    }

    async fn add(&self, variants: &[&Variant]) -> Result<Vec<Added>, Stop> {
        if !variants.is_empty() {
            self.teller.ensure_notes().await?;
        }
        let told = self.create(variants).await?;
        if !told.errors.iter().any(is_there) {
            return Self::made(self.teller.done(told, self.product).await?);
        }
        // Some were made before, and the answer was lost: they say whose they are.
        let shop = self.read().await?;
        let mut added: Vec<Added> = shop
            .variants
            .into_iter()
            .filter_map(|found| {
                let item = found.item?;
                let is_meant = variants.iter().any(|variant| variant.item == item);
                is_meant.then_some((item, found.id, found.stock_id))
            })
            .collect();
        let is_left = |variant: &&&Variant| added.iter().all(|(item, ..)| *item != variant.item);
        let left: Vec<&Variant> = variants.iter().filter(is_left).copied().collect();
        if !left.is_empty() {
            let told = self.create(&left).await?;
            added.extend(Self::made(self.teller.done(told, self.product).await?)?);
        }
        Ok(added)
    }

    async fn create(&self, variants: &[&Variant]) -> Result<super::super::teller::Told, Stop> {
        let unit = self.teller.terms()?.weight;
        let input = |variant: &&Variant| {
            added_variant(variant, self.options, &self.fill, self.images, unit)
        };
        let variants: Vec<Value> = variants.iter().map(input).collect();
        let told = json!({ "productId": self.product, "variants": variants });
        Ok(self.teller.tell(&VARIANTS_CREATE, told).await?)
    }

    fn made(answer: Value) -> Result<Vec<Added>, Stop> {
        let Created { product_variants } =
            serde_json::from_value(answer).map_err(|_| not_as_documented())?;
        let made = product_variants.into_iter().map(|made| {
            let item = made.note?.value.parse().ok()?;
            let id = ShopVariantId::new(made.id.as_str()).ok()?;
            Some((item, id, Some(made.inventory_item.id.as_str().into())))
        });
        let made: Option<Vec<Added>> = made.collect();
        Ok(made.ok_or_else(not_as_documented)?)
    }

    async fn set(&self, variants: &[(&ShopVariantId, &VariantFields)]) -> Result<(), Stop> {
        let unit = self.teller.terms()?.weight;
        let mut told = Vec::new();
        for (id, fields) in variants {
            let number = number(id)?;
            if fields
                .image
                .is_some_and(|hash| !self.images.contains_key(&hash))
            {
                return Err(Stop::refused(
                    PushReason::Image,
                    "a variant's image is not there",
                ));
            }
            told.extend(changed_variant(
                number.as_str(),
                fields,
                self.options,
                self.images,
                unit,
            ));
        }
        for some in told.chunks(AT_ONCE) {
            let told = json!({ "productId": self.product, "variants": some });
            self.teller
                .must(&VARIANTS_UPDATE, told, self.product)
                .await?;
        }
        Ok(())
    }

    /// Where nobody says otherwise a variant is on sale with its product.
    async fn publish(
        &self,
        variants: &[(&ShopVariantId, &VariantFields)],
        is_on_sale: bool,
    ) -> Result<(), Stop> {
        let operation = if is_on_sale { &PUBLISH } else { &UNPUBLISH };
        for (id, fields) in variants {
            if fields.is_on_sale != Some(is_on_sale) {
                continue;
            }
            let variant = gid("ProductVariant", number(id)?.as_str());
            let publication = self.teller.online_store().await?;
            let told = json!({ "id": variant, "input": [{ "publicationId": publication }] });
            self.teller.must(operation, told, &variant).await?;
        }
        Ok(())
    }

    /// Those that are there still.
    async fn remove(&self, variants: &[&ShopVariantId]) -> Result<(), Stop> {
        let numbers = variants.iter().filter_map(|id| Id::new(id.as_str()));
        let gids: Vec<String> = numbers
            .map(|id| gid("ProductVariant", id.as_str()))
            .collect();
        for some in gids.chunks(AT_ONCE) {
            let there = self.teller.existing(some).await?;
            if there.is_empty() {
                continue;
            }
            let told = json!({ "productId": self.product, "variantsIds": there });
            self.teller
                .must(&VARIANTS_DELETE, told, self.product)
                .await?;
        }
        Ok(())
    }

    async fn read(&self) -> Result<ShopListing, Stop> {
        let id = Id::new(self.product).ok_or(Stop::Missing)?;
        read::one(self.teller, id.as_str()).await
    }
}

fn number(id: &ShopVariantId) -> Result<Id, Stop> {
    Id::new(id.as_str()).ok_or(Stop::Missing)
}

/// By its values, which no two variants share, or by its note, which is unique in the shop.
fn is_there(error: &UserError) -> bool {
    [
        "VARIANT_ALREADY_EXISTS",
        "VARIANT_ALREADY_EXISTS_CHANGE_OPTION_VALUE",
    ]
    .iter()
    .any(|code| error.is(code))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Created {
    product_variants: Vec<Made>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    id: Id,
    note: Option<Note>,
    inventory_item: Reference,
}

#[derive(Deserialize)]
struct Reference {
    id: Id,
}
