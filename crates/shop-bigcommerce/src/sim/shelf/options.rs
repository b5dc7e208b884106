//! Options of a product, and their values.

use http::Method;
use serde_json::{Value, json};

use super::answer::{Asked, Reply, not_allowed, page};
use super::{Choice, Product, Shelf, Variant};

pub(super) fn answer(
    shelf: &mut Shelf,
    asked: &Asked,
    id: u64,
    rest: &[&str],
) -> Result<Reply, Reply> {
    let mut product = shelf
        .products
        .get(&id)
        .cloned()
        .ok_or_else(Reply::missing)?;
    let body = &asked.body;
    let reply = match (&asked.method, rest) {
        (&Method::GET, []) => {
            let (number, limit) = page(&asked.query, 250)?;
            let rows = product.options.iter().map(|option| option.shown(id));
            return Ok(Reply::page(rows.collect(), number, limit));
        }
        (&Method::POST, []) => make(shelf, &mut product, body)?,
        (&Method::PUT, [option]) => change(&mut product, option, body)?,
        (&Method::DELETE, [option]) => remove(shelf, &mut product, option)?,
        (&Method::POST, [option, "values"]) => add_value(shelf, &mut product, option, body)?,
        (&Method::PUT, [option, "values", value]) => rename(&mut product, option, value, body)?,
        _ => return Err(not_allowed()),
    };
    shelf.keep(product)?;
    Ok(reply)
}

fn make(shelf: &mut Shelf, product: &mut Product, body: &Value) -> Result<Reply, Reply> {
    const KINDS: [&str; 6] = [
        "radio_buttons",
        "rectangles",
        "dropdown",
        "product_list",
        "product_list_with_images",
        "swatch",
    ];
    let name = word(body, "display_name")?;
    if !KINDS.contains(&word(body, "type")?) {
        return Err(Reply::wrong("type"));
    }
    if product.options.iter().any(|option| option.name == name) {
        return Err(Reply::refused(
            http::StatusCode::CONFLICT,
            "The display name is already in use",
            &json!({}),
        ));
    }
    let mut values = Vec::new();
    for value in body["option_values"].as_array().into_iter().flatten() {
        values.push((shelf.next_id(), word(value, "label")?.to_owned()));
    }
    let option = Choice {
        id: shelf.next_id(),
        name: name.to_owned(),
        sort_order: body["sort_order"].as_i64().unwrap_or(0),
        values,
    };
    let shown = option.shown(product.id);
    product.options.push(option);
    Ok(Reply::data(&shown))
}

fn change(product: &mut Product, option: &str, body: &Value) -> Result<Reply, Reply> {
    let id = product.id;
    let found = product.option(option)?;
    if body.get("display_name").is_some() {
        word(body, "display_name")?.clone_into(&mut found.name);
    }
    if let Some(place) = body["sort_order"].as_i64() {
        found.sort_order = place;
    }
    let shown = found.shown(id);
    product.options.sort_by_key(|option| option.sort_order);
    Ok(Reply::data(&shown))
}

/// With an option go the variants that it made different.
fn remove(shelf: &mut Shelf, product: &mut Product, option: &str) -> Result<Reply, Reply> {
    let id = product.option(option)?.id;
    product.options.retain(|option| option.id != id);
    product.variants.clear();
    if product.options.is_empty() {
        product.variants.push(Variant::bare(shelf.next_id()));
    }
    Ok(Reply::done())
}

fn add_value(
    shelf: &mut Shelf,
    product: &mut Product,
    option: &str,
    body: &Value,
) -> Result<Reply, Reply> {
    let label = word(body, "label")?;
    if body["sort_order"].as_i64().is_none() {
        return Err(Reply::wrong("sort_order"));
    }
    let found = product.option(option)?;
    found.check_free(label, None)?;
    let id = shelf.next_id();
    found.values.push((id, label.to_owned()));
    Ok(Reply::data(
        &json!({"id": id, "label": label, "sort_order": 0, "is_default": false,
        "value_data": {}}),
    ))
}

fn rename(product: &mut Product, option: &str, value: &str, body: &Value) -> Result<Reply, Reply> {
    let label = word(body, "label")?;
    let found = product.option(option)?;
    found.check_free(label, Some(value))?;
    let mut values = found.values.iter_mut();
    let value = values.find(|(id, _)| id.to_string() == value);
    let (id, name) = value.ok_or_else(Reply::missing)?;
    label.clone_into(name);
    Ok(Reply::data(
        &json!({"id": id, "label": label, "sort_order": 0, "is_default": false,
        "value_data": {}}),
    ))
}

impl Product {
    fn option(&mut self, id: &str) -> Result<&mut Choice, Reply> {
        let mut options = self.options.iter_mut();
        options
            .find(|option| option.id.to_string() == id)
            .ok_or_else(Reply::missing)
    }
}

impl Choice {
    /// The same value in another case is the same value.
    fn check_free(&self, label: &str, except: Option<&str>) -> Result<(), Reply> {
        let small = label.to_lowercase();
        let is_taken = self.values.iter().any(|(id, known)| {
            known.to_lowercase() == small && Some(id.to_string().as_str()) != except
        });
        if is_taken {
            return Err(Reply::wrong("label"));
        }
        Ok(())
    }
}

fn word<'a>(body: &'a Value, name: &str) -> Result<&'a str, Reply> {
    let text = body[name].as_str();
    text.filter(|text| !text.is_empty())
        .ok_or_else(|| Reply::wrong(name))
}
