//! What the store says of a product, as a listing. Pure.

use std::collections::BTreeMap;

use retail::listing::{Dimensions, Measure, ShopImage, ShopListing, ShopProductId, ShopVariant};
use retail::{Barcode, Currency, Money, ShopVariantId, Sku};
use rust_decimal::Decimal;
use serde::Deserialize;
use shop::amount;

use super::note::Note;
use crate::scalar::Scalar;
use crate::stand_in;

/// A product, as far as it is ours to compare. What is not there, and what is of another type, is nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Product<'a> {
    pub(super) id: Scalar<'a>,
    name: Scalar<'a>,
    description: Scalar<'a>,
    pub(super) brand_id: Scalar<'a>,
    is_visible: Scalar<'a>,
    /// `none`, `product` or `variant`.
    inventory_tracking: Scalar<'a>,
    /// The variant of a product that has no options.
    base_variant_id: Scalar<'a>,
    sku: Scalar<'a>,
    upc: Scalar<'a>,
    price: Scalar<'a>,
    weight: Scalar<'a>,
    depth: Scalar<'a>,
    width: Scalar<'a>,
    height: Scalar<'a>,
    inventory_level: Scalar<'a>,
    variants: Option<Vec<Variant<'a>>>,
    images: Option<Vec<Image<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Variant<'a> {
    id: Scalar<'a>,
    purchasing_disabled: Scalar<'a>,
    sku: Scalar<'a>,
    upc: Scalar<'a>,
    price: Scalar<'a>,
    weight: Scalar<'a>,
    depth: Scalar<'a>,
    width: Scalar<'a>,
    height: Scalar<'a>,
    inventory_level: Scalar<'a>,
    option_values: Option<Vec<OptionValue<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct OptionValue<'a> {
    option_id: Scalar<'a>,
    option_display_name: Scalar<'a>,
    label: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Image<'a> {
    id: Scalar<'a>,
    sort_order: Scalar<'a>,
}

/// What a product and a variant say alike.
struct Goods<'a> {
    sku: &'a Scalar<'a>,
    upc: &'a Scalar<'a>,
    price: &'a Scalar<'a>,
    weight: &'a Scalar<'a>,
    dimensions: [&'a Scalar<'a>; 3],
}

