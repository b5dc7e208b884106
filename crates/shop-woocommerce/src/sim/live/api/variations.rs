//! The variations of one product.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::batch::{self, Batch};
use super::products::is_forced;
use super::select::{Select, refused};
use super::{Problem, json, pairs};
use crate::sim::live::Running;
use crate::sim::live::shelf::{Fields, Rules, shown};

pub(super) async fn list(
    State(running): State<Arc<Running>>,
    Path(product): Path<u64>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = pairs(query.as_deref().unwrap_or_default());
    let Some(select) = Select::read(&query) else {
        return refused();
    };
    if running.state().shelf.product(product).is_none() {
        return Problem::no_product().into_response();
    }
    running.page(&select, |thing| thing.parent == product)
}

pub(super) async fn one(
    State(running): State<Arc<Running>>,
    Path((product, id)): Path<(u64, u64)>,
) -> Response {
    let state = running.state();
    match state.shelf.variation(product, id) {
        Some(thing) => json(
            StatusCode::OK,
            shown(&state.shelf, thing, state.home(), true),
        ),
        None => Problem::no_variation().into_response(),
    }
}

pub(super) async fn create(
    State(running): State<Arc<Running>>,
    Path(product): Path<u64>,
    body: Bytes,
) -> Response {
    let Ok(fields) = serde_json::from_slice::<Fields>(&body) else {
        return Problem::invalid_json().into_response();
    };
    let known = running.state().shelf.product(product).is_some();
    match known.then(|| running.create_thing(Some(product), &fields, Rules::Checked)) {
        Some(Ok(body)) => json(StatusCode::CREATED, body),
        Some(Err(problem)) => problem.into_response(),
        None => Problem::no_product().into_response(),
    }
}

pub(super) async fn update(
    State(running): State<Arc<Running>>,
    Path((product, id)): Path<(u64, u64)>,
    body: Bytes,
) -> Response {
    let Ok(fields) = serde_json::from_slice::<Fields>(&body) else {
        return Problem::invalid_json().into_response();
    };
    let known = running.state().shelf.variation(product, id).is_some();
    match known.then(|| running.update_thing(id, &fields, Rules::Checked)) {
        Some(Ok(body)) => json(StatusCode::OK, body),
        Some(Err(problem)) => problem.into_response(),
        None => Problem::no_variation().into_response(),
    }
}

pub(super) async fn delete(
    State(running): State<Arc<Running>>,
    Path((product, id)): Path<(u64, u64)>,
    RawQuery(query): RawQuery,
) -> Response {
    let known = running.state().shelf.variation(product, id).is_some();
    if !known {
        return Problem::no_variation().into_response();
    }
    match running.delete_thing(id, is_forced(query)) {
        Ok(body) => json(StatusCode::OK, body),
        Err(problem) => problem.into_response(),
    }
}

pub(super) async fn batch(
    State(running): State<Arc<Running>>,
    Path(product): Path<u64>,
    body: Bytes,
) -> Response {
    let of = Batch {
        running: &running,
        parent: Some(product),
    };
    batch::answer(&of, &body)
}
