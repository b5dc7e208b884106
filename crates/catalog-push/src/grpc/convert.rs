//! Products between wire and domain.

use std::sync::Arc;

use proto::catalog as wire;
use proto::convert::{instant_into, money_from, money_into, quantity_from, quantity_into};
use retail::catalogue::{Parcel, Price, Product, ProductImage, Reorder, Supply, TaxRate, Variant};
use retail::listing::ImageHash;
use retail::{Barcode, ConnectionId, ItemId, ProductId, Quantity, Sku, TextError};
use tonic::Status;

use super::ask::{self, required, text, wrong};
use super::error::bad_field;
use crate::store::{ChannelAsked, ImageView, OnlineView, ProductView};

const NAME_LIMIT_BYTES: usize = Product::NAME_LIMIT_BYTES;
/// Images of a product at most.
const IMAGES_LIMIT: usize = 100;
/// Longest text of an image, in bytes.
const ALT_LIMIT_BYTES: usize = 500;
/// Shops of which one request speaks at most.
const CONNECTIONS_LIMIT: usize = 100;

pub fn product_from(product: wire::Product) -> Result<Product, Status> {
    let wire::Product {
        product_id,
        revision: _,
        name,
        description,
        brand,
        category,
        supplier,
        handle,
        tags,
        tax_rate_millipercent,
        options,
        variants,
        images,
        channels: _,
        created_from_order: _,
        is_deleted: _,
        changed_at: _,
    } = product;
    let named = |field: &str, found: String| -> Result<Box<str>, Status> {
        Ok(text(field, found, NAME_LIMIT_BYTES)?.trim().into())
    };
    let name = named("product.name", name)?;
    if name.is_empty() {
        return Err(bad_field("product.name", "is missing"));
    }
    let tax = u32::try_from(tax_rate_millipercent)
        .map_err(|_| bad_field("product.tax_rate_millipercent", "is below zero"))?;
    let tax =
        TaxRate::new(tax).map_err(|error| bad_field("product.tax_rate_millipercent", error))?;
    if images.len() > IMAGES_LIMIT {
        let problem = format!("must be at most {IMAGES_LIMIT}, not {}", images.len());
        return Err(bad_field("product.images", problem));
    }
    let variants = variants.into_iter().enumerate();
    let product = Product {
        id: ProductId::new(required("product.product_id", &product_id)?),
        name,
        description: text(
            "product.description",
            description,
            Product::DESCRIPTION_LIMIT_BYTES,
        )?
        .into(),
        brand: named("product.brand", brand)?,
        category: named("product.category", category)?,
        supplier: named("product.supplier", supplier)?,
        handle: named("product.handle", handle)?,
        tags: tags_from(tags)?,
        tax,
        options: options
            .into_iter()
            .map(|option| named("product.options", option))
            .collect::<Result<_, _>>()?,
        variants: variants
            .map(|(place, variant)| variant_from(place, variant))
            .collect::<Result<_, _>>()?,
        images: images
            .into_iter()
            .map(image_from)
            .collect::<Result<_, _>>()?,
    };
    product
        .check()
        .map_err(|error| bad_field("product", error))?;
    Ok(product)
}

fn tags_from(tags: Vec<String>) -> Result<Vec<Box<str>>, Status> {
    let trimmed = tags.into_iter().map(|tag| tag.trim().to_owned());
    let tags: Vec<String> = trimmed.collect();
    ask::each_once("product.tags", &tags, Product::TAGS_LIMIT)?;
    if tags.iter().any(String::is_empty) {
        return Err(bad_field("product.tags", "has an empty one"));
    }
    let tag = |tag| Ok(text("product.tags", tag, Product::TAG_LIMIT_BYTES)?.into());
    tags.into_iter().map(tag).collect()
}

