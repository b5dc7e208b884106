//! Requests about the catalogue and the inventory, and their answers.

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Product, Shelf, Taken, images, inventory, metafields, options, products, variants};
use crate::sim::query::Parameters;

/// A request, as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: Method,
    /// Below the store.
    pub path: String,
    /// Unescaped.
    pub query: Parameters,
    /// Null: none.
    pub body: Value,
}

/// An answer of v3.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    /// Null: nothing.
    pub body: Value,
    is_problem: bool,
}

impl Reply {
    pub(super) fn data(data: &Value) -> Self {
        Self::of(StatusCode::OK, json!({"data": data, "meta": {}}))
    }

    pub(super) const fn of(status: StatusCode, body: Value) -> Self {
        Self {
            status,
            body,
            is_problem: false,
        }
    }

    pub(super) const fn done() -> Self {
        Self::of(StatusCode::NO_CONTENT, Value::Null)
    }

    pub(super) fn missing() -> Self {
        Self::refused(
            StatusCode::NOT_FOUND,
            "The resource was not found",
            &json!({}),
        )
    }

    pub(super) fn refused(status: StatusCode, title: &str, errors: &Value) -> Self {
        let kind = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes";
        let body =
            json!({"status": status.as_u16(), "title": title, "type": kind, "errors": errors});
        Self {
            status,
            body,
            is_problem: status != StatusCode::NOT_FOUND,
        }
    }

    pub(super) fn wrong(field: &str) -> Self {
        Self::refused(
            StatusCode::UNPROCESSABLE_ENTITY,
            "JSON data is missing or invalid",
            &json!({field: "error.invalid"}),
        )
    }

    /// For too many rows.
    pub(super) fn too_large() -> Self {
        Self::refused(StatusCode::PAYLOAD_TOO_LARGE, "Too many rows", &json!({}))
    }

    pub(super) fn page(rows: Vec<Value>, number: usize, per_page: usize) -> Self {
        let total = rows.len();
        let skipped = (number - 1).saturating_mul(per_page);
        let rows: Vec<Value> = rows.into_iter().skip(skipped).take(per_page).collect();
        let pages = json!({"total": total, "count": rows.len(), "per_page": per_page,
            "current_page": number, "total_pages": total.div_ceil(per_page)});
        let body = json!({"data": rows, "meta": {"pagination": pages}});
        Self::of(StatusCode::OK, body)
    }
}

impl From<Taken> for Reply {
    fn from(taken: Taken) -> Self {
        match taken {
            Taken::Sku(sku) => Self::refused(
                StatusCode::CONFLICT,
                "The product sku is a duplicate",
                &json!({"sku": format!("The product sku {sku} is a duplicate")}),
            ),
            Taken::Name => Self::refused(
                StatusCode::CONFLICT,
                "The product name is a duplicate",
                &json!({"name": "The product name is a duplicate"}),
            ),
        }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let Self {
            status,
            body,
            is_problem,
        } = self;
        if body.is_null() {
            return status.into_response();
        }
        let kind = if is_problem {
            "application/problem+json"
        } else {
            "application/json"
        };
        (status, [(CONTENT_TYPE, kind)], body.to_string()).into_response()
    }
}

impl Shelf {
    /// `None`: there is no such resource.
    pub fn answer(&mut self, asked: &Asked) -> Option<Reply> {
        let path: Vec<&str> = asked
            .path
            .split('/')
            .filter(|part| !part.is_empty())
            .collect();
        let answered = match path.as_slice() {
            ["v3", "catalog", "variants"] => variants::many(self, asked),
            ["v3", "catalog", "brands"] => products::brands(self, asked),
            ["v3", "catalog", "products", rest @ ..] => self.of_products(asked, rest)?,
            ["v3", "inventory", "adjustments", "absolute"] => inventory::set(self, asked),
            ["v3", "inventory", "items"] => inventory::items(self, asked),
            ["v3", "inventory", "locations"] => Ok(inventory::locations()),
            _ => return None,
        };
        Some(answered.unwrap_or_else(|refusal| refusal))
    }

    fn of_products(&mut self, asked: &Asked, rest: &[&str]) -> Option<Result<Reply, Reply>> {
        let answered = match rest {
            [] => products::many(self, asked),
            ["channel-assignments"] => products::assign(self, asked),
            ["metafields"] => metafields::many(self, asked),
            [product, rest @ ..] => {
                let Ok(product) = product.parse() else {
                    return Some(Err(Reply::missing()));
                };
                match rest {
                    [] => products::one(self, asked, product),
                    ["images", image @ ..] => images::answer(self, asked, product, image),
                    ["options", option @ ..] => options::answer(self, asked, product, option),
                    ["variants", variant @ ..] => {
                        variants::of_product(self, asked, product, variant)
                    }
                    _ => return None,
                }
            }
        };
        Some(answered)
    }
}

/// A product as it was, and what the answer shows.
pub(super) type Replaced = (Product, Value);

impl Shelf {
    /// Changes all rows, or none.
    pub(super) fn all_or_none(
        &mut self,
        rows: &[Value],
        one: fn(&mut Self, &Value) -> Result<Replaced, Reply>,
    ) -> Result<Reply, Reply> {
        let (mut before, mut shown) = (Vec::new(), Vec::new());
        for row in rows {
            match one(self, row) {
                Ok((old, new)) => {
                    before.push(old);
                    shown.push(new);
                }
                Err(refusal) => {
                    for product in before.into_iter().rev() {
                        // As it was there before, nobody else has what is its.
                        drop(self.keep(product));
                    }
                    return Err(refusal);
                }
            }
        }
        let count = shown.len();
        Ok(Reply::page(shown, 1, count.max(1)))
    }
}

/// The rows of a body.
pub(super) fn rows(body: &Value, most: usize) -> Result<&[Value], Reply> {
    match body.as_array() {
        Some(rows) if rows.len() > most => Err(Reply::too_large()),
        Some(rows) if !rows.is_empty() => Ok(rows),
        Some(_) | None => Err(Reply::wrong("body")),
    }
}

/// Numbers between commas.
pub(super) fn ids(text: &str) -> Vec<u64> {
    text.split(',')
        .filter_map(|id| id.trim().parse().ok())
        .collect()
}

/// Which page of how many rows is asked for.
pub(super) fn page(query: &Parameters, most: usize) -> Result<(usize, usize), Reply> {
    let number = |name: &str, untold: usize| match query.get(name) {
        Some(text) => text.parse().map_err(|_| Reply::wrong(name)),
        None => Ok(untold),
    };
    let (page, limit) = (number("page", 1)?, number("limit", 50)?);
    if page == 0 || limit == 0 || limit > most {
        return Err(Reply::wrong("limit"));
    }
    Ok((page, limit))
}

pub(super) fn not_allowed() -> Reply {
    Reply::refused(
        StatusCode::METHOD_NOT_ALLOWED,
        "Method not allowed",
        &json!({}),
    )
}
