//! What a shop shows, in our words. Pure.

use retail::listing::{
    Dimensions, Measure, ShopImage, ShopListing, ShopProductId, ShopVariant, Terms,
};
use retail::{Barcode, ItemId, Money, ShopVariantId, Sku};
use rust_decimal::Decimal;
use shop::amount;

use super::note::{self, Spot};
use super::raw::{RawAttribute, RawDimensions, RawImage, RawMeta, RawProduct, RawVariation, noted};
use crate::loose::Scalar;
use crate::text;

/// A product with its variations. `None`: a row without an id, or in the trash.
///
/// One without variations is its own variant. Whether product and variant are on sale is its status then: published both,
/// private the product alone, a draft the variant alone, pending neither.
pub(super) fn listing(
    product: &RawProduct<'_>,
    variations: &[RawVariation<'_>],
    terms: &Terms,
) -> Option<ShopListing> {
    let status = product.status.as_str();
    if status == "trash" {
        return None;
    }
    let is_variable = product.is_variable();
    let options: Vec<&RawAttribute<'_>> = if is_variable {
        (product.attributes.0.iter())
            .filter(|attribute| !attribute.variation.is_empty())
            .collect()
    } else {
        Vec::new()
    };
    let images = images(&product.images.0, &product.meta_data.0);
    let variants = if is_variable {
        (variations.iter())
            .filter_map(|variation| variant(product, variation, &options, terms))
            .collect()
    } else {
        vec![only_variant(product, &images, terms)?]
    };
    Some(ShopListing {
        id: ShopProductId::new(product.id.id()?).ok()?,
        product: noted(&product.meta_data.0, note::PRODUCT).parse().ok(),
        title: text::unescaped(product.name.as_str()).into(),
        description: product.description.as_str().into(),
        brand: (product.brands.0.first())
            .map(|brand| text::unescaped(brand.name.as_str()).into())
            .unwrap_or_default(),
        is_on_sale: match status {
            "publish" => true,
            "private" => !is_variable,
            _ => false,
        },
        options: (options.iter())
            .map(|option| text::unescaped(option.name.as_str()).into())
            .collect(),
        variants,
        images,
    })
}

fn only_variant(
    product: &RawProduct<'_>,
    images: &[ShopImage],
    terms: &Terms,
) -> Option<ShopVariant> {
    Some(ShopVariant {
        id: ShopVariantId::new(product.id.id()?).ok()?,
        stock_id: None,
        item: item(&product.meta_data.0),
        values: Vec::new(),
        sku: sku(&product.sku),
        barcode: barcode(&product.global_unique_id),
        price: price(&product.regular_price, terms),
        weight: measure(&product.weight),
        dimensions: dimensions(&product.dimensions.0),
        is_on_sale: !matches!(product.status.as_str(), "private" | "pending"),
        image: images.first().map(|image| image.id.clone()),
        quantity: quantity(&product.manage_stock, &product.stock_quantity),
    })
}

fn variant(
    product: &RawProduct<'_>,
    variation: &RawVariation<'_>,
    options: &[&RawAttribute<'_>],
    terms: &Terms,
) -> Option<ShopVariant> {
    let status = variation.status.as_str();
    if status == "trash" {
        return None;
    }
    Some(ShopVariant {
        id: ShopVariantId::new(variation.id.id()?).ok()?,
        stock_id: None,
        item: item(&variation.meta_data.0),
        values: (options.iter())
            .map(|option| value(option, &variation.attributes.0))
            .collect(),
        sku: sku(&variation.sku),
        barcode: barcode(&variation.global_unique_id),
        price: price(&variation.regular_price, terms),
        weight: measure(&variation.weight),
        dimensions: dimensions(&variation.dimensions.0),
        is_on_sale: status == "publish",
        image: variation.image.0.id.id().map(Into::into),
        quantity: match variation.manage_stock.as_str() {
            "parent" => quantity(&product.manage_stock, &product.stock_quantity),
            _ => quantity(&variation.manage_stock, &variation.stock_quantity),
        },
    })
}

/// Whether two names of options are one: the shop's screens show them in whatever case they were first written.
pub(super) fn is_same_name(one: &str, other: &str) -> bool {
    text::unescaped(one).to_lowercase() == text::unescaped(other).to_lowercase()
}

fn value(option: &RawAttribute<'_>, of: &[RawAttribute<'_>]) -> Box<str> {
    let found = of.iter().find(|own| match option.id.id() {
        Some(id) => own.id.id() == Some(id),
        None => is_same_name(own.name.as_str(), option.name.as_str()),
    });
    let value = found.map(|own| text::unescaped(own.option.as_str()));
    value.unwrap_or_default().into()
}

