//! What the shop has on sale, as its API tells and takes it: documents, and the rules that they keep.

mod image;
mod product;
mod search;
mod variation;
mod write;

use std::collections::BTreeMap;

use http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};
use shop::sim::{StockCause, StockLog};

use super::body::{date, double};
use super::catalogue::{Catalogue, Product};
use image::Arriving;

/// What each thing has on the shelf when the shop opens.
pub const OPENING_STOCK: i64 = 100;
/// Products that are made are numbered from here on, after those that the shop opens with.
const FIRST_NEW_PRODUCT: u64 = 2_000_000_000;
const FIRST_NEW_COMBINATION: u64 = 70_000_000;
const FIRST_IMAGE: u64 = 3_400;

/// A request to the part of the API that is about products.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) method: &'a Method,
    /// Below the store's address: `/products/1`.
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) body: &'a Value,
    pub(super) now: Timestamp,
    /// What was made later than this the search does not know yet.
    pub(super) indexed: Option<Timestamp>,
}

/// Status and body.
pub(super) type Answer = (StatusCode, Value);

#[derive(Debug)]
pub(super) struct Goods {
    /// By id, which is also the order in which they were made.
    products: BTreeMap<u64, Stored>,
    deleted: Vec<(u64, Timestamp)>,
    arriving: Vec<Arriving>,
    next_product: u64,
    next_combination: u64,
    next_image: u64,
    /// Most products that the merchant's plan takes.
    pub(super) plan_limit: Option<usize>,
    /// Whether an image tells the name that it was sent under.
    pub(super) tells_image_names: bool,
    pub(super) log: StockLog,
}

#[derive(Debug)]
struct Stored {
    made_at: Timestamp,
    document: Value,
}

impl Goods {
    pub(super) fn new(catalogue: &Catalogue, opened_at: Timestamp) -> Self {
        let mut products = BTreeMap::new();
        for product in catalogue.products() {
            let stored = products
                .entry(product.product_id)
                .or_insert_with(|| Stored {
                    made_at: opened_at,
                    document: document(product, opened_at),
                });
            stock(&mut stored.document, product);
        }
        Self {
            products,
            deleted: Vec::new(),
            arriving: Vec::new(),
            next_product: FIRST_NEW_PRODUCT,
            next_combination: FIRST_NEW_COMBINATION,
            next_image: FIRST_IMAGE,
            plan_limit: None,
            tells_image_names: true,
            log: StockLog::default(),
        }
    }

    /// Does what is asked. `None`: this part of the API has no such address.
    pub(super) fn perform(&mut self, asked: &Asked<'_>) -> Option<Answer> {
        let parts: Vec<&str> = asked.path.trim_start_matches('/').split('/').collect();
        let ["products", parts @ ..] = parts.as_slice() else {
            return None;
        };
        if *asked.method == Method::GET {
            self.arrive();
        }
        Some(match parts {
            [] => self.all(asked),
            ["deleted"] => self.list_deleted(asked),
            [id, parts @ ..] => {
                let id = id.parse().unwrap_or_default();
                if !self.products.contains_key(&id) {
                    return Some(missing("Product"));
                }
                match parts {
                    [] => self.one(id, asked),
                    ["inventory"] => self.add_stock(id, asked),
                    ["combinations", parts @ ..] => self.variations(id, parts, asked)?,
                    parts => self.images(id, parts, asked)?,
                }
            }
        })
    }

    fn all(&mut self, asked: &Asked<'_>) -> Answer {
        match *asked.method {
            Method::GET => self.search(asked),
            Method::POST => self.create(asked),
            _ => not_allowed(),
        }
    }

    fn one(&mut self, id: u64, asked: &Asked<'_>) -> Answer {
        match *asked.method {
            Method::GET => match self.told(id) {
                Some(document) => (StatusCode::OK, document),
                None => missing("Product"),
            },
            Method::PUT => self.update(id, asked),
            Method::DELETE => {
                self.products.remove(&id);
                self.deleted.push((id, asked.now));
                (StatusCode::OK, json!({"deleteCount": 1}))
            }
            _ => not_allowed(),
        }
    }

    /// A product as the shop has it.
    pub(super) fn told(&self, id: u64) -> Option<Value> {
        let mut document = self.products.get(&id)?.document.clone();
        hide_uncounted(&mut document);
        let combinations = document["combinations"].as_array_mut();
        combinations.into_iter().flatten().for_each(hide_uncounted);
        if !self.tells_image_names {
            let images = document["media"]["images"].as_array_mut();
            for image in images.into_iter().flatten() {
                image
                    .as_object_mut()
                    .map(|image| image.remove("externalId"));
            }
        }
        Some(document)
    }

