//! The shop's orders, by page and one by one.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::Value;

use super::search::Search;
use super::{Problem, index, json, page, pairs};
use crate::sim::Order;
use crate::sim::live::Running;

pub(super) async fn one(State(running): State<Arc<Running>>, Path(id): Path<String>) -> Response {
    let state = running.state();
    match state.current().find(|order| order.id.to_string() == id) {
        Some(order) => json(StatusCode::OK, running.render(order)),
        None => Problem::new(
            StatusCode::NOT_FOUND,
            "woocommerce_rest_shop_order_invalid_id",
            "Invalid ID.",
        )
        .into_response(),
    }
}

pub(super) async fn list(
    State(running): State<Arc<Running>>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(search) = Search::read(&pairs(query.as_deref().unwrap_or_default())) else {
        return Problem::invalid_parameter().into_response();
    };
    let state = running.state();
    let mut hits: Vec<&Order> = state
        .current()
        .filter(|order| search.takes(order))
        .collect();
    search.sort(&mut hits);
    let rows: Vec<Vec<u8>> = search
        .page(&hits)
        .iter()
        .map(|order| {
            let body = running.render(order);
            if search.is_whole {
                body
            } else {
                slim(&body, query.clone())
            }
        })
        .collect();
    // Beyond the end the shop counts nothing.
    let total = if rows.is_empty() { 0 } else { hits.len() };
    page(&rows, total, search.pages(total))
}

fn slim(body: &[u8], query: Option<String>) -> Vec<u8> {
    let whole: Value = serde_json::from_slice(body).unwrap_or_default();
    index::only(whole, query).to_string().into_bytes()
}