impl<'a> Product<'a> {
    fn goods(&'a self) -> Goods<'a> {
        Goods {
            sku: &self.sku,
            upc: &self.upc,
            price: &self.price,
            weight: &self.weight,
            dimensions: [&self.depth, &self.width, &self.height],
        }
    }
}

impl<'a> Variant<'a> {
    fn goods(&'a self) -> Goods<'a> {
        Goods {
            sku: &self.sku,
            upc: &self.upc,
            price: &self.price,
            weight: &self.weight,
            dimensions: [&self.depth, &self.width, &self.height],
        }
    }
}

/// `None`: it has no id, which no product has.
pub(super) fn listing(
    product: &Product<'_>,
    note: Option<&Note>,
    brands: &BTreeMap<u64, String>,
    currency: Currency,
) -> Option<ShopListing> {
    let id = ShopProductId::new(product.id.id()?).ok()?;
    let variants = product.variants.as_deref().unwrap_or_default();
    let options = options(variants);
    let images = images(product.images.as_deref().unwrap_or_default(), note);
    let context = Context {
        product,
        note,
        images: &images,
        currency,
    };
    let variants = if options.is_empty() {
        vec![context.only(variants.first())?]
    } else {
        let shown = variants.iter();
        shown
            .filter_map(|each| context.one_of(each, &options))
            .collect()
    };
    Some(ShopListing {
        id,
        product: note
            .map(|note| note.product)
            .or_else(|| stand_in::product(product.sku.as_str())),
        title: product.name.as_str().into(),
        description: product.description.as_written().into(),
        brand: number(&product.brand_id)
            .and_then(|id| brands.get(&id))
            .map_or("", String::as_str)
            .into(),
        is_on_sale: product.is_visible.is_true(),
        options: options.into_iter().map(|(_, name)| name).collect(),
        variants,
        images,
    })
}

/// Ids and names, in the order in which variants have them.
fn options(variants: &[Variant<'_>]) -> Vec<(u64, Box<str>)> {
    let mut options: Vec<(u64, Box<str>)> = Vec::new();
    for value in variants
        .iter()
        .filter_map(|each| each.option_values.as_deref())
        .flatten()
    {
        if let Some(id) = number(&value.option_id)
            && options.iter().all(|(known, _)| *known != id)
        {
            options.push((id, value.option_display_name.as_str().into()));
        }
    }
    options
}

/// As they are shown.
fn images(images: &[Image<'_>], note: Option<&Note>) -> Vec<ShopImage> {
    let mut rows: Vec<(i64, u64)> = images
        .iter()
        .filter_map(|image| Some((whole(&image.sort_order).unwrap_or(0), number(&image.id)?)))
        .collect();
    rows.sort_unstable();
    let ids: Vec<u64> = rows.iter().map(|(_, id)| *id).collect();
    let hashes = note.map(|note| note.hashes(&ids)).unwrap_or_default();
    let shown = ids.into_iter();
    shown
        .map(|id| ShopImage {
            id: id.to_string().into(),
            hash: hashes.get(&id).copied(),
        })
        .collect()
}

struct Context<'a> {
    product: &'a Product<'a>,
    note: Option<&'a Note>,
    images: &'a [ShopImage],
    currency: Currency,
}

impl Context<'_> {
    /// The variant of a product without options: what is said of it is said of the product.
    fn only(&self, shown: Option<&Variant<'_>>) -> Option<ShopVariant> {
        let product = self.product;
        let id = shown
            .and_then(|variant| number(&variant.id))
            .or_else(|| number(&product.base_variant_id))?;
        let is_by_product = product.inventory_tracking.as_str() == "product";
        let level = match product.inventory_tracking.as_str() {
            "product" => whole(&product.inventory_level),
            "variant" => shown.and_then(|variant| whole(&variant.inventory_level)),
            _ => None,
        };
        let variant = self.variant(id, &product.goods(), shown)?;
        Some(ShopVariant {
            stock_id: is_by_product.then(|| product.id.as_str().into()),
            quantity: level,
            ..variant
        })
    }

    fn one_of(&self, shown: &Variant<'_>, options: &[(u64, Box<str>)]) -> Option<ShopVariant> {
        let given = shown.option_values.as_deref().unwrap_or_default();
        let value = |option: u64| {
            let mut given = given.iter();
            let value = given.find(|value| number(&value.option_id) == Some(option));
            value.map_or("", |value| value.label.as_str()).into()
        };
        let is_counted = self.product.inventory_tracking.as_str() == "variant";
        let variant = self.variant(number(&shown.id)?, &shown.goods(), Some(shown))?;
        Some(ShopVariant {
            values: options.iter().map(|(id, _)| value(*id)).collect(),
            quantity: whole(&shown.inventory_level).filter(|_| is_counted),
            ..variant
        })
    }

    /// What is not said of the variant itself is as with its product.
    fn variant(
        &self,
        id: u64,
        goods: &Goods<'_>,
        shown: Option<&Variant<'_>>,
    ) -> Option<ShopVariant> {
        let product = self.product;
        let noted = self.note.and_then(|note| note.variants.get(&id));
        let sku = goods.sku.as_str();
        let price = [goods.price, &product.price];
        let price = price.into_iter().find(|price| !price.is_empty());
        let weight = measure(goods.weight).or_else(|| measure(&product.weight));
        Some(ShopVariant {
            id: ShopVariantId::new(&format!("{}:{id}", product.id.id()?)).ok()?,
            stock_id: None,
            item: noted.map(|(item, _)| *item).or_else(|| stand_in::item(sku)),
            values: Vec::new(),
            sku: Sku::new(sku).ok().filter(|_| !stand_in::is(sku)),
            barcode: Barcode::new(goods.upc.as_str()).ok(),
            price: price.and_then(|price| money(price, self.currency)),
            weight,
            dimensions: dimensions(goods).or_else(|| dimensions(&product.goods())),
            is_on_sale: shown.is_none_or(|variant| !variant.purchasing_disabled.is_true()),
            image: noted
                .and_then(|(_, image)| image.map(|id| id.to_string().into()))
                .filter(|id| self.images.iter().any(|image| image.id == *id)),
            quantity: None,
        })
    }
}

pub(super) fn number(text: &Scalar<'_>) -> Option<u64> {
    text.id()?.parse().ok()
}

fn whole(text: &Scalar<'_>) -> Option<i64> {
    amount::rounded(decimal(text)?.floor())
}

/// Exact, or nothing.
fn money(text: &Scalar<'_>, currency: Currency) -> Option<Money> {
    let scale = Decimal::from(10_i64.checked_pow(currency.decimals())?);
    let minor = decimal(text)?.checked_mul(scale)?;
    let minor = minor.is_integer().then(|| amount::rounded(minor))??;
    Some(Money::new(minor, currency))
}

fn measure(text: &Scalar<'_>) -> Option<Measure> {
    let thousandths = amount::rounded(decimal(text)?.checked_mul(Decimal::ONE_THOUSAND)?)?;
    u64::try_from(thousandths).ok().map(Measure)
}

/// Zeros are what the store says of a parcel that nobody measured.
fn dimensions(goods: &Goods<'_>) -> Option<Dimensions> {
    let [length, width, height] = goods.dimensions;
    let (length, width, height) = (measure(length)?, measure(width)?, measure(height)?);
    let is_measured = [length, width, height]
        .iter()
        .any(|each| *each != Measure(0));
    is_measured.then_some(Dimensions {
        length,
        width,
        height,
    })
}

fn decimal(text: &Scalar<'_>) -> Option<Decimal> {
    let text = text.as_str();
    amount::decimal(text).or_else(|| Decimal::from_scientific(text).ok())
}

#[cfg(test)]
mod tests {
    use retail::{ItemId, ProductId};
    use uuid::Uuid;

    use super::*;

