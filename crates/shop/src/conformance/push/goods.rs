//! What the checks sell.

use retail::listing::{Dimensions, Image, ImageHash, Listing, Measure, Variant};
use retail::{Barcode, Currency, ItemId, Money, ProductId, Sku};
use uuid::Uuid;

use crate::push::Sought;

/// Stands in a field that no check changes: what is not changed is not sent.
pub(super) const UNCHANGED: &str = "linen that nobody speaks of again";

/// A product of two variants and two images.
pub(super) fn shirt(n: u128, currency: Currency) -> Listing {
    let price = Money::new(2_000, currency);
    let images: Vec<Image> = [1, 2].map(|place| image(n, place)).into();
    Listing {
        product: ProductId::new(Uuid::from_u128(n)),
        title: format!("Shirt & tie {n}").into(),
        description: format!("<p>{UNCHANGED}</p>").into(),
        brand: "Lin & Fils".into(),
        is_on_sale: true,
        options: vec!["Size".into()],
        variants: [1, 2].map(|place| variant(n, place, price, &images)).into(),
        images,
    }
}

pub(super) fn image(n: u128, place: u8) -> Image {
    let places = [place; 16];
    let mut hash = [place; 32];
    hash[..16].copy_from_slice(&n.to_be_bytes());
    // Of the hash: some shops know an image by the name of its file.
    let name = format!("{n:032x}{:032x}", u128::from_be_bytes(places));
    Image {
        hash: ImageHash(hash),
        url: format!("https://pos.example/images/{name}.png").into(),
        width: 600,
        height: 400,
        alt: "".into(),
    }
}

pub(super) fn variant(n: u128, place: u128, price: Money, images: &[Image]) -> Variant {
    Variant {
        item: ItemId::new(Uuid::from_u128(n * 100 + place)),
        values: vec![format!("Size {place}").into()],
        sku: Sku::new(&format!("CONF-{n}-{place}")).ok(),
        barcode: Barcode::new(&format!("0360{n:04}{place:04}")).ok(),
        price,
        weight: Some(Measure(250)),
        dimensions: Some(Dimensions {
            length: Measure(30_000),
            width: Measure(20_500),
            height: Measure(2_000),
        }),
        is_on_sale: true,
        image: images.first().map(|image| image.hash),
    }
}

pub(super) fn by_id(wanted: &Listing) -> Sought {
    Sought {
        products: vec![wanted.product],
        skus: Vec::new(),
    }
}

pub(super) fn by_sku(wanted: &Listing) -> Sought {
    Sought {
        products: Vec::new(),
        skus: wanted
            .variants
            .iter()
            .filter_map(|variant| variant.sku.clone())
            .collect(),
    }
}

pub(super) fn both(wanted: &Listing) -> Sought {
    Sought {
        products: by_id(wanted).products,
        skus: by_sku(wanted).skus,
    }
}
