//! What is said to a shop, as its API takes it. Pure.

use retail::listing::{
    Change, Dimensions, Field, Listing, Measure, Ownership, ShopImage, ShopListing, Variant,
    VariantFields,
};
use retail::{ItemId, Money};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::images::ImageList;
use super::note;
use super::raw::{RawAttribute, RawProduct};
use super::shown::is_same_name;
use crate::text;

/// The fields of one product or variation.
pub(super) type Body = Map<String, Value>;

/// Adds notes of ours to those that are there.
pub(super) fn put_note(body: &mut Body, key: &str, value: impl Into<String>) {
    let notes = body.entry("meta_data").or_insert_with(|| json!([]));
    if let Value::Array(notes) = notes {
        notes.push(note::entry(key, value));
    }
}

/// A product that is to be made, hidden.
pub(super) fn new_product(wanted: &Listing, ownership: &Ownership, brand: Option<&str>) -> Body {
    let ours = |field| ownership.is_ours(field);
    let mut body = Body::new();
    put_texts(
        &mut body,
        Some(&*wanted.title),
        ours(Field::Description).then_some(&*wanted.description),
        brand,
    );
    body.insert("slug".to_owned(), note::slug(wanted.product).into());
    put_note(&mut body, note::PRODUCT, wanted.product.to_string());
    if ours(Field::Images) && !wanted.images.is_empty() {
        put_images(&mut body, &ImageList::new(&wanted.images));
    }
    match wanted.variants.as_slice() {
        [only] if wanted.options.is_empty() => {
            body.insert("type".to_owned(), "simple".into());
            body.insert("status".to_owned(), status(false, only.is_on_sale).into());
            put_fields(&mut body, &all_of(only, ownership));
            put_note(&mut body, note::ITEM, only.item.to_string());
            put_no_stock(&mut body);
        }
        variants => {
            body.insert("type".to_owned(), "variable".into());
            body.insert("status".to_owned(), "draft".into());
            let values = variants.iter().map(|variant| variant.values.as_slice());
            let attributes = attributes(&wanted.options, &values.collect::<Vec<_>>(), &[]);
            body.insert("attributes".to_owned(), attributes);
        }
    }
    body
}

/// A variation that is to be made.
pub(super) fn new_variation(
    wanted: &Variant,
    fields: &VariantFields,
    images: &[ShopImage],
    attributes: Value,
) -> Body {
    let mut body = Body::new();
    put_fields(&mut body, fields);
    put_image(&mut body, fields, images);
    body.insert("status".to_owned(), one_status(wanted.is_on_sale).into());
    body.insert("attributes".to_owned(), attributes);
    put_note(&mut body, note::ITEM, wanted.item.to_string());
    put_no_stock(&mut body);
    body
}

/// What differs of a variation that is there.
pub(super) fn variation(
    item: ItemId,
    fields: &VariantFields,
    images: &[ShopImage],
    attributes: Option<Value>,
) -> Body {
    let mut body = Body::new();
    put_fields(&mut body, fields);
    put_image(&mut body, fields, images);
    if let Some(is_on_sale) = fields.is_on_sale {
        body.insert("status".to_owned(), one_status(is_on_sale).into());
    }
    if let Some(attributes) = attributes {
        body.insert("attributes".to_owned(), attributes);
    }
    if !body.is_empty() {
        put_note(&mut body, note::ITEM, item.to_string());
    }
    body
}

/// What differs of a product itself, but for what follows from its shape.
pub(super) fn put_change(body: &mut Body, change: &Change, brand: Option<&str>) {
    put_texts(
        body,
        change.title.as_deref(),
        change.description.as_deref(),
        brand,
    );
}

fn put_texts(body: &mut Body, title: Option<&str>, description: Option<&str>, brand: Option<&str>) {
    if let Some(title) = title {
        // Names are HTML there: what is a letter here must be one there.
        let name = html_escape::encode_text(title);
        body.insert("name".to_owned(), name.into());
    }
    if let Some(description) = description {
        body.insert("description".to_owned(), description.into());
    }
    match brand {
        None => {}
        Some("") => {
            body.insert("brands".to_owned(), json!([]));
        }
        Some(id) => {
            body.insert("brands".to_owned(), json!([{"id": number(id)}]));
        }
    }
}

