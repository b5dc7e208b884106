//! `/v3/catalog/products`, and brands, which it makes.

use std::collections::BTreeSet;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::answer::{Asked, Replaced, Reply, ids, not_allowed, page, rows};
use super::{Choice, Product, Shelf, Stock, Variant, rules, text, variants};

/// Most rows of a page, and of a batch.
const PAGE_ROWS: usize = 250;
const BATCH_ROWS: usize = 10;
const VARIANTS: usize = 600;

pub(super) fn many(shelf: &mut Shelf, asked: &Asked) -> Result<Reply, Reply> {
    match asked.method {
        Method::GET => list(shelf, asked),
        Method::POST => make(shelf, asked),
        Method::PUT => {
            let rows = rows(&asked.body, BATCH_ROWS)?;
            shelf.all_or_none(rows, change)
        }
        Method::DELETE => {
            let ids = ids(asked
                .query
                .get("id:in")
                .ok_or_else(|| Reply::wrong("filter"))?);
            for id in ids {
                shelf.delete(id);
            }
            Ok(Reply::done())
        }
        _ => Err(not_allowed()),
    }
}

pub(super) fn one(shelf: &mut Shelf, asked: &Asked, id: u64) -> Result<Reply, Reply> {
    let Some(product) = shelf.products.get(&id) else {
        return Err(Reply::missing());
    };
    match asked.method {
        Method::GET => {
            let include = asked.query.get("include").map_or("", String::as_str);
            Ok(Reply::data(&product.shown(include)))
        }
        Method::PUT => {
            let mut row = asked.body.clone();
            let fields = row.as_object_mut().ok_or_else(|| Reply::wrong("body"))?;
            fields.insert("id".to_owned(), json!(id));
            let Reply { body, .. } = shelf.all_or_none(&[row], change)?;
            Ok(Reply::data(&body["data"][0]))
        }
        Method::DELETE => {
            shelf.delete(id);
            Ok(Reply::done())
        }
        _ => Err(not_allowed()),
    }
}

fn list(shelf: &Shelf, asked: &Asked) -> Result<Reply, Reply> {
    let query = &asked.query;
    let (number, limit) = page(query, PAGE_ROWS)?;
    let include = query.get("include").map_or("", String::as_str);
    let id_in = query.get("id:in").map(|text| ids(text));
    let after: u64 = query.get("id:greater").map_or(Ok(0), |text| {
        text.parse().map_err(|_| Reply::wrong("id:greater"))
    })?;
    let sku_in: Option<BTreeSet<String>> = match (query.get("sku"), query.get("sku:in")) {
        (Some(sku), _) => Some(BTreeSet::from([sku.to_lowercase()])),
        (None, Some(skus)) => Some(skus.split(',').map(str::to_lowercase).collect()),
        (None, None) => None,
    };
    // The main SKU alone: those of variants are another resource's.
    let is_wanted = |product: &&Product| {
        let sku = text(&product.fields, "sku").to_lowercase();
        product.id > after
            && id_in.as_ref().is_none_or(|ids| ids.contains(&product.id))
            && sku_in
                .as_ref()
                .is_none_or(|skus| !sku.is_empty() && skus.contains(&sku))
            && query.get("name").is_none_or(|name| product.name() == name)
    };
    let found = shelf
        .products
        .range(after..)
        .map(|(_, product)| product)
        .filter(is_wanted);
    if number == 1 && after > 0 {
        // Whoever goes by ids needs no more than a page of them shown.
        let rows: Vec<Value> = found
            .take(limit)
            .map(|product| product.shown(include))
            .collect();
        return Ok(Reply::page(rows, 1, limit));
    }
    Ok(Reply::page(
        found.map(|product| product.shown(include)).collect(),
        number,
        limit,
    ))
}

