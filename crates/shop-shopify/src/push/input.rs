//! What is wanted, as the API is told of it. Pure.

use std::collections::BTreeMap;

use retail::listing::{
    Field, Image, ImageHash, Listing, Measure, Ownership, Variant, VariantFields, WeightUnit,
};
use retail::{ItemId, Money, ProductId};
use rust_decimal::Decimal;
use serde_json::{Map, Number, Value, json};

use super::{NAMESPACE, NOTE, NOTE_TYPE, gid};

/// What stands for options and values where a product has none.
const NO_OPTION: &str = "Title";
const NO_VALUE: &str = "Default Title";

/// The gids of images that are in the shop.
pub(super) type ImageIds = BTreeMap<ImageHash, Box<str>>;

/// The product as it is made: hidden (EC-8), without stock, with the first of its variants and images.
pub(super) fn product_set(
    wanted: &Listing,
    variants: &[Variant],
    images: &[Image],
    ownership: &Ownership,
    unit: WeightUnit,
) -> Value {
    let mut input = Map::new();
    let is_told = |field, text: &str| ownership.is_ours(field) && !text.is_empty();
    input.insert("title".to_owned(), json!(wanted.title));
    if is_told(Field::Description, &wanted.description) {
        input.insert("descriptionHtml".to_owned(), json!(wanted.description));
    }
    if is_told(Field::Brand, &wanted.brand) {
        input.insert("vendor".to_owned(), json!(wanted.brand));
    }
    input.insert("status".to_owned(), json!("DRAFT"));
    input.insert(
        "metafields".to_owned(),
        json!([note(&wanted.product.to_string())]),
    );
    input.insert("productOptions".to_owned(), options(wanted, variants));
    let told = variants.iter().map(|variant| {
        let mut told = variant_of(variant, &wanted.options, ownership, unit);
        let image = images
            .iter()
            .find(|image| variant.image == Some(image.hash));
        if let Some(image) = image {
            told.insert("file".to_owned(), file(image));
        }
        Value::Object(told)
    });
    input.insert("variants".to_owned(), told.collect());
    if !images.is_empty() {
        input.insert("files".to_owned(), images.iter().map(file).collect());
    }
    Value::Object(input)
}

/// Thousandths of a point that [`product_set`] costs beyond its operation, by the schema's own account.
pub(super) fn product_set_milli_points(variants: &[Variant], images: &[Image]) -> usize {
    let with_image = variants
        .iter()
        .filter(|variant| variant.image.is_some())
        .count();
    400 + variants.len() * (200 + 400) + with_image * 600 + images.len() * 1_900
}

/// A variant that is added to a product. `fill` names values for options that are still to go.
pub(super) fn added_variant(
    variant: &Variant,
    options: &[Box<str>],
    fill: &[(Box<str>, Box<str>)],
    images: &ImageIds,
    unit: WeightUnit,
) -> Value {
    let named = options.iter().zip(&variant.values);
    let fill = fill.iter().map(|(option, value)| (option, value));
    let values: Vec<Value> = named
        .chain(fill)
        .map(|(option, value)| option_value(option, value))
        .collect();
    let mut told = variant_of(variant, options, &Ownership::default(), unit);
    if !values.is_empty() {
        told.insert("optionValues".to_owned(), Value::Array(values));
    }
    if let Some(id) = variant.image.and_then(|hash| images.get(&hash)) {
        told.insert("mediaId".to_owned(), json!(gid("MediaImage", id)));
    }
    Value::Object(told)
}

/// Only what differs of a variant; `None` where that is nothing of its own fields.
pub(super) fn changed_variant(
    id: &str,
    fields: &VariantFields,
    options: &[Box<str>],
    images: &ImageIds,
    unit: WeightUnit,
) -> Option<Value> {
    let VariantFields {
        values,
        sku,
        barcode,
        price,
        weight,
        // It has no place for them.
        dimensions: _,
        // Said by publishing.
        is_on_sale: _,
        image,
    } = fields;
    let mut told = Map::new();
    if let Some(values) = values.as_ref().filter(|_| !options.is_empty()) {
        told.insert("optionValues".to_owned(), option_values(options, values));
    }
    if let Some(barcode) = barcode {
        let barcode = barcode.as_ref().map_or("", |barcode| barcode.as_str());
        told.insert("barcode".to_owned(), json!(barcode));
    }
    if let Some(price) = price {
        told.insert("price".to_owned(), amount(*price));
    }
    if let Some(id) = image.and_then(|hash| images.get(&hash)) {
        told.insert("mediaId".to_owned(), json!(gid("MediaImage", id)));
    }
    let mut item = Map::new();
    if let Some(sku) = sku {
        let sku = sku.as_ref().map_or("", |sku| sku.as_str());
        item.insert("sku".to_owned(), json!(sku));
    }
    if let Some(weight) = weight {
        item.insert("measurement".to_owned(), measurement(*weight, unit));
    }
    if !item.is_empty() {
        told.insert("inventoryItem".to_owned(), Value::Object(item));
    }
    if told.is_empty() {
        return None;
    }
    told.insert("id".to_owned(), json!(gid("ProductVariant", id)));
    Some(Value::Object(told))
}

