//! A product as a store tells of it, and what that is as a listing.

use std::collections::BTreeSet;

use retail::listing::{
    Dimensions, ImageHash, Measure, ShopImage, ShopListing, ShopProductId, ShopVariant, Terms,
};
use retail::{Barcode, Money, ShopVariantId, Sku};
use rust_decimal::prelude::ToPrimitive as _;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::mark::Mark;
use crate::amount;
use crate::loose::{Members, Perhaps, Scalar};

/// To what part of a minor unit a price is read: what is smaller is the noise of somebody's sum.
const PRICE_DECIMALS: u32 = 6;

/// The fields that are used. A field that is missing, null or of an odd kind is none.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Product<'a> {
    pub(super) id: Scalar<'a>,
    name: Scalar<'a>,
    description: Scalar<'a>,
    enabled: Scalar<'a>,
    sku: Scalar<'a>,
    price: Scalar<'a>,
    quantity: Scalar<'a>,
    unlimited: Scalar<'a>,
    weight: Scalar<'a>,
    dimensions: Perhaps<Sizes<'a>>,
    attributes: Members<Attribute<'a>>,
    pub(super) options: Members<&'a RawValue>,
    pub(super) combinations: Members<Combination<'a>>,
    pub(super) media: Perhaps<Media<'a>>,
    external_reference_id: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Combination<'a> {
    pub(super) id: Scalar<'a>,
    pub(super) options: Members<Chosen<'a>>,
    sku: Scalar<'a>,
    price: Scalar<'a>,
    quantity: Scalar<'a>,
    unlimited: Scalar<'a>,
    weight: Scalar<'a>,
    dimensions: Perhaps<Sizes<'a>>,
    attributes: Members<Attribute<'a>>,
    pub(super) external_reference_id: Scalar<'a>,
    pub(super) out_of_stock_visibility_behaviour: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Chosen<'a> {
    pub(super) name: Scalar<'a>,
    pub(super) value: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Attribute<'a> {
    #[serde(rename = "type")]
    kind: Scalar<'a>,
    value: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Sizes<'a> {
    length: Scalar<'a>,
    width: Scalar<'a>,
    height: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Media<'a> {
    pub(super) images: Members<Image<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Image<'a> {
    pub(super) id: Scalar<'a>,
    order_by: Scalar<'a>,
    pub(super) is_main: Scalar<'a>,
    /// What we named it by when it was sent. The documents let it be written and do not say that it is told again.
    external_id: Scalar<'a>,
}

impl Image<'_> {
    pub(super) fn hash(&self) -> Option<ImageHash> {
        let mut hash = [0; 32];
        hex::decode_to_slice(self.external_id.as_str(), &mut hash).ok()?;
        Some(ImageHash(hash))
    }
}

impl Combination<'_> {
    pub(super) fn mark(&self) -> Option<Mark> {
        Mark::read(self.external_reference_id.as_str())
    }

    fn value(&self, option: &str) -> &str {
        let mut chosen = self.options.0.iter();
        let chosen = chosen.find(|chosen| chosen.name.text() == option);
        chosen.map_or("", |chosen| chosen.value.text())
    }

    /// The value of each of these options.
    pub(super) fn values(&self, options: &[Box<str>]) -> Vec<Box<str>> {
        let values = options.iter().map(|option| self.value(option).into());
        values.collect()
    }
}