fn variant_from(place: usize, variant: wire::Variant) -> Result<Variant, Status> {
    let wire::Variant {
        item_id,
        values,
        sku,
        barcode,
        retail_price,
        price_includes_tax,
        supplier_code,
        supplier_price,
        reorder_point,
        reorder_amount,
        weight_mg,
        parcel,
        image_hash,
        is_inactive,
    } = variant;
    let field = |name: &str| format!("product.variants[{place}].{name}");
    let value = |value: String| -> Result<Box<str>, Status> {
        Ok(text(&field("values"), value, NAME_LIMIT_BYTES)?
            .trim()
            .into())
    };
    let amount = |name: &'static str, found| match found {
        None => Ok(None),
        found => quantity_from(name, found).map(Some).map_err(wrong),
    };
    let supplied = match supplier_price {
        None => None,
        price => Some(money_from("supplier_price", price).map_err(wrong)?),
    };
    Ok(Variant {
        item: ItemId::new(required(&field("item_id"), &item_id)?),
        values: values.into_iter().map(value).collect::<Result<_, _>>()?,
        sku: code(&field("sku"), &sku, Sku::new)?,
        barcode: code(&field("barcode"), &barcode, Barcode::new)?,
        price: Price {
            amount: money_from("retail_price", retail_price).map_err(wrong)?,
            includes_tax: price_includes_tax,
        },
        supply: Supply {
            code: text(&field("supplier_code"), supplier_code, NAME_LIMIT_BYTES)?.into(),
            price: supplied,
            reorder: Reorder {
                point: amount("reorder_point", reorder_point)?,
                amount: amount("reorder_amount", reorder_amount)?,
            },
        },
        weight_mg: weight_mg
            .map(|weight| within(&field("weight_mg"), weight, Variant::WEIGHT_LIMIT_MG))
            .transpose()?,
        parcel: parcel
            .map(|parcel| parcel_from(&field("parcel"), parcel))
            .transpose()?,
        image: match image_hash.as_str() {
            "" => None,
            hash => Some(hash_from(&field("image_hash"), hash)?),
        },
        is_active: !is_inactive,
    })
}

/// An empty one is none.
fn code<T>(
    field: &str,
    found: &str,
    read: impl FnOnce(&str) -> Result<T, TextError>,
) -> Result<Option<T>, Status> {
    if found.trim().is_empty() {
        return Ok(None);
    }
    read(found)
        .map(Some)
        .map_err(|error| bad_field(field, error))
}

fn parcel_from(field: &str, parcel: wire::ParcelSize) -> Result<Parcel, Status> {
    let wire::ParcelSize {
        length_um,
        width_um,
        height_um,
    } = parcel;
    let length = |found| within(field, found, Parcel::LENGTH_LIMIT_UM);
    Ok(Parcel {
        length_um: length(length_um)?,
        width_um: length(width_um)?,
        height_um: length(height_um)?,
    })
}

fn within(field: &str, found: i64, limit: u64) -> Result<u64, Status> {
    let found = u64::try_from(found).ok().filter(|found| *found <= limit);
    found.ok_or_else(|| bad_field(field, format!("must be from 0 to {limit}")))
}

fn image_from(image: wire::ProductImage) -> Result<ProductImage, Status> {
    let wire::ProductImage {
        image_hash,
        alt,
        image: _,
    } = image;
    Ok(ProductImage {
        hash: hash_from("product.images", &image_hash)?,
        alt: text("product.images.alt", alt, ALT_LIMIT_BYTES)?.into(),
    })
}

fn hash_from(field: &str, text: &str) -> Result<ImageHash, Status> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash)
        .map_err(|_| bad_field(field, "is not 64 hexadecimal digits"))?;
    Ok(ImageHash(hash))
}

/// Each shop once.
pub fn channels_from(
    field: &str,
    channels: Vec<wire::OnlineChannel>,
) -> Result<Vec<ChannelAsked>, Status> {
    let ids: Vec<&str> = channels
        .iter()
        .map(|one| one.connection_id.as_str())
        .collect();
    ask::each_once(field, &ids, CONNECTIONS_LIMIT)?;
    let channel = |channel: wire::OnlineChannel| {
        let wire::OnlineChannel {
            connection_id,
            is_online,
            buffer,
        } = channel;
        let buffer = match buffer {
            None => None,
            some => Some(quantity_from("buffer", some).map_err(wrong)?),
        };
        if buffer.is_some_and(|buffer| buffer < Quantity::ZERO) {
            return Err(bad_field(field, "keeps less than nothing back"));
        }
        Ok(ChannelAsked {
            connection: ConnectionId::new(required(field, &connection_id)?),
            is_online,
            buffer,
        })
    };
    channels.into_iter().map(channel).collect()
}