/// Our id of a product or an item, on what it is of.
pub(super) fn note(value: &str) -> Value {
    json!({ "namespace": NAMESPACE, "key": NOTE, "type": NOTE_TYPE, "value": value })
}

pub(super) fn noted_product(shop_id: &str, product: ProductId) -> Value {
    noted(gid("Product", shop_id), &product.to_string())
}

pub(super) fn noted_variant(shop_id: &str, item: ItemId) -> Value {
    noted(gid("ProductVariant", shop_id), &item.to_string())
}

fn noted(owner: String, value: &str) -> Value {
    let mut note = note(value);
    note["ownerId"] = Value::String(owner);
    note
}

/// An image that is added to a product that is there.
pub(super) fn added_image(image: &Image) -> Value {
    json!({ "originalSource": image.url, "alt": image.alt, "mediaContentType": "IMAGE" })
}

/// An image of a product that is made. What it is called is what it is known by.
fn file(image: &Image) -> Value {
    let ImageHash(hash) = image.hash;
    let mut name = String::with_capacity(2 * hash.len());
    for byte in hash {
        let digits = [byte >> 4, byte & 15];
        name.extend(digits.map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0')));
    }
    let path = image.url.split(['?', '#']).next().unwrap_or_default();
    if let Some((_, ending)) = path
        .rsplit('/')
        .next()
        .and_then(|name| name.rsplit_once('.'))
    {
        name.push('.');
        name.push_str(ending);
    }
    json!({
        "originalSource": image.url, "alt": image.alt, "contentType": "IMAGE", "filename": name,
    })
}

fn variant_of(
    variant: &Variant,
    options: &[Box<str>],
    ownership: &Ownership,
    unit: WeightUnit,
) -> Map<String, Value> {
    let Variant {
        item,
        values,
        sku,
        barcode,
        price,
        weight,
        dimensions: _,
        is_on_sale,
        image: _,
    } = variant;
    let ours = |field| ownership.is_ours(field);
    let mut inventory = json!({ "tracked": true });
    if let Some(sku) = sku.as_ref().filter(|_| ours(Field::Sku)) {
        inventory["sku"] = json!(sku.as_str());
    }
    if let Some(weight) = weight.filter(|_| ours(Field::Weight)) {
        inventory["measurement"] = measurement(weight, unit);
    }
    let mut told = Map::new();
    told.insert("optionValues".to_owned(), option_values(options, values));
    told.insert("inventoryItem".to_owned(), inventory);
    told.insert("metafields".to_owned(), json!([note(&item.to_string())]));
    if ours(Field::Price) {
        told.insert("price".to_owned(), amount(*price));
    }
    if let Some(barcode) = barcode.as_ref().filter(|_| ours(Field::Barcode)) {
        told.insert("barcode".to_owned(), json!(barcode.as_str()));
    }
    if !is_on_sale {
        told.insert("published".to_owned(), json!(false));
    }
    told
}

/// The options with the values that these variants have, each once, in their order.
fn options(wanted: &Listing, variants: &[Variant]) -> Value {
    if wanted.options.is_empty() {
        return json!([{ "name": NO_OPTION, "values": [{ "name": NO_VALUE }] }]);
    }
    let options = wanted.options.iter().enumerate().map(|(place, name)| {
        let mut values: Vec<&str> = Vec::new();
        for value in variants
            .iter()
            .filter_map(|variant| variant.values.get(place))
        {
            if !values.contains(&&**value) {
                values.push(value);
            }
        }
        let values: Vec<Value> = values
            .iter()
            .map(|value| json!({ "name": value }))
            .collect();
        json!({ "name": name, "position": place + 1, "values": values })
    });
    options.collect()
}

fn option_values(options: &[Box<str>], values: &[Box<str>]) -> Value {
    if options.is_empty() {
        return json!([option_value(NO_OPTION, NO_VALUE)]);
    }
    let named = options.iter().zip(values);
    named
        .map(|(option, value)| option_value(option, value))
        .collect()
}

fn option_value(option: &str, value: &str) -> Value {
    json!({ "optionName": option, "name": value })
}

/// `"19.99"`: a text, and never a number.
fn amount(price: Money) -> Value {
    let amount = Decimal::new(price.minor(), price.currency().decimals());
    Value::String(amount.to_string())
}

fn measurement(weight: Measure, unit: WeightUnit) -> Value {
    let (name, Measure(thousandths)) = match unit {
        WeightUnit::Gram => ("GRAMS", weight),
        WeightUnit::Kilogram => ("KILOGRAMS", weight),
        WeightUnit::Ounce => ("OUNCES", weight),
        WeightUnit::Pound => ("POUNDS", weight),
        // Not of this platform's.
        WeightUnit::Carat | WeightUnit::ShortTon => (
            "GRAMS",
            WeightUnit::Gram.of_milligrams(unit.milligrams(weight)),
        ),
    };
    let value = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
    let value: Option<Number> = serde_json::from_str(&value).ok();
    json!({ "weight": { "unit": name, "value": value } })
}
