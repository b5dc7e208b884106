//! What one row comes to for the variations of its product.

use std::collections::HashMap;

use retail::listing::{Ownership, ShopVariant, Variant, VariantChange, VariantFields};
use retail::{ItemId, ShopVariantId};
use shop::FetchError;
use shop::push::{Changed, Outcome};

use super::look::Looked;
use super::{Work, free};
use crate::push::ask::{Asker, number};
use crate::push::batch::{self, Verb, batch};
use crate::push::note;
use crate::push::raw::{RawAttribute, RawVariation, noted};
use crate::push::read::{read_rows, variations};
use crate::push::refusal::outcome;
use crate::push::request::{self, Body};
use crate::push::trash::trash;

/// Changes what is there, adds what is not, and then moves to the trash what is no longer wanted. What the shop refuses
/// holds up no other variation.
pub(super) async fn change(
    asker: &Asker<'_>,
    work: &mut Work<'_>,
    looked: &Looked,
) -> Result<Outcome<Changed>, FetchError> {
    if !work.plan.shape.has_variations() {
        return Ok(Outcome::Done(std::mem::take(&mut work.changed)));
    }
    let found = looked.product(work.id)?;
    let attributes = found.as_ref().map_or(&[][..], |found| &found.attributes.0);
    let mut told = Told::default();
    let added = added(work);
    let mut there = HashMap::new();
    if !added.is_empty() {
        match of_ours(asker, work.id).await? {
            Some(known) => there = known,
            None => return Ok(Outcome::Missing),
        }
    }
    let freed = freed(work, &added);
    free::free(asker, work.id, freed.into_iter()).await?;
    let path = format!("products/{}/variations/batch", work.id);

    let mut updates = updates(work, attributes, &mut told);
    let mut creates = Vec::new();
    for variant in added {
        match there.get(&variant.item) {
            Some(id) => updates.push(again(work, variant, id, attributes)),
            None => creates.push((variant.item, created(work, variant, attributes))),
        }
    }
    let bodies: Vec<Body> = updates.iter().map(|(_, body)| body.clone()).collect();
    let rows = batch(asker, &path, Verb::Update, &bodies).await?;
    for ((item, _), row) in updates.into_iter().zip(rows) {
        told.take(item, row)?;
    }
    let bodies: Vec<Body> = creates.iter().map(|(_, body)| body.clone()).collect();
    let rows = batch(asker, &path, Verb::Create, &bodies).await?;
    for ((item, _), row) in creates.into_iter().zip(rows) {
        told.take(Some(item), row)?;
    }
    for variant in &work.plan.row.change.variants {
        if let VariantChange::Remove(id) = variant
            && let Some(id) = number(id.as_str())
        {
            let path = format!("products/{}/variations/{id}", work.id);
            told.note(trash(asker, &path).await?);
        }
    }
    work.changed.variants.append(&mut told.variants);
    Ok(match told.trouble {
        Some(trouble) => trouble,
        None => Outcome::Done(std::mem::take(&mut work.changed)),
    })
}

/// What the shop said so far.
#[derive(Default)]
struct Told {
    variants: Vec<(ItemId, ShopVariantId, Option<Box<str>>)>,
    /// The first.
    trouble: Option<Outcome<Changed>>,
}

impl Told {
    /// `item`: whose id the caller does not know yet.
    fn take(&mut self, item: Option<ItemId>, row: batch::Row) -> Result<(), FetchError> {
        let bytes = match row {
            Ok(bytes) => bytes,
            Err(fault) => {
                self.note(outcome(fault));
                return Ok(());
            }
        };
        let variation: RawVariation<'_> = batch::read(&bytes)?;
        if variation.status.as_str() == "trash" {
            self.note(Outcome::Missing);
        }
        let id = variation.id.id().and_then(|id| ShopVariantId::new(id).ok());
        self.variants
            .extend(item.zip(id).map(|(item, id)| (item, id, None)));
        Ok(())
    }

    fn note(&mut self, outcome: Outcome<()>) {
        let trouble = match outcome {
            Outcome::Done(()) => None,
            Outcome::Missing => Some(Outcome::Missing),
            Outcome::Refused(refusal) => Some(Outcome::Refused(refusal)),
        };
        self.trouble = self.trouble.take().or(trouble);
    }
}

