//! `/v3/catalog/products/metafields`: what apps keep with products.

use std::collections::BTreeSet;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Shelf;
use super::answer::{Asked, Reply, not_allowed, page, rows};

const PAGE_ROWS: usize = 250;
const BATCH_ROWS: usize = 10;
/// Longest key and namespace, and longest value, in characters.
const KEY_CHARS: usize = 64;
const VALUE_CHARS: usize = 65_535;

#[derive(Clone, Debug)]
pub struct Metafield {
    id: u64,
    resource_id: u64,
    namespace: String,
    key: String,
    value: String,
    permission_set: String,
}

pub(super) fn many(shelf: &mut Shelf, asked: &Asked) -> Result<Reply, Reply> {
    match asked.method {
        Method::GET => list(shelf, asked),
        Method::POST => Ok(each(shelf, rows(&asked.body, BATCH_ROWS)?, make)),
        Method::PUT => Ok(each(shelf, rows(&asked.body, BATCH_ROWS)?, change)),
        _ => Err(not_allowed()),
    }
}

fn list(shelf: &Shelf, asked: &Asked) -> Result<Reply, Reply> {
    let (number, limit) = page(&asked.query, PAGE_ROWS)?;
    let ids: Vec<u64> = match asked.query.get("key:in") {
        Some(keys) => {
            let keys: BTreeSet<&str> = keys.split(',').collect();
            let of_keys = keys.into_iter().filter_map(|key| shelf.keys.get(key));
            of_keys.flatten().copied().collect()
        }
        None => shelf.metafields.keys().copied().collect(),
    };
    let namespace = asked.query.get("namespace");
    let found = ids.iter().filter_map(|id| shelf.metafields.get(id));
    let found =
        found.filter(|field| namespace.is_none_or(|namespace| *namespace == field.namespace));
    Ok(Reply::page(
        found.map(Metafield::shown).collect(),
        number,
        limit,
    ))
}

/// Row by row: what is refused holds up no other, and the answer says both.
fn each(
    shelf: &mut Shelf,
    rows: &[Value],
    act: fn(&mut Shelf, &Value) -> Result<Metafield, Reply>,
) -> Reply {
    let (mut done, mut errors) = (Vec::new(), Vec::new());
    for row in rows {
        match act(shelf, row) {
            Ok(field) => {
                done.push(field.shown());
                shelf
                    .keys
                    .entry(field.key.clone())
                    .or_default()
                    .insert(field.id);
                shelf.metafields.insert(field.id, field);
            }
            Err(refusal) => errors.push(refusal.body),
        }
    }
    let meta = json!({"total": rows.len(), "success": done.len(), "failed": errors.len()});
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let body = json!({"data": done, "errors": errors, "meta": meta});
    Reply::of(status, body)
}

fn make(shelf: &mut Shelf, row: &Value) -> Result<Metafield, Reply> {
    let resource_id = row["resource_id"]
        .as_u64()
        .ok_or_else(|| Reply::wrong("resource_id"))?;
    if !shelf.products.contains_key(&resource_id) {
        return Err(Reply::wrong("resource_id"));
    }
    let (namespace, key) = (
        word(row, "namespace", KEY_CHARS)?,
        word(row, "key", KEY_CHARS)?,
    );
    let is_same = |field: &Metafield| {
        field.resource_id == resource_id && field.namespace == namespace && field.key == key
    };
    let of_key = shelf.keys.get(&key).into_iter().flatten();
    if of_key
        .filter_map(|id| shelf.metafields.get(id))
        .any(is_same)
    {
        return Err(Reply::refused(
            StatusCode::CONFLICT,
            "A metafield with this namespace and key already exists",
            &json!({}),
        ));
    }
    Ok(Metafield {
        id: shelf.next_id(),
        resource_id,
        namespace,
        key,
        value: word(row, "value", VALUE_CHARS)?,
        permission_set: word(row, "permission_set", KEY_CHARS)?,
    })
}

fn change(shelf: &mut Shelf, row: &Value) -> Result<Metafield, Reply> {
    let id = row["id"].as_u64().ok_or_else(|| Reply::wrong("id"))?;
    let field = shelf
        .metafields
        .get(&id)
        .cloned()
        .ok_or_else(Reply::missing)?;
    Ok(Metafield {
        value: word(row, "value", VALUE_CHARS)?,
        ..field
    })
}

fn word(row: &Value, name: &str, most: usize) -> Result<String, Reply> {
    let text = row[name].as_str().unwrap_or_default();
    let fits = (1..=most).contains(&text.chars().count());
    fits.then(|| text.to_owned())
        .ok_or_else(|| Reply::wrong(name))
}

impl Shelf {
    /// They go with their product.
    pub(super) fn forget_metafields(&mut self, product: u64) {
        self.metafields
            .retain(|_, field| field.resource_id != product);
        let left = &self.metafields;
        self.keys.retain(|_, ids| {
            ids.retain(|id| left.contains_key(id));
            !ids.is_empty()
        });
    }
}

impl Metafield {
    fn shown(&self) -> Value {
        json!({"id": self.id, "key": self.key, "value": self.value, "namespace": self.namespace,
            "permission_set": self.permission_set, "resource_type": "product",
            "resource_id": self.resource_id, "description": "",
            "date_created": "2026-11-21T14:00:00+00:00",
            "date_modified": "2026-11-21T14:00:00+00:00"})
    }
}