/// All that the POS decides of a variant that is to be made; what it has nothing for is left out.
pub(super) fn all_of(variant: &Variant, ownership: &Ownership) -> VariantFields {
    let ours = |field| ownership.is_ours(field);
    VariantFields {
        values: None,
        sku: (variant.sku.clone()).filter(|_| ours(Field::Sku)).map(Some),
        barcode: (variant.barcode.clone())
            .filter(|_| ours(Field::Barcode))
            .map(Some),
        price: ours(Field::Price).then_some(variant.price),
        weight: variant.weight.filter(|_| ours(Field::Weight)),
        dimensions: variant.dimensions.filter(|_| ours(Field::Dimensions)),
        is_on_sale: None,
        image: variant.image.filter(|_| ours(Field::Images)),
    }
}

/// All but values, availability and image, which products and variations have in different ways.
pub(super) fn put_fields(body: &mut Body, fields: &VariantFields) {
    let VariantFields {
        values: _,
        sku,
        barcode,
        price,
        weight,
        dimensions,
        is_on_sale: _,
        image: _,
    } = fields;
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    if let Some(sku) = sku {
        put("sku", sku.as_ref().map_or("", |sku| sku.as_str()).into());
    }
    if let Some(barcode) = barcode {
        let code = barcode.as_ref().map_or("", |code| code.as_str());
        put("global_unique_id", code.into());
    }
    if let Some(price) = price {
        put("regular_price", amount(*price).into());
    }
    if let Some(weight) = weight {
        put("weight", measure(*weight).into());
    }
    if let Some(Dimensions {
        length,
        width,
        height,
    }) = dimensions
    {
        let [length, width, height] = [length, width, height].map(|each| measure(*each));
        put(
            "dimensions",
            json!({"length": length, "width": width, "height": height}),
        );
    }
}

/// One that the product does not have is left out: the variation shows the product's first.
fn put_image(body: &mut Body, fields: &VariantFields, images: &[ShopImage]) {
    let Some(hash) = fields.image else { return };
    if let Some(image) = images.iter().find(|image| image.hash == Some(hash)) {
        body.insert("image".to_owned(), json!({"id": number(&image.id)}));
    }
}

pub(super) fn put_images(body: &mut Body, images: &ImageList<'_>) {
    body.insert("images".to_owned(), images.body());
    put_note(body, note::IMAGES, images.note());
}

/// Counted from the first, and nothing there: what there is follows by itself.
pub(super) fn put_no_stock(body: &mut Body) {
    body.insert("manage_stock".to_owned(), true.into());
    body.insert("stock_quantity".to_owned(), 0.into());
}

/// Of a product that is its own variant.
pub(super) const fn status(product_is_on_sale: bool, variant_is_on_sale: bool) -> &'static str {
    match (product_is_on_sale, variant_is_on_sale) {
        (true, true) => "publish",
        (true, false) => "private",
        (false, true) => "draft",
        (false, false) => "pending",
    }
}

const fn one_status(is_on_sale: bool) -> &'static str {
    if is_on_sale { "publish" } else { "private" }
}

