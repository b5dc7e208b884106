//! The shop's products.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::batch::{self, Batch};
use super::select::{Select, refused};
use super::{Problem, json, pairs};
use crate::sim::live::Running;
use crate::sim::live::shelf::{Fields, Kind, Rules, shown};

pub(super) async fn list(
    State(running): State<Arc<Running>>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = pairs(query.as_deref().unwrap_or_default());
    let Some(select) = Select::read(&query) else {
        return refused();
    };
    running.page(&select, |thing| thing.kind != Kind::Variation)
}

pub(super) async fn one(
    State(running): State<Arc<Running>>,
    Path(id): Path<u64>,
    RawQuery(query): RawQuery,
) -> Response {
    let state = running.state();
    let query = pairs(query.as_deref().unwrap_or_default());
    let is_edited = query
        .iter()
        .any(|(name, value)| name == "context" && value == "edit");
    match state.shelf.product(id) {
        Some(thing) => json(
            StatusCode::OK,
            shown(&state.shelf, thing, state.home(), is_edited),
        ),
        None => Problem::no_product().into_response(),
    }
}

pub(super) async fn create(State(running): State<Arc<Running>>, body: Bytes) -> Response {
    let Ok(fields) = serde_json::from_slice::<Fields>(&body) else {
        return Problem::invalid_json().into_response();
    };
    match running.create_thing(None, &fields, Rules::Checked) {
        Ok(body) => json(StatusCode::CREATED, body),
        Err(problem) => problem.into_response(),
    }
}

pub(super) async fn update(
    State(running): State<Arc<Running>>,
    Path(id): Path<u64>,
    body: Bytes,
) -> Response {
    let Ok(fields) = serde_json::from_slice::<Fields>(&body) else {
        return Problem::invalid_json().into_response();
    };
    let known = running.state().shelf.product(id).is_some();
    match known.then(|| running.update_thing(id, &fields, Rules::Checked)) {
        Some(Ok(body)) => json(StatusCode::OK, body),
        Some(Err(problem)) => problem.into_response(),
        None => Problem::no_product()
            .with(StatusCode::BAD_REQUEST)
            .into_response(),
    }
}

pub(super) async fn delete(
    State(running): State<Arc<Running>>,
    Path(id): Path<u64>,
    RawQuery(query): RawQuery,
) -> Response {
    let known = running.state().shelf.product(id).is_some();
    if !known {
        return Problem::no_product().into_response();
    }
    match running.delete_thing(id, is_forced(query)) {
        Ok(body) => json(StatusCode::OK, body),
        Err(problem) => problem.into_response(),
    }
}

/// Deleted for good, and not moved to the trash.
pub(super) fn is_forced(query: Option<String>) -> bool {
    let query = pairs(&query.unwrap_or_default());
    let is_true = |value: &str| matches!(value, "true" | "1");
    query
        .iter()
        .any(|(name, value)| name == "force" && is_true(value))
}

pub(super) async fn batch(State(running): State<Arc<Running>>, body: Bytes) -> Response {
    let of = Batch {
        running: &running,
        parent: None,
    };
    batch::answer(&of, &body)
}