fn make(shelf: &mut Shelf, asked: &Asked) -> Result<Reply, Reply> {
    let mut fields = rules::of_product(&asked.body)?;
    rules::required(&fields, &["name", "type", "weight", "price"])?;
    if shelf.products.len() >= shelf.limit {
        let title = "The product limit of the store's plan is reached";
        return Err(Reply::refused(StatusCode::FORBIDDEN, title, &json!({})));
    }
    shelf.name_brand(&mut fields);
    let mut product = Product {
        id: shelf.next_id(),
        fields,
        options: Vec::new(),
        variants: Vec::new(),
        images: Vec::new(),
        channels: BTreeSet::new(),
        stock: Stock::default(),
    };
    let given = asked.body["variants"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    if given.len() > VARIANTS {
        return Err(Reply::wrong("variants"));
    }
    for row in given {
        variant(shelf, &mut product, row)?;
    }
    if given.is_empty() {
        product.variants.push(Variant::bare(shelf.next_id()));
    }
    let shown = product.shown("variants,images");
    shelf.keep(product)?;
    Ok(Reply::data(&shown))
}

/// One that comes with its product: its options and values are named.
fn variant(shelf: &mut Shelf, product: &mut Product, row: &Value) -> Result<(), Reply> {
    let fields = rules::of_variant(row)?;
    rules::required(&fields, &["sku"])?;
    let given = row["option_values"]
        .as_array()
        .filter(|values| !values.is_empty());
    let mut made = Variant {
        fields,
        ..Variant::bare(shelf.next_id())
    };
    for value in given.ok_or_else(|| Reply::wrong("option_values"))? {
        let text = |name: &str| value[name].as_str().filter(|text| !text.is_empty());
        let name =
            text("option_display_name").ok_or_else(|| Reply::wrong("option_display_name"))?;
        let label = text("label").ok_or_else(|| Reply::wrong("label"))?;
        let known = product
            .options
            .iter()
            .position(|option| option.name == name);
        let place = known.unwrap_or(product.options.len());
        if known.is_none() {
            product.options.push(Choice {
                id: shelf.next_id(),
                name: name.to_owned(),
                sort_order: i64::try_from(place).unwrap_or(0),
                values: Vec::new(),
            });
        }
        let option = &mut product.options[place];
        let known = option.values.iter().find(|(_, known)| known == label);
        let known = known.map(|(id, _)| *id);
        let id = known.unwrap_or_else(|| shelf.next_id());
        if known.is_none() {
            option.values.push((id, label.to_owned()));
        }
        made.values.insert(option.id, id);
    }
    variants::add(product, made)
}

fn change(shelf: &mut Shelf, row: &Value) -> Result<Replaced, Reply> {
    let id = row["id"].as_u64().ok_or_else(|| Reply::wrong("id"))?;
    let mut fields = rules::of_product(row)?;
    let old = shelf
        .products
        .get(&id)
        .cloned()
        .ok_or_else(Reply::missing)?;
    shelf.name_brand(&mut fields);
    let mut product = old.clone();
    if let Some(level) = fields
        .remove("inventory_level")
        .and_then(|level| level.as_i64())
    {
        product.stock.on_hand = level;
    }
    product.fields.extend(fields);
    let shown = product.shown("");
    shelf.keep(product)?;
    Ok((old, shown))
}

impl Shelf {
    /// A brand's name finds it, whatever its case, or makes it; it is not said back.
    fn name_brand(&mut self, fields: &mut super::Fields) {
        let Some(Value::String(name)) = fields.remove("brand_name") else {
            return;
        };
        let small = name.to_lowercase();
        let mut brands = self.brands.iter();
        let known = brands
            .find(|(_, known)| known.to_lowercase() == small)
            .map(|(id, _)| *id);
        let id = known.unwrap_or_else(|| {
            let id = self.next_id();
            self.brands.insert(id, name);
            id
        });
        fields.insert("brand_id".to_owned(), json!(id));
    }
}

pub(super) fn assign(shelf: &mut Shelf, asked: &Asked) -> Result<Reply, Reply> {
    if asked.method != Method::PUT {
        return Err(not_allowed());
    }
    for row in rows(&asked.body, PAGE_ROWS)? {
        let number = |name: &str| row[name].as_u64().ok_or_else(|| Reply::wrong(name));
        let (product, channel) = (number("product_id")?, number("channel_id")?);
        let product = shelf
            .products
            .get_mut(&product)
            .ok_or_else(Reply::missing)?;
        product.channels.insert(channel);
    }
    Ok(Reply::done())
}

pub(super) fn brands(shelf: &Shelf, asked: &Asked) -> Result<Reply, Reply> {
    if asked.method != Method::GET {
        return Err(not_allowed());
    }
    let (number, limit) = page(&asked.query, PAGE_ROWS)?;
    let id_in = asked.query.get("id:in").map(|text| ids(text));
    let found = shelf.brands.iter().filter(|(id, name)| {
        id_in.as_ref().is_none_or(|ids| ids.contains(id))
            && asked.query.get("name").is_none_or(|wanted| wanted == *name)
    });
    let rows = found.map(|(id, name)| json!({"id": id, "name": name, "page_title": ""}));
    Ok(Reply::page(rows.collect(), number, limit))
}
