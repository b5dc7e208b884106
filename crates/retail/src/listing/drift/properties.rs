use proptest::prelude::*;

use super::tests::{image, shop_image, shop_variant, shown, variant, wanted};
use super::*;
use crate::listing::{
    Change, ImageChange, Measure, Rule, ShopImage, ShopVariant, Variant, VariantChange,
    VariantFields, change,
};
use crate::{Barcode, Currency, Money};

/// A shop does as it is told.
fn told(shop: &ShopListing, change: Change) -> ShopListing {
    let Change {
        title,
        description,
        brand,
        is_on_sale,
        options,
        variants,
        images,
    } = change;
    let mut shop = shop.clone();
    shop.title = title.unwrap_or(shop.title);
    shop.description = description.unwrap_or(shop.description);
    shop.brand = brand.unwrap_or(shop.brand);
    shop.is_on_sale = is_on_sale.unwrap_or(shop.is_on_sale);
    shop.options = options.unwrap_or(shop.options);
    if let Some(images) = images {
        shop.images = shown_images(&shop.images, images);
    }
    for change in variants {
        match change {
            VariantChange::Set {
                id,
                item: _,
                fields,
            } => {
                let images = shop.images.clone();
                let mut variants = shop.variants.iter_mut();
                let variant = variants.find(|variant| variant.id == id).unwrap();
                set(variant, &images, fields);
            }
            VariantChange::Add(variant) => {
                shop.variants.push(shop_variant(&variant, &shop.images));
            }
            VariantChange::Remove(id) => shop.variants.retain(|variant| variant.id != id),
        }
    }
    shop
}

fn shown_images(images: &[ShopImage], change: ImageChange) -> Vec<ShopImage> {
    let ImageChange {
        remove,
        add: _,
        order,
    } = change;
    let own = images.iter().filter(|image| image.hash.is_none());
    assert!(own.clone().all(|image| !remove.contains(&image.id)));
    order
        .into_iter()
        .map(shop_image)
        .chain(own.cloned())
        .collect()
}

fn set(variant: &mut ShopVariant, images: &[ShopImage], fields: VariantFields) {
    let VariantFields {
        values,
        sku,
        barcode,
        price,
        weight,
        dimensions,
        is_on_sale,
        image,
    } = fields;
    variant.values = values.unwrap_or_else(|| variant.values.clone());
    variant.sku = sku.unwrap_or_else(|| variant.sku.clone());
    variant.barcode = barcode.unwrap_or_else(|| variant.barcode.clone());
    variant.price = price.or(variant.price);
    variant.weight = weight.or(variant.weight);
    variant.dimensions = dimensions.or(variant.dimensions);
    variant.is_on_sale = is_on_sale.unwrap_or(variant.is_on_sale);
    if let Some(hash) = image {
        let mut images = images.iter();
        let shown = images.find(|image| image.hash == Some(hash)).unwrap();
        variant.image = Some(shown.id.clone());
    }
}

fn text() -> impl Strategy<Value = Box<str>> {
    prop_oneof![Just(""), Just("a"), Just("b")].prop_map(Into::into)
}

fn variants() -> impl Strategy<Value = Vec<Variant>> {
    let parts = (
        1..5_u128,
        text(),
        0..3_i64,
        0..3_u64,
        any::<bool>(),
        0..3_u8,
    );
    proptest::collection::vec(parts, 1..4).prop_map(|variants| {
        let mut all: Vec<Variant> = Vec::new();
        for (n, code, price, weight, is_on_sale, shows) in variants {
            if all.iter().all(|known| known.item != variant(n).item) {
                all.push(Variant {
                    sku: Sku::new(&code).ok(),
                    barcode: Barcode::new(&code).ok(),
                    price: Money::new(price, Currency::EUR),
                    weight: (weight > 0).then_some(Measure(weight)),
                    is_on_sale,
                    image: (shows > 0).then_some(image(shows).hash),
                    ..variant(n)
                });
            }
        }
        all
    })
}

/// Listings always have images 1 and 2, in some order, so that variants can show them.
fn listings() -> impl Strategy<Value = Listing> {
    let texts = (text(), text(), text());
    (texts, any::<bool>(), text(), variants(), 0..3_u8).prop_map(
        |((title, description, brand), is_on_sale, option, variants, turn)| {
            let mut images = vec![image(1), image(2), image(3)];
            images.rotate_left(usize::from(turn));
            Listing {
                title,
                description,
                brand,
                is_on_sale,
                options: vec![format!("Size {option}").into()],
                variants,
                images,
                ..wanted()
            }
        },
    )
}

fn shops() -> impl Strategy<Value = ShopListing> {
    (listings(), any::<bool>(), 0..3_usize).prop_map(|(listing, has_own, own)| {
        let mut shop = shown(&listing);
        if has_own {
            shop.images.push(ShopImage {
                id: "own".into(),
                hash: None,
            });
        }
        if let Some(variant) = shop.variants.get_mut(own) {
            variant.item = None;
        }
        shop
    })
}

fn ownerships() -> impl Strategy<Value = Ownership> {
    let rule = prop_oneof![Just(Rule::Pos), Just(Rule::PosWipes), Just(Rule::Shop)];
    proptest::collection::vec(rule, Field::ALL.len()).prop_map(|rules| {
        let fields = Field::ALL.into_iter().zip(rules);
        fields.fold(Ownership::default(), |all, (field, rule)| {
            all.with(field, rule)
        })
    })
}

proptest! {
    #[test]
    fn r_11_only_what_the_pos_decides_drifts(
        wanted in listings(), known in shops(), found in shops(), ownership in ownerships(),
    ) {
        for drift in drift(Look {
            wanted: &wanted,
            known: Some(&known),
            found: Some(&found),
            ownership: &ownership,
            is_refused: false,
            stock: &[],
        }) {
            let field = drift.field.unwrap_or(Field::Options);
            prop_assert!(ownership.is_ours(field), "{drift:?}");
            prop_assert!(drift.pos != drift.shop, "{drift:?}");
        }
    }

    #[test]
    fn r_05_what_the_shop_is_told_drifts_no_more(
        wanted in listings(), known in shops(), found in shops(), ownership in ownerships(),
    ) {
        let look = Look {
            wanted: &wanted,
            known: Some(&known),
            found: Some(&found),
            ownership: &ownership,
            is_refused: false,
            stock: &[],
        };
        let before = drift(look);
        let repaired = told(&found, change(&wanted, &found, &ownership));
        let after = drift(Look { found: Some(&repaired), ..look });
        for left in &after {
            prop_assert!(!left.repairs.contains(&Repair::TellShop), "{left:?}");
        }
        // What cannot be repaired by telling is as it was.
        let others = |drifts: &[Drift]| -> Vec<_> {
            let mut left = drifts.to_vec();
            left.retain(|drift| !drift.repairs.contains(&Repair::TellShop));
            left
        };
        prop_assert_eq!(others(&before), others(&after));
    }

    #[test]
    fn r_05_what_shows_all_that_is_wanted_does_not_drift(
        wanted in listings(), known in shops(), ownership in ownerships(),
    ) {
        let shop = shown(&wanted);
        let none = drift(Look {
            wanted: &wanted,
            known: Some(&known),
            found: Some(&shop),
            ownership: &ownership,
            is_refused: true,
            stock: &[],
        });
        prop_assert_eq!(none, []);
    }
}
