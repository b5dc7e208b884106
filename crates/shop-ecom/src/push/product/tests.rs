//! Products as the documents have them, as listings.

use retail::Currency;
use retail::listing::{DimensionUnit, WeightUnit};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

fn terms() -> Terms {
    Terms {
        currency: Currency::EUR,
        prices_include_tax: true,
        weight: WeightUnit::Kilogram,
        dimensions: DimensionUnit::Centimetre,
        location: "".into(),
    }
}

fn told(change: impl FnOnce(&mut Value)) -> ShopListing {
    let text = include_str!("../../../fixtures/push/product_get.response.json");
    let mut product = serde_json::from_str(text).unwrap();
    change(&mut product);
    let text = product.to_string();
    let product: Product<'_> = serde_json::from_str(&text).unwrap();
    product.listing(&terms()).unwrap()
}

fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

#[test]
fn ec_01_a_documented_product_is_a_listing() {
    let listing = told(|_| {});
    assert_eq!(listing.id.as_str(), "667251253");
    assert_eq!(listing.product, None, "somebody else's note");
    assert_eq!(
        (&*listing.title, &*listing.description, &*listing.brand),
        ("T-shirt Ardoise", "<p>Coton</p>", "Acme")
    );
    assert!(!listing.is_on_sale);
    assert_eq!(listing.options, ["Taille".into()]);
    let [small, medium] = listing.variants.as_slice() else {
        panic!("{:?}", listing.variants);
    };
    assert_eq!(
        *small,
        ShopVariant {
            id: ShopVariantId::new("667251253:7084071").unwrap(),
            stock_id: None,
            item: None,
            values: vec!["S".into()],
            sku: Sku::new("TEE-S").ok(),
            barcode: Barcode::new("036000291452").ok(),
            price: Some(euros(2_400)),
            weight: Some(Measure(300)),
            dimensions: None,
            is_on_sale: true,
            image: None,
            quantity: Some(3),
        }
    );
    assert_eq!(medium.barcode, None);
    assert_eq!(listing.images.len(), 1);
    assert_eq!(listing.images[0].hash, None);
}

#[test]
fn ec_01_a_product_without_variations_is_its_own_variant() {
    let listing = told(|product| {
        product["combinations"] = json!([]);
        product["attributes"][0]["value"] = json!("036000291452");
    });
    assert!(listing.options.is_empty(), "what is left is the merchant's");
    let [one] = listing.variants.as_slice() else {
        panic!("{:?}", listing.variants);
    };
    assert_eq!(one.id.as_str(), "667251253");
    assert_eq!(one.sku, Sku::new("TEE").ok());
    assert_eq!(one.barcode, Barcode::new("036000291452").ok());
    assert_eq!(one.quantity, Some(5));
    let dimensions = one.dimensions.unwrap();
    assert_eq!(dimensions.length, Measure(30_000));
}

#[test]
fn our_notes_are_read() {
    let id = Uuid::from_u128(7).to_string();
    let hash = [7; 32];
    let listing = told(|product| {
        product["externalReferenceId"] = json!(id);
        product["combinations"][0]["externalReferenceId"] = json!(id);
        product["combinations"][1]["externalReferenceId"] = json!(format!("{id}/inactive/SHOW"));
        product["media"]["images"] = json!([
            {"id": "9", "orderBy": 1, "externalId": hex::encode(hash)},
            {"id": "0", "orderBy": 0, "isMain": true},
        ]);
    });
    assert_eq!(listing.product.unwrap().to_string(), id);
    let item = listing.variants[0].item.unwrap();
    assert_eq!(item.to_string(), id);
    assert_eq!(listing.variants[1].item, Some(item));
    assert!(listing.variants[0].is_on_sale && !listing.variants[1].is_on_sale);
    let images: Vec<(&str, Option<ImageHash>)> = (listing.images.iter())
        .map(|image| (&*image.id, image.hash))
        .collect();
    assert_eq!(images, [("0", None), ("9", Some(ImageHash(hash)))]);
}

#[test]
fn prices_are_money_or_none() {
    for (price, minor) in [
        (json!(24), Some(euros(2_400))),
        (json!(24.05), Some(euros(2_405))),
        (json!(19.990_000_000_000_002_f64), Some(euros(1_999))),
        (json!(0), Some(euros(0))),
        (json!("24.00"), Some(euros(2_400))),
        (json!(24.005), None),
        (json!(null), None),
        (json!([]), None),
    ] {
        let listing = told(|product| product["combinations"][0]["price"] = price.clone());
        assert_eq!(listing.variants[0].price, minor, "{price}");
    }
}

#[test]
fn what_is_not_counted_has_no_quantity() {
    for (quantity, unlimited, left) in [
        (json!(4), json!(false), Some(4)),
        (json!(-2), json!(false), Some(-2)),
        (json!(4), json!(true), None),
        (json!(null), json!(false), None),
        (json!(4), json!(null), Some(4)),
    ] {
        let listing = told(|product| {
            product["combinations"][0]["quantity"] = quantity.clone();
            product["combinations"][0]["unlimited"] = unlimited.clone();
        });
        assert_eq!(listing.variants[0].quantity, left, "{quantity} {unlimited}");
    }
}

#[test]
fn odd_answers_are_read_as_far_as_they_can_be() {
    for field in [
        "name",
        "description",
        "sku",
        "enabled",
        "attributes",
        "options",
        "combinations",
        "media",
        "dimensions",
        "weight",
        "externalReferenceId",
    ] {
        for odd in [
            json!(null),
            json!(7),
            json!("x"),
            json!([7, null]),
            json!({"a": 1}),
        ] {
            let listing = told(|product| product[field] = odd.clone());
            assert_eq!(listing.id.as_str(), "667251253", "{field} is {odd}");
            assert!(!listing.variants.is_empty());
        }
    }
    let product: Product<'_> = serde_json::from_str(r#"{"name":"x"}"#).unwrap();
    assert_eq!(product.listing(&terms()), None);
}