/// With the hash of what each was made from, where that is noted.
pub(super) fn images(images: &[RawImage<'_>], meta_data: &[RawMeta<'_>]) -> Vec<ShopImage> {
    let known = note::read_images(noted(meta_data, note::IMAGES));
    let ids: Vec<&str> = images.iter().filter_map(|image| image.id.id()).collect();
    let hash = |here: usize, id: &str| {
        let by_id = known.iter().find(|(spot, _)| *spot == Spot::Id(id.into()));
        let of = ids.len();
        let by_place = || {
            let spot = Spot::Place { place: here, of };
            known.iter().find(|(known, _)| *known == spot)
        };
        by_id.or_else(by_place).map(|(_, hash)| *hash)
    };
    (ids.iter().enumerate())
        .map(|(here, id)| ShopImage {
            id: (*id).into(),
            hash: hash(here, id),
        })
        .collect()
}

fn item(meta_data: &[RawMeta<'_>]) -> Option<ItemId> {
    noted(meta_data, note::ITEM).parse().ok()
}

fn sku(text: &Scalar<'_>) -> Option<Sku> {
    Sku::new(text.as_str()).ok()
}

fn barcode(text: &Scalar<'_>) -> Option<Barcode> {
    Barcode::new(text.as_str()).ok()
}

fn price(text: &Scalar<'_>, terms: &Terms) -> Option<Money> {
    Money::parse(text.as_str(), terms.currency).ok()
}

fn measure(text: &Scalar<'_>) -> Option<Measure> {
    if text.is_empty() {
        return None;
    }
    let thousandths = amount::decimal(text.as_str())?.checked_mul(Decimal::ONE_THOUSAND)?;
    let thousandths = u64::try_from(amount::rounded(thousandths)?).ok()?;
    Some(Measure(thousandths))
}

/// `None` where one of the three is not known.
fn dimensions(raw: &RawDimensions<'_>) -> Option<Dimensions> {
    Some(Dimensions {
        length: measure(&raw.length)?,
        width: measure(&raw.width)?,
        height: measure(&raw.height)?,
    })
}

/// Whole units, rounded down. `None`: the shop does not count them.
pub(super) fn quantity(manage_stock: &Scalar<'_>, text: &Scalar<'_>) -> Option<i64> {
    if manage_stock.is_empty() || text.is_empty() {
        return None;
    }
    amount::rounded(amount::decimal(text.as_str())?.floor())
}

#[cfg(test)]
mod tests {
    use retail::Currency;
    use retail::listing::{DimensionUnit, ImageHash, WeightUnit};

    use super::*;
    use crate::loose::List;

    fn terms() -> Terms {
        Terms {
            currency: Currency::CAD,
            prices_include_tax: false,
            weight: WeightUnit::Kilogram,
            dimensions: DimensionUnit::Centimetre,
            location: "".into(),
        }
    }

    fn product(json: &'static str) -> RawProduct<'static> {
        serde_json::from_str(json).unwrap()
    }

    const SIMPLE: &str = include_str!("../../fixtures/rest/product-create-simple.body.json");
    const VARIABLE: &str = include_str!("../../fixtures/rest/product-variable.body.json");
    const VARIATIONS: &str = include_str!("../../fixtures/rest/variations.body.json");

    #[test]
    fn ec_01_a_captured_product_reads_field_by_field() {
        let shown = listing(&product(SIMPLE), &[], &terms()).unwrap();
        let money = |minor| Some(Money::new(minor, Currency::CAD));
        assert_eq!(
            shown,
            ShopListing {
                id: ShopProductId::new("11").unwrap(),
                product: None,
                title: "T-shirt « Été » & café".into(),
                description: "<p>Coton bio.</p>".into(),
                brand: "".into(),
                is_on_sale: true,
                options: Vec::new(),
                variants: vec![ShopVariant {
                    id: ShopVariantId::new("11").unwrap(),
                    stock_id: None,
                    item: None,
                    values: Vec::new(),
                    sku: Sku::new("TS-001").ok(),
                    barcode: Barcode::new("0012345678905").ok(),
                    price: money(2_000),
                    weight: Some(Measure(250)),
                    dimensions: Some(Dimensions {
                        length: Measure(30_000),
                        width: Measure(20_000),
                        height: Measure(2_000),
                    }),
                    is_on_sale: true,
                    image: Some("10".into()),
                    quantity: Some(50),
                }],
                images: vec![ShopImage {
                    id: "10".into(),
                    hash: None,
                }],
            }
        );
    }

    #[test]
    fn captured_variations_read_with_their_values() {
        let List(variations): List<RawVariation<'_>> = serde_json::from_str(VARIATIONS).unwrap();
        let shown = listing(&product(VARIABLE), &variations, &terms()).unwrap();
        assert_eq!(*shown.options, ["Taille".into(), "Couleur".into()]);
        let variants: Vec<_> = (shown.variants.iter())
            .map(|variant| {
                (
                    variant.id.as_str(),
                    variant.values.join("/"),
                    variant.quantity,
                )
            })
            .collect();
        let expected = [
            ("15", "G/Rouge".to_owned(), None),
            ("14", "M/Bleu nuit".to_owned(), Some(1)),
        ];
        assert_eq!(variants, expected);
        assert_eq!(
            shown.variants[1].price,
            Some(Money::new(4_750, Currency::CAD)),
            "the regular price: the shop's own offer is its own"
        );
    }

    #[test]
    fn ec_06_status_says_whether_product_and_variant_are_on_sale() {
        for (status, simple) in [
            ("publish", (true, true)),
            ("private", (true, false)),
            ("draft", (false, true)),
            ("pending", (false, false)),
            ("future", (false, true)),
        ] {
            let json = format!(r#"{{"id":7,"type":"simple","status":"{status}"}}"#);
            let raw: RawProduct<'_> = serde_json::from_str(&json).unwrap();
            let shown = listing(&raw, &[], &terms()).unwrap();
            assert_eq!((shown.is_on_sale, shown.variants[0].is_on_sale), simple);
            let json = format!(r#"{{"id":7,"type":"variable","status":"{status}"}}"#);
            let raw: RawProduct<'_> = serde_json::from_str(&json).unwrap();
            let shown = listing(&raw, &[], &terms()).unwrap();
            assert_eq!(shown.is_on_sale, status == "publish");
        }
        assert!(listing(&product(r#"{"id":7,"status":"trash"}"#), &[], &terms()).is_none());
    }

    #[test]
    fn odd_types_and_unknown_fields_are_read_all_the_same() {
        let raw = product(
            r#"{"id":"7","name":null,"price":3,"regular_price":12.5,"weight":1.25,"manage_stock":"yes",
            "stock_quantity":"2.7","dimensions":[],"images":{"1":{"id":"9"},"2":{"id":0}},"attributes":"",
            "meta_data":[{"key":"x","value":{"a":[1]}},{"key":"_comptoir_item","value":"?"}],"plugin":{"a":1}}"#,
        );
        let shown = listing(&raw, &[], &terms()).unwrap();
        let variant = &shown.variants[0];
        assert_eq!(variant.price, Some(Money::new(1_250, Currency::CAD)));
        assert_eq!(variant.weight, Some(Measure(1_250)));
        assert_eq!((variant.quantity, variant.dimensions), (Some(2), None));
        assert_eq!((shown.images.len(), variant.item), (1, None));
        let none = product(r#"{"id":7,"regular_price":"1.005","stock_quantity":3}"#);
        let variant = &listing(&none, &[], &terms()).unwrap().variants[0];
        assert_eq!((variant.price, variant.quantity), (None, None));
        assert!(listing(&product("{}"), &[], &terms()).is_none());
    }

    #[test]
    fn a_variation_that_its_parent_counts_for_has_the_parents_number() {
        let parent =
            product(r#"{"id":7,"type":"variable","manage_stock":true,"stock_quantity":4}"#);
        let variation: RawVariation<'_> =
            serde_json::from_str(r#"{"id":8,"manage_stock":"parent","stock_quantity":null}"#)
                .unwrap();
        let shown = listing(&parent, &[variation], &terms()).unwrap();
        assert_eq!(shown.variants[0].quantity, Some(4));
    }

    #[test]
    fn ec_03_an_image_is_known_by_its_id_wherever_it_stands_and_by_its_place_before() {
        let at = |json: &'static str, note: &str| {
            let List(raw): List<RawImage<'_>> = serde_json::from_str(json).unwrap();
            let meta = format!(r#"[{{"key":"_comptoir_images","value":"{note}"}}]"#);
            let List(meta): List<RawMeta<'_>> = serde_json::from_str(&meta).unwrap();
            let shown = images(&raw, &meta);
            shown
                .into_iter()
                .map(|image| image.hash)
                .collect::<Vec<_>>()
        };
        let [one, two] = [1, 2].map(|n| ImageHash([n; 32]));
        let ids = note::images(&[(Spot::Id("9".into()), one), (Spot::Id("5".into()), two)]);
        let places = [(0, one), (1, two)].map(|(place, hash)| (Spot::Place { place, of: 2 }, hash));
        let places = note::images(&places);
        assert_eq!(
            at(r#"[{"id":5},{"id":9},{"id":3}]"#, &ids),
            [Some(two), Some(one), None]
        );
        assert_eq!(
            at(r#"[{"id":5},{"id":9}]"#, &places),
            [Some(one), Some(two)]
        );
        assert_eq!(
            at(r#"[{"id":5},{"id":9},{"id":3}]"#, &places),
            [None, None, None],
            "somebody has changed them since"
        );
    }
}