    fn shown(json: &str, note: Option<&Note>) -> ShopListing {
        let product: Product<'_> = serde_json::from_str(json).unwrap();
        let brands = BTreeMap::from([(5, "Lin".to_owned())]);
        listing(&product, note, &brands, Currency::EUR).unwrap()
    }

    #[test]
    fn a_product_without_options_is_one_variant_with_what_is_said_of_the_product() {
        let listing = shown(
            r#"{"id":77,"name":"Tee","description":" <p>x</p> ","brand_id":5,"is_visible":true,
                "inventory_tracking":"product","inventory_level":4,"sku":"TEE","upc":"","price":19.9,
                "weight":0.3,"width":0,"height":0,"depth":0,"base_variant_id":509,"new":{"field":[1]},
                "variants":[{"id":509,"sku":"TEE","price":null,"option_values":[]}],"images":null}"#,
            None,
        );
        let [variant] = listing.variants.as_slice() else {
            panic!("{listing:?}");
        };
        assert_eq!(variant.id.as_str(), "77:509", "as orders name it");
        assert_eq!(variant.price, Some(Money::new(1_990, Currency::EUR)));
        assert_eq!(variant.weight, Some(Measure(300)));
        assert_eq!((variant.dimensions, variant.quantity), (None, Some(4)));
        assert_eq!(variant.stock_id.as_deref(), Some("77"));
        assert_eq!(&*listing.description, " <p>x</p> ");
        assert_eq!((&*listing.brand, listing.is_on_sale), ("Lin", true));
    }

    #[test]
    fn what_a_variant_does_not_say_is_as_with_its_product() {
        let listing = shown(
            r#"{"id":"77","name":"Tee","is_visible":false,"inventory_tracking":"variant","price":20,
                "weight":"0.5","variants":[
                {"id":1,"sku":"S","price":null,"weight":null,"inventory_level":3,"option_values":
                [{"option_id":9,"id":4,"option_display_name":"Size","label":"S"}]},
                {"id":2,"sku":"L","price":20.005,"weight":0.6,"purchasing_disabled":true,"option_values":
                [{"option_id":9,"id":5,"option_display_name":"Size","label":"L"}]}]}"#,
            None,
        );
        assert_eq!(listing.options, ["Size".into()]);
        let [small, large] = listing.variants.as_slice() else {
            panic!("{listing:?}");
        };
        assert_eq!(small.price, Some(Money::new(2_000, Currency::EUR)));
        assert_eq!(
            (small.weight, small.quantity),
            (Some(Measure(500)), Some(3))
        );
        assert_eq!((&*small.values[0], small.is_on_sale), ("S", true));
        assert_eq!(large.price, None, "no money of the shop's currency");
        assert_eq!((large.weight, large.quantity), (Some(Measure(600)), None));
        assert!(!large.is_on_sale);
    }

    #[test]
    fn whatever_a_store_says_of_a_product_is_read() {
        let whole: serde_json::Value = serde_json::json!({
            "id": 77, "name": "Tee", "description": "x", "brand_id": 5, "is_visible": true,
            "inventory_tracking": "variant", "inventory_level": 4, "sku": "TEE", "upc": "1",
            "price": 19.9, "weight": 0.3, "width": 1, "height": 1, "depth": 1,
            "base_variant_id": null, "images": [{"id": 3, "sort_order": 0}],
            "variants": [{"id": 509, "sku": "TEE", "price": 1, "inventory_level": 2,
                "option_values": [{"option_id": 1, "option_display_name": "Size", "label": "S"}]}],
        });
        let odd = [
            "null", "\"\"", "\"x\"", "-1", "1e999", "1.5", "true", "{}", "[[]]",
        ];
        for field in whole
            .as_object()
            .unwrap()
            .keys()
            .filter(|field| *field != "id")
        {
            for value in odd {
                let mut changed = whole.to_string();
                let was = format!("\"{field}\":{}", whole[field]);
                changed = changed.replacen(&was, &format!("\"{field}\":{value}"), 1);
                let is_list = field == "variants" || field == "images";
                let Ok(product) = serde_json::from_str::<Product<'_>>(&changed) else {
                    assert!(is_list, "{field} {value}");
                    continue;
                };
                let read = listing(&product, None, &BTreeMap::new(), Currency::EUR);
                let has_variant = read.is_some_and(|read| !read.variants.is_empty());
                assert!(has_variant || is_list, "{field} {value}");
            }
        }
    }

    #[test]
    fn r_10_a_stand_in_says_whose_it_is_and_is_no_sku() {
        let item = ItemId::new(Uuid::from_u128(3));
        let product = ProductId::new(Uuid::from_u128(4));
        let listing = shown(
            &format!(
                r#"{{"id":77,"sku":"{}","variants":[{{"id":1,"sku":"{}","option_values":
                [{{"option_id":9,"option_display_name":"Size","label":"S"}}]}}]}}"#,
                stand_in::of_product(product),
                stand_in::of_item(item),
            ),
            None,
        );
        assert_eq!(listing.product, Some(product));
        assert_eq!(listing.variants[0].item, Some(item));
        assert_eq!(listing.variants[0].sku, None);
    }
}
