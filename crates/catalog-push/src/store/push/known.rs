//! A shop's listing as a column keeps it.

use retail::listing::{
    Dimensions, ImageHash, Measure, ShopImage, ShopListing, ShopProductId, ShopVariant,
};
use retail::{Barcode, Currency, ItemId, Money, ProductId, ShopVariantId, Sku};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::super::StoreError;

#[derive(Serialize, Deserialize)]
struct KeptListing {
    id: String,
    product: Option<Uuid>,
    title: Box<str>,
    description: Box<str>,
    brand: Box<str>,
    is_on_sale: bool,
    options: Vec<Box<str>>,
    variants: Vec<KeptVariant>,
    images: Vec<KeptImage>,
}

#[derive(Serialize, Deserialize)]
struct KeptVariant {
    id: String,
    stock_id: Option<Box<str>>,
    item: Option<Uuid>,
    values: Vec<Box<str>>,
    sku: Option<String>,
    barcode: Option<String>,
    price_minor: Option<i64>,
    currency: Option<String>,
    weight: Option<u64>,
    /// Length, width and height.
    dimensions: Option<[u64; 3]>,
    is_on_sale: bool,
    image: Option<Box<str>>,
    quantity: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct KeptImage {
    id: Box<str>,
    hash: Option<String>,
}

pub(super) fn write(listing: &ShopListing) -> Result<Value, StoreError> {
    let ShopListing {
        id,
        product,
        title,
        description,
        brand,
        is_on_sale,
        options,
        variants,
        images,
    } = listing.clone();
    let kept = KeptListing {
        id: id.as_str().to_owned(),
        product: product.map(ProductId::uuid),
        title,
        description,
        brand,
        is_on_sale,
        options,
        variants: variants.into_iter().map(kept_variant).collect(),
        images: images.into_iter().map(kept_image).collect(),
    };
    serde_json::to_value(kept).map_err(|error| corrupt(&error))
}

pub(super) fn read(value: Value) -> Result<ShopListing, StoreError> {
    let KeptListing {
        id,
        product,
        title,
        description,
        brand,
        is_on_sale,
        options,
        variants,
        images,
    } = serde_json::from_value(value).map_err(|error| corrupt(&error))?;
    Ok(ShopListing {
        id: ShopProductId::new(&id).map_err(|error| corrupt(&error))?,
        product: product.map(ProductId::new),
        title,
        description,
        brand,
        is_on_sale,
        options,
        variants: variants
            .into_iter()
            .map(variant)
            .collect::<Result<_, _>>()?,
        images: images.into_iter().map(image).collect::<Result<_, _>>()?,
    })
}

/// One variant alone.
pub(in crate::store) fn write_variant(variant: &ShopVariant) -> Result<Value, StoreError> {
    serde_json::to_value(kept_variant(variant.clone())).map_err(|error| corrupt(&error))
}

pub(in crate::store) fn read_variant(value: Value) -> Result<ShopVariant, StoreError> {
    variant(serde_json::from_value(value).map_err(|error| corrupt(&error))?)
}

fn corrupt(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::corrupt("listing", "known", &error.to_string())
}

fn kept_variant(variant: ShopVariant) -> KeptVariant {
    let ShopVariant {
        id,
        stock_id,
        item,
        values,
        sku,
        barcode,
        price,
        weight,
        dimensions,
        is_on_sale,
        image,
        quantity,
    } = variant;
    KeptVariant {
        id: id.as_str().to_owned(),
        stock_id,
        item: item.map(ItemId::uuid),
        values,
        sku: sku.map(|sku| sku.to_string()),
        barcode: barcode.map(|barcode| barcode.to_string()),
        price_minor: price.map(Money::minor),
        currency: price.map(|price| price.currency().code().to_owned()),
        weight: weight.map(|Measure(weight)| weight),
        dimensions: dimensions.map(|it| [it.length.0, it.width.0, it.height.0]),
        is_on_sale,
        image,
        quantity,
    }
}

fn variant(kept: KeptVariant) -> Result<ShopVariant, StoreError> {
    let KeptVariant {
        id,
        stock_id,
        item,
        values,
        sku,
        barcode,
        price_minor,
        currency,
        weight,
        dimensions,
        is_on_sale,
        image,
        quantity,
    } = kept;
    let price = price_minor.zip(currency).map(|(minor, currency)| {
        let currency = Currency::from_code(&currency);
        currency.map(|currency| Money::new(minor, currency))
    });
    Ok(ShopVariant {
        id: ShopVariantId::new(&id).map_err(|error| corrupt(&error))?,
        stock_id,
        item: item.map(ItemId::new),
        values,
        sku: (sku.map(|sku| Sku::new(&sku)).transpose()).map_err(|error| corrupt(&error))?,
        barcode: (barcode.map(|code| Barcode::new(&code)).transpose())
            .map_err(|error| corrupt(&error))?,
        price: price.transpose().map_err(|error| corrupt(&error))?,
        weight: weight.map(Measure),
        dimensions: dimensions.map(|[length, width, height]| Dimensions {
            length: Measure(length),
            width: Measure(width),
            height: Measure(height),
        }),
        is_on_sale,
        image,
        quantity,
    })
}

fn kept_image(image: ShopImage) -> KeptImage {
    let ShopImage { id, hash } = image;
    KeptImage {
        id,
        hash: hash.map(|ImageHash(hash)| hex::encode(hash)),
    }
}

fn image(kept: KeptImage) -> Result<ShopImage, StoreError> {
    let KeptImage { id, hash } = kept;
    let hash = hash.map(|text| {
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash).map(|()| ImageHash(hash))
    });
    Ok(ShopImage {
        id,
        hash: hash.transpose().map_err(|error| corrupt(&error))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_what_the_shop_showed() {
        let bare = ShopVariant {
            id: ShopVariantId::new("v 2").unwrap(),
            stock_id: None,
            item: None,
            values: Vec::new(),
            sku: None,
            barcode: None,
            price: None,
            weight: None,
            dimensions: None,
            is_on_sale: false,
            image: None,
            quantity: None,
        };
        let full = ShopVariant {
            id: ShopVariantId::new("v 1").unwrap(),
            stock_id: Some("i 1".into()),
            item: Some(ItemId::new(Uuid::from_u128(1))),
            values: vec!["red".into()],
            sku: Sku::new("S").ok(),
            barcode: Barcode::new("5400000000013").ok(),
            price: Some(Money::new(1_999, Currency::EUR)),
            weight: Some(Measure(u64::MAX)),
            dimensions: Some(Dimensions {
                length: Measure(1),
                width: Measure(2),
                height: Measure(3),
            }),
            is_on_sale: true,
            image: Some("p 1".into()),
            quantity: Some(-4),
        };
        let shown = ShopListing {
            id: ShopProductId::new("7").unwrap(),
            product: Some(ProductId::new(Uuid::from_u128(2))),
            title: "Shirt".into(),
            description: "<p>".into(),
            brand: "".into(),
            is_on_sale: true,
            options: vec!["Colour".into()],
            variants: vec![full, bare],
            images: vec![
                ShopImage {
                    id: "p 1".into(),
                    hash: Some(ImageHash([7; 32])),
                },
                ShopImage {
                    id: "p 2".into(),
                    hash: None,
                },
            ],
        };
        let kept = write(&shown).unwrap();
        assert_eq!(read(kept).unwrap(), shown);
        assert!(read(Value::Null).is_err());
    }
}