impl Product<'_> {
    /// As a listing. `None`: it does not say which product it is.
    pub(super) fn listing(&self, terms: &Terms) -> Option<ShopListing> {
        let id = self.id.id()?;
        let options = self.option_names();
        let variants = match self.combinations.0.as_slice() {
            [] => vec![self.base(id, terms)?],
            combinations => (combinations.iter())
                .filter_map(|combination| variant(id, combination, &options, terms))
                .collect(),
        };
        Some(ShopListing {
            id: ShopProductId::new(id).ok()?,
            product: self.external_reference_id.as_str().parse().ok(),
            title: self.name.text().into(),
            description: self.description.text().into(),
            brand: attribute(&self.attributes, "BRAND").into(),
            is_on_sale: self.enabled.is_true(),
            options,
            variants,
            images: (self.images().into_iter())
                .filter(|image| !image.id.is_empty())
                .map(|image| ShopImage {
                    id: image.id.as_str().into(),
                    hash: image.hash(),
                })
                .collect(),
        })
    }

    /// In the order in which buyers see them.
    pub(super) fn images(&self) -> Vec<&Image<'_>> {
        let mut images: Vec<&Image<'_>> = self.media.0.images.0.iter().collect();
        images.sort_by_key(|image| {
            let place: Option<i64> = image.order_by.as_str().parse().ok();
            (!image.is_main.is_true(), place)
        });
        images
    }

    /// Those that tell variations apart. What a buyer may write or choose beside them is the merchant's.
    pub(super) fn option_names(&self) -> Vec<Box<str>> {
        let combinations = self.combinations.0.iter();
        let chosen = combinations.flat_map(|combination| combination.options.0.iter());
        let used: BTreeSet<&str> = chosen.map(|chosen| chosen.name.text()).collect();
        let options = self.options.0.iter().filter_map(|option| {
            let Named { name } = serde_json::from_str(option.get()).ok()?;
            used.contains(name.text()).then(|| name.text().into())
        });
        options.collect()
    }

    /// The one variant of a product that has no variations: the product itself. Its switch is the product's.
    fn base(&self, id: &str, terms: &Terms) -> Option<ShopVariant> {
        Some(ShopVariant {
            id: ShopVariantId::new(id).ok()?,
            stock_id: None,
            item: None,
            values: Vec::new(),
            sku: Sku::new(self.sku.as_str()).ok(),
            barcode: Barcode::new(attribute(&self.attributes, "UPC")).ok(),
            price: price(&self.price, terms),
            weight: measure(&self.weight),
            dimensions: dimensions(&self.dimensions.0),
            is_on_sale: true,
            image: None,
            quantity: quantity(&self.quantity, &self.unlimited),
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Named<'a> {
    name: Scalar<'a>,
}

/// What is not told of a variation is its product's, and counts as nothing of its own.
fn variant(
    product: &str,
    combination: &Combination<'_>,
    options: &[Box<str>],
    terms: &Terms,
) -> Option<ShopVariant> {
    let Combination {
        id,
        options: _,
        sku,
        price: own_price,
        quantity: left,
        unlimited,
        weight,
        dimensions: sizes,
        attributes,
        external_reference_id: _,
        out_of_stock_visibility_behaviour: _,
    } = combination;
    let mark = combination.mark();
    Some(ShopVariant {
        id: ShopVariantId::new(&format!("{product}:{}", id.id()?)).ok()?,
        stock_id: None,
        item: mark.as_ref().map(|mark| mark.item),
        values: combination.values(options),
        sku: Sku::new(sku.as_str()).ok(),
        barcode: Barcode::new(attribute(attributes, "UPC")).ok(),
        price: price(own_price, terms),
        weight: measure(weight),
        dimensions: dimensions(&sizes.0),
        is_on_sale: mark.is_none_or(|mark| mark.put_away.is_none()),
        image: None,
        quantity: quantity(left, unlimited),
    })
}

fn attribute<'a>(attributes: &'a Members<Attribute<'_>>, kind: &str) -> &'a str {
    let mut attributes = attributes.0.iter();
    let attribute = attributes.find(|attribute| attribute.kind.as_str() == kind);
    attribute.map_or("", |attribute| attribute.value.text())
}

fn price(number: &Scalar<'_>, terms: &Terms) -> Option<Money> {
    let number = number.as_str();
    let minor = amount::minor(number, terms.currency).filter(|_| !number.is_empty())?;
    let minor = minor.round_dp(PRICE_DECIMALS);
    let minor = minor.is_integer().then(|| minor.to_i64())??;
    Some(Money::new(minor, terms.currency))
}

fn measure(number: &Scalar<'_>) -> Option<Measure> {
    let thousandths = amount::decimal(number.as_str())?.checked_mul(1_000.into())?;
    amount::rounded(thousandths)?.try_into().ok().map(Measure)
}

fn dimensions(sizes: &Sizes<'_>) -> Option<Dimensions> {
    let Sizes {
        length,
        width,
        height,
    } = sizes;
    Some(Dimensions {
        length: measure(length)?,
        width: measure(width)?,
        height: measure(height)?,
    })
}

fn quantity(left: &Scalar<'_>, unlimited: &Scalar<'_>) -> Option<i64> {
    let left = amount::decimal(left.as_str())?;
    (!unlimited.is_true()).then(|| left.floor().to_i64())?
}

#[cfg(test)]
mod tests;