/// The options of a product with all the values that its variations have, and what else the shop says of it: `found`.
pub(super) fn attributes(
    options: &[Box<str>],
    variants: &[&[Box<str>]],
    found: &[RawAttribute<'_>],
) -> Value {
    let mut all = Vec::new();
    for (place, option) in options.iter().enumerate() {
        let mut values: Vec<&str> = Vec::new();
        for variant in variants {
            let value = variant.get(place).map(AsRef::as_ref);
            if let Some(value) = value.filter(|value| !value.is_empty() && !values.contains(value))
            {
                values.push(value);
            }
        }
        let known = found
            .iter()
            .find(|known| is_same_name(known.name.as_str(), option));
        let mut attribute = named(option, known);
        attribute.insert("position".to_owned(), place.into());
        let is_visible = known.is_none_or(|known| !known.visible.is_empty());
        attribute.insert("visible".to_owned(), is_visible.into());
        attribute.insert("variation".to_owned(), true.into());
        attribute.insert("options".to_owned(), json!(values));
        all.push(attribute);
    }
    // What describes it and no variation differs in is the shop's.
    let others = (found.iter()).filter(|known| {
        let is_option = |option: &str| is_same_name(known.name.as_str(), option);
        known.variation.is_empty() && !options.iter().any(|option| is_option(option))
    });
    for known in others {
        let name = text::unescaped(known.name.as_str());
        let mut attribute = named(&name, Some(known));
        let values = known
            .options
            .0
            .iter()
            .map(|value| text::unescaped(value.as_str()));
        attribute.insert("position".to_owned(), all.len().into());
        attribute.insert("visible".to_owned(), (!known.visible.is_empty()).into());
        attribute.insert("variation".to_owned(), false.into());
        attribute.insert("options".to_owned(), json!(values.collect::<Vec<_>>()));
        all.push(attribute);
    }
    json!(all)
}

/// A variation's own values.
pub(super) fn own_attributes(
    options: &[Box<str>],
    values: &[Box<str>],
    found: &[RawAttribute<'_>],
) -> Value {
    let all = options.iter().zip(values).map(|(option, value)| {
        let known = found
            .iter()
            .find(|known| is_same_name(known.name.as_str(), option));
        let mut attribute = named(option, known);
        attribute.insert("option".to_owned(), value.as_ref().into());
        attribute
    });
    json!(all.collect::<Vec<_>>())
}

/// By its id where it is one of the whole shop's, else by its name.
fn named(option: &str, known: Option<&RawAttribute<'_>>) -> Body {
    let mut attribute = Body::new();
    match known.and_then(|known| known.id.id()) {
        Some(id) => attribute.insert("id".to_owned(), number(id)),
        None => attribute.insert("name".to_owned(), option.into()),
    };
    attribute
}

/// The values that a product's variations will have: ours as wanted, and of those that somebody made in the shop
/// what they have.
pub(super) fn all_values<'a>(wanted: &'a Listing, shop: &'a ShopListing) -> Vec<Vec<Box<str>>> {
    let ours = wanted.variants.iter().map(|variant| variant.values.clone());
    let theirs = shop
        .variants
        .iter()
        .filter(|variant| variant.item.is_none());
    let theirs = theirs.map(|variant| {
        let place = |option: &str| {
            let place = shop
                .options
                .iter()
                .position(|known| is_same_name(known, option))?;
            variant.values.get(place).cloned()
        };
        let options = wanted.options.iter();
        options
            .map(|option| place(option).unwrap_or_default())
            .collect()
    });
    ours.chain(theirs).collect()
}

/// Makes it one thing, or one in variations.
pub(super) fn put_shape(body: &mut Body, kind: &str, found: Option<&RawProduct<'_>>) {
    body.insert("type".to_owned(), kind.into());
    if kind == "variable" {
        // Its variations take over what it was known and counted by.
        body.insert("sku".to_owned(), "".into());
        body.insert("manage_stock".to_owned(), false.into());
        put_note(body, note::ITEM, "");
        // A shop that knows of no such codes is not told of any.
        if found.is_some_and(|found| !found.global_unique_id.is_empty()) {
            body.insert("global_unique_id".to_owned(), "".into());
        }
    }
}

/// In major units, as exact as the currency is.
fn amount(price: Money) -> String {
    Decimal::new(price.minor(), price.currency().decimals()).to_string()
}

fn measure(Measure(thousandths): Measure) -> String {
    let text = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
    let text = text.trim_end_matches('0');
    text.trim_end_matches('.').to_owned()
}

/// Ids are numbers in what is sent.
pub(super) fn number(id: &str) -> Value {
    super::ask::number(id).map_or_else(|| id.into(), Into::into)
}
