//! Variants: of one product, and of all of them.

use std::collections::BTreeMap;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::answer::{Asked, Replaced, Reply, not_allowed, page, rows};
use super::{Product, Shelf, Variant, images, rules, text};

const PAGE_ROWS: usize = 250;
const BATCH_ROWS: usize = 50;

pub(super) fn many(shelf: &mut Shelf, asked: &Asked) -> Result<Reply, Reply> {
    match asked.method {
        Method::GET => list(shelf, asked),
        Method::PUT => {
            let rows = rows(&asked.body, BATCH_ROWS)?;
            let changed = shelf.all_or_none(rows, change);
            changed.map_err(|refusal| batch_error(&refusal))
        }
        _ => Err(not_allowed()),
    }
}

pub(super) fn of_product(
    shelf: &mut Shelf,
    asked: &Asked,
    id: u64,
    rest: &[&str],
) -> Result<Reply, Reply> {
    let product = shelf
        .products
        .get(&id)
        .cloned()
        .ok_or_else(Reply::missing)?;
    match (&asked.method, rest) {
        (&Method::POST, []) => make(shelf, product, &asked.body),
        (&Method::DELETE, [variant]) => remove(shelf, product, variant),
        (&Method::POST, [variant, "image"]) => picture(shelf, product, variant, &asked.body),
        _ => Err(not_allowed()),
    }
}

/// By SKU, only those of products that have options.
fn list(shelf: &Shelf, asked: &Asked) -> Result<Reply, Reply> {
    let (number, limit) = page(&asked.query, PAGE_ROWS)?;
    let sku = asked.query.get("sku").map(|sku| sku.to_lowercase());
    let products: Vec<&Product> = match &sku {
        Some(sku) => {
            let owner = shelf.skus.get(sku).and_then(|id| shelf.products.get(id));
            owner.into_iter().collect()
        }
        None => shelf.products.values().collect(),
    };
    let mut rows = Vec::new();
    for product in products
        .into_iter()
        .filter(|product| !product.options.is_empty())
    {
        let variants = product.variants.iter().filter(|variant| {
            let own = text(&variant.fields, "sku").to_lowercase();
            sku.as_ref().is_none_or(|sku| *sku == own)
        });
        rows.extend(variants.map(|variant| product.shown_variant(variant)));
    }
    Ok(Reply::page(rows, number, limit))
}

fn change(shelf: &mut Shelf, row: &Value) -> Result<Replaced, Reply> {
    let id = row["id"].as_u64().ok_or_else(|| Reply::wrong("id"))?;
    let fields = rules::of_variant(row)?;
    let old = shelf.owner(id).cloned();
    let old = old.ok_or_else(Reply::missing)?;
    let mut product = old.clone();
    let mut variants = product.variants.iter_mut();
    if let Some(variant) = variants.find(|variant| variant.id == id) {
        variant.tell(fields);
    }
    let mut variants = product.variants.iter();
    let shown = variants.find(|variant| variant.id == id);
    let shown = shown
        .map(|variant| product.shown_variant(variant))
        .unwrap_or_default();
    shelf.keep(product)?;
    Ok((old, shown))
}

/// As this resource words what it refuses.
fn batch_error(refusal: &Reply) -> Reply {
    if refusal.status == StatusCode::PAYLOAD_TOO_LARGE {
        return refusal.clone();
    }
    let errors = json!({"batch_errors": [refusal.body]});
    Reply::of(StatusCode::UNPROCESSABLE_ENTITY, errors)
}

/// Its options and values go by their ids.
fn make(shelf: &mut Shelf, mut product: Product, body: &Value) -> Result<Reply, Reply> {
    let fields = rules::of_variant(body)?;
    rules::required(&fields, &["sku"])?;
    let given = body["option_values"]
        .as_array()
        .ok_or_else(|| Reply::wrong("option_values"))?;
    let mut values = BTreeMap::new();
    for value in given {
        let number = |name: &str| value[name].as_u64().ok_or_else(|| Reply::wrong(name));
        values.insert(number("option_id")?, number("id")?);
    }
    let is_whole = values.len() == product.options.len()
        && product.options.iter().all(|option| {
            let wanted = values.get(&option.id);
            option.values.iter().any(|(id, _)| Some(id) == wanted)
        });
    if !is_whole || values.is_empty() {
        return Err(Reply::wrong("option_values"));
    }
    let mut made = Variant {
        values,
        ..Variant::bare(shelf.next_id())
    };
    made.tell(fields);
    // What stood for a product without variants.
    product
        .variants
        .retain(|variant| !variant.values.is_empty());
    add(&mut product, made.clone())?;
    let shown = product.shown_variant(&made);
    shelf.keep(product)?;
    Ok(Reply::data(&shown))
}

/// There is one of each.
pub(super) fn add(product: &mut Product, made: Variant) -> Result<(), Reply> {
    if product
        .variants
        .iter()
        .any(|variant| variant.values == made.values)
    {
        return Err(Reply::refused(
            StatusCode::CONFLICT,
            "A variant with these option values already exists",
            &json!({"option_values": "duplicate"}),
        ));
    }
    product.variants.push(made);
    Ok(())
}

fn remove(shelf: &mut Shelf, mut product: Product, variant: &str) -> Result<Reply, Reply> {
    let left = product.variants.len();
    product
        .variants
        .retain(|each| each.id.to_string() != variant);
    if product.variants.len() == left {
        return Err(Reply::missing());
    }
    shelf.keep(product)?;
    Ok(Reply::done())
}

fn picture(
    shelf: &mut Shelf,
    mut product: Product,
    variant: &str,
    body: &Value,
) -> Result<Reply, Reply> {
    let url = images::fetched(body)?;
    let mut variants = product.variants.iter_mut();
    let found = variants.find(|each| each.id.to_string() == variant);
    let found = found.ok_or_else(Reply::missing)?;
    found.image_url.clone_from(&url);
    shelf.keep(product)?;
    Ok(Reply::data(&json!({"image_url": url})))
}

impl Variant {
    fn tell(&mut self, mut fields: super::Fields) {
        if let Some(level) = fields
            .remove("inventory_level")
            .and_then(|level| level.as_i64())
        {
            self.stock.on_hand = level;
        }
        self.fields.extend(fields);
    }
}
