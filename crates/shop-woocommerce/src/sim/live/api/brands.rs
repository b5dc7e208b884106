//! The shop's brands.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Map, Value};

use super::{Problem, page, pairs, php};
use crate::sim::live::Running;
use crate::sim::live::shelf::shown_brand;

pub(super) async fn list(
    State(running): State<Arc<Running>>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = pairs(query.as_deref().unwrap_or_default());
    let search = query.iter().find(|(name, _)| name == "search");
    let search = search.map_or(String::new(), |(_, value)| value.to_lowercase());
    let state = running.state();
    let decoded = |name: &str| html_escape::decode_html_entities(name).to_lowercase();
    let rows: Vec<Vec<u8>> = (state.shelf.brands())
        .filter(|(_, name)| decoded(name).contains(&search))
        .map(|(id, name)| shown_brand(id, name).to_string().into_bytes())
        .collect();
    page(&rows, rows.len(), 1)
}

pub(super) async fn create(State(running): State<Arc<Running>>, body: Bytes) -> Response {
    let Ok(fields) = serde_json::from_slice::<Map<String, Value>>(&body) else {
        return Problem::invalid_json().into_response();
    };
    let name = fields
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if name.is_empty() {
        return Problem::invalid_parameter().into_response();
    }
    let mut state = running.state();
    let known = (state.shelf.brands())
        .find(|(_, known)| known.to_lowercase() == name.to_lowercase())
        .map(|(id, _)| id);
    if let Some(id) = known {
        return Problem::brand_exists(id).into_response();
    }
    let id = state.shelf.add_brand(name.to_owned());
    php(StatusCode::CREATED, &shown_brand(id, name))
}