pub fn product_into(view: ProductView, base: &Arc<str>) -> wire::Product {
    let ProductView {
        product:
            Product {
                id,
                name,
                description,
                brand,
                category,
                supplier,
                handle,
                tags,
                tax,
                options,
                variants,
                images,
            },
        revision,
        is_in_store,
        online,
        origin,
        is_deleted,
        changed_at,
        pictures,
    } = view;
    let texts = |texts: Vec<Box<str>>| texts.into_iter().map(String::from).collect();
    let image = |image: ProductImage| {
        let ProductImage { hash, alt } = image;
        wire::ProductImage {
            image_hash: hex::encode(hash.0),
            alt: alt.into(),
            image: pictures.get(&hash).map(|picture| image_into(picture, base)),
        }
    };
    wire::Product {
        product_id: id.to_string(),
        revision,
        name: name.into(),
        description: description.into(),
        brand: brand.into(),
        category: category.into(),
        supplier: supplier.into(),
        handle: handle.into(),
        tags: texts(tags),
        tax_rate_millipercent: i32::try_from(tax.millipercent()).unwrap_or(i32::MAX),
        options: texts(options),
        variants: variants.into_iter().map(variant_into).collect(),
        images: images.into_iter().map(image).collect(),
        channels: Some(wire::ProductChannels {
            in_store: is_in_store,
            online: online.iter().map(channel_into).collect(),
        }),
        created_from_order: origin.is_order(),
        is_deleted,
        changed_at: Some(instant_into(changed_at)),
    }
}

fn variant_into(variant: Variant) -> wire::Variant {
    let Variant {
        item,
        values,
        sku,
        barcode,
        price: Price {
            amount,
            includes_tax,
        },
        supply:
            Supply {
                code,
                price,
                reorder:
                    Reorder {
                        point: reorder_point,
                        amount: reorder_amount,
                    },
            },
        weight_mg,
        parcel,
        image,
        is_active,
    } = variant;
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    wire::Variant {
        item_id: item.to_string(),
        values: values.into_iter().map(String::from).collect(),
        sku: sku.map(|sku| sku.to_string()).unwrap_or_default(),
        barcode: barcode.map(|code| code.to_string()).unwrap_or_default(),
        retail_price: Some(money_into(amount)),
        price_includes_tax: includes_tax,
        supplier_code: code.into(),
        supplier_price: price.map(money_into),
        reorder_point: reorder_point.map(quantity_into),
        reorder_amount: reorder_amount.map(quantity_into),
        weight_mg: weight_mg.map(signed),
        parcel: parcel.map(|parcel| wire::ParcelSize {
            length_um: signed(parcel.length_um),
            width_um: signed(parcel.width_um),
            height_um: signed(parcel.height_um),
        }),
        image_hash: image.map(|hash| hex::encode(hash.0)).unwrap_or_default(),
        is_inactive: !is_active,
    }
}

fn channel_into(channel: &OnlineView) -> wire::OnlineChannel {
    let OnlineView {
        connection,
        is_linked: _,
        is_online,
        buffer,
    } = channel;
    wire::OnlineChannel {
        connection_id: connection.to_string(),
        is_online: *is_online,
        buffer: buffer.map(quantity_into),
    }
}

pub fn image_into(view: &ImageView, base: &Arc<str>) -> wire::Image {
    let picture = view.picture(base);
    let pixels = |length: u32| i32::try_from(length).unwrap_or(i32::MAX);
    wire::Image {
        image_hash: hex::encode(view.hash.0),
        url: picture.url.into(),
        content_type: view.kind.content_type().to_owned(),
        size_bytes: view.size_bytes,
        width_px: pixels(picture.width),
        height_px: pixels(picture.height),
    }
}
