//! What is sold in these tests.

use retail::listing::{Dimensions, Image, ImageHash, Listing, Measure, Variant};
use retail::{Barcode, Currency, ItemId, Money, ProductId, Sku};
use uuid::Uuid;

pub fn dollars(minor: i64) -> Money {
    Money::new(minor, Currency::CAD)
}

pub fn image(n: u8) -> Image {
    Image {
        hash: ImageHash([n; 32]),
        url: format!("https://pos.example/images/{n}.jpg").into(),
        width: 600,
        height: 400,
        alt: "".into(),
    }
}

/// One thing, without images.
pub fn mug(n: u128) -> Listing {
    Listing {
        product: ProductId::new(Uuid::from_u128(n)),
        title: format!("Mug <{n}> & saucer").into(),
        description: "<p>White</p>".into(),
        brand: "".into(),
        is_on_sale: true,
        options: Vec::new(),
        variants: vec![Variant {
            item: ItemId::new(Uuid::from_u128(n + 1_000)),
            values: Vec::new(),
            sku: Sku::new(&format!("MUG-{n}")).ok(),
            barcode: Barcode::new(&format!("40{n:011}")).ok(),
            price: dollars(1_250),
            weight: Some(Measure(300)),
            dimensions: Some(Dimensions {
                length: Measure(10_000),
                width: Measure(8_250),
                height: Measure(9_500),
            }),
            is_on_sale: true,
            image: None,
        }],
        images: Vec::new(),
    }
}

/// One in sizes, each with a SKU.
pub fn shirt(n: u128, sizes: &[&str]) -> Listing {
    let variants = sizes.iter().zip(1..).map(|(size, place)| Variant {
        item: ItemId::new(Uuid::from_u128(n * 100 + place)),
        values: vec![(*size).into()],
        sku: Sku::new(&format!("SHIRT-{n}-{size}")).ok(),
        barcode: None,
        price: dollars(4_500),
        weight: None,
        dimensions: None,
        is_on_sale: true,
        image: None,
    });
    Listing {
        title: format!("Shirt {n}").into(),
        description: "".into(),
        options: vec!["Taille".into()],
        variants: variants.collect(),
        ..mug(n)
    }
}