    /// A buyer takes so many, or they come back.
    pub(super) fn take(&mut self, sold: &Product, units: i64, now: Timestamp) {
        let Some(stored) = self.products.get_mut(&sold.product_id) else {
            return;
        };
        let counted = match sold.combination_id {
            Some(id) => variation::find(&mut stored.document, id),
            None => Some(&mut stored.document),
        };
        if let Some(counted) = counted {
            let left = counted["quantity"].as_i64().unwrap_or(0);
            counted["quantity"] = json!(left - units);
            let sku = counted["sku"].as_str().unwrap_or_default();
            let figures = (left, left - units);
            self.log.add(now, sku, figures, StockCause::Order);
        }
    }

    /// What is left for a buyer. `None`: nobody counts it.
    pub(super) fn left(&self, sold: &Product) -> Option<i64> {
        let document = &self.products.get(&sold.product_id)?.document;
        let counted = match sold.combination_id {
            Some(id) => {
                (document["combinations"].as_array()?.iter()).find(|one| one["id"] == id)?
            }
            None => document,
        };
        (counted["unlimited"] != true).then(|| counted["quantity"].as_i64().unwrap_or(0))
    }

    /// What there is of every SKU that is counted.
    pub(super) fn stock(&self) -> BTreeMap<String, i64> {
        let left = |thing: &Value| {
            let sku = thing["sku"].as_str().filter(|sku| !sku.is_empty())?;
            let left = thing["quantity"].as_i64()?;
            (thing["unlimited"] != true).then(|| (sku.to_owned(), left))
        };
        let mut stock = BTreeMap::new();
        for Stored { document, .. } in self.products.values() {
            let combinations = document["combinations"].as_array().into_iter().flatten();
            stock.extend(
                std::iter::once(document)
                    .chain(combinations)
                    .filter_map(left),
            );
        }
        stock
    }
}

/// What is not counted has no quantity to tell.
fn hide_uncounted(shelf: &mut Value) {
    if shelf["unlimited"] == true {
        shelf.as_object_mut().map(|shelf| shelf.remove("quantity"));
    }
}

/// A product that the shop opens with; some fields are the merchant's alone.
fn document(product: &Product, at: Timestamp) -> Value {
    let mut document = product::blank(product.product_id, at);
    document["name"] = json!(product.name);
    document["description"] = json!(format!("<p>{}</p>", product.product_id));
    document["enabled"] = json!(true);
    document["price"] = json!(double(product.price_cents));
    document["compareToPrice"] = json!(double(product.price_cents * 2));
    document["subtitle"] = json!("Fait main");
    document["externalReferenceId"] = json!(format!("pos-{}", product.product_id));
    document["updated"] = json!(date(at));
    document
}

/// The product's own shelf, or one of its variations'.
fn stock(document: &mut Value, product: &Product) {
    let Some((id, (name, value))) = product.combination_id.zip(product.option) else {
        document["sku"] = json!(product.sku);
        document["quantity"] = json!(OPENING_STOCK);
        return;
    };
    variation::ensure_choice(document, name, value);
    let variation = json!({
        "id": id,
        "combinationNumber": 1,
        "options": [{"name": name, "value": value}],
        "sku": product.sku,
        "quantity": OPENING_STOCK,
        "unlimited": false,
        "inStock": true,
        "price": double(product.price_cents),
        "weight": 0.3,
        "warningLimit": 2,
    });
    if let Some(combinations) = document["combinations"].as_array_mut() {
        combinations.push(variation);
    }
}

fn missing(what: &str) -> Answer {
    let message = format!("{what} with the given id is not found");
    (StatusCode::NOT_FOUND, json!({"errorMessage": message}))
}

fn wrong(why: &str) -> Answer {
    let message = format!("Wrong product data: {why}");
    (
        StatusCode::BAD_REQUEST,
        json!({"errorMessage": message, "errorCode": "BAD_REQUEST"}),
    )
}

fn not_allowed() -> Answer {
    let body = json!({"errorMessage": "Method not allowed"});
    (StatusCode::METHOD_NOT_ALLOWED, body)
}

#[cfg(test)]
mod tests;