/// Variants that the shop is not known to have a variation for. What was the product itself until now is one of them.
fn added<'a>(work: &Work<'a>) -> Vec<&'a Variant> {
    let row = work.plan.row;
    let is_product = |id: &ShopVariantId| id.as_str() == row.shop.id.as_str();
    let all = row
        .change
        .variants
        .iter()
        .filter_map(|variant| match variant {
            VariantChange::Add(variant) => Some(variant),
            VariantChange::Set { id, item, .. } if is_product(id) => row
                .wanted
                .variants
                .iter()
                .find(|wanted| wanted.item == *item),
            VariantChange::Set { .. } | VariantChange::Remove(_) => None,
        });
    all.collect()
}

/// The variations that say they are one of our items. `None`: there is no such product.
async fn of_ours(
    asker: &Asker<'_>,
    product: u64,
) -> Result<Option<HashMap<ItemId, String>>, FetchError> {
    let Some(rows) = variations(asker, &product.to_string()).await? else {
        return Ok(None);
    };
    let rows: Vec<RawVariation<'_>> = read_rows::<RawVariation<'_>>(&rows)?;
    let pair = |row: &RawVariation<'_>| {
        let item = noted(&row.meta_data.0, note::ITEM).parse().ok()?;
        Some((item, row.id.id()?.to_owned()))
    };
    Ok(Some(rows.iter().filter_map(pair).collect()))
}

/// What is to go and has a SKU or barcode that another is to have.
fn freed<'a>(work: &Work<'a>, added: &[&Variant]) -> Vec<&'a ShopVariant> {
    let row = work.plan.row;
    let is_wanted = |gone: &&ShopVariant| {
        let by_set = row.change.variants.iter().any(|variant| match variant {
            VariantChange::Set { fields, .. } => {
                fields
                    .sku
                    .as_ref()
                    .is_some_and(|sku| sku.is_some() && *sku == gone.sku)
                    || (fields.barcode.as_ref())
                        .is_some_and(|code| code.is_some() && *code == gone.barcode)
            }
            VariantChange::Add(_) | VariantChange::Remove(_) => false,
        });
        by_set
            || added.iter().any(|variant| {
                (variant.sku.is_some() && variant.sku == gone.sku)
                    || (variant.barcode.is_some() && variant.barcode == gone.barcode)
            })
    };
    let gone = row.shop.variants.iter().filter(|known| {
        let removed = |variant: &VariantChange| match variant {
            VariantChange::Remove(id) => *id == known.id,
            VariantChange::Set { .. } | VariantChange::Add(_) => false,
        };
        row.change.variants.iter().any(removed)
    });
    gone.filter(is_wanted).collect()
}

/// One body for each variation that differs, with the item that is news to the caller: of these none.
fn updates(
    work: &Work<'_>,
    attributes: &[RawAttribute<'_>],
    told: &mut Told,
) -> Vec<(Option<ItemId>, Body)> {
    let row = work.plan.row;
    let mut all = Vec::new();
    for variant in &row.change.variants {
        let VariantChange::Set { id, item, fields } = variant else {
            continue;
        };
        if id.as_str() == row.shop.id.as_str() {
            continue;
        }
        let Some(number) = number(id.as_str()) else {
            told.note(Outcome::Missing);
            continue;
        };
        let own = (fields.values.as_ref())
            .map(|values| request::own_attributes(&row.wanted.options, values, attributes));
        let mut body = request::variation(*item, fields, &work.plan.images, own);
        if !body.is_empty() {
            body.insert("id".to_owned(), number.into());
            all.push((None, body));
        }
    }
    all
}

/// It was made before, and nobody heard of it.
fn again(
    work: &Work<'_>,
    variant: &Variant,
    id: &str,
    attributes: &[RawAttribute<'_>],
) -> (Option<ItemId>, Body) {
    let options = &work.plan.row.wanted.options;
    let own = request::own_attributes(options, &variant.values, attributes);
    let fields = VariantFields {
        is_on_sale: Some(variant.is_on_sale),
        ..request::all_of(variant, &Ownership::default())
    };
    let mut body = request::variation(variant.item, &fields, &work.plan.images, Some(own));
    body.insert("id".to_owned(), request::number(id));
    (Some(variant.item), body)
}

fn created(work: &Work<'_>, variant: &Variant, attributes: &[RawAttribute<'_>]) -> Body {
    let options = &work.plan.row.wanted.options;
    let own = request::own_attributes(options, &variant.values, attributes);
    let fields = request::all_of(variant, &Ownership::default());
    request::new_variation(variant, &fields, &work.plan.images, own)
}
