//! `/v3/hooks`: how an app makes its hooks, finds out that one was switched off, and wakes it.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use bytes::Bytes;
use http::{StatusCode, Uri};
use serde_json::{Value, json};

use super::Store;
use super::api::json_of;
use super::hooks::{Hook, Wish, WrongField};
use super::query::{Page, parameters};

pub fn routes() -> Router<Store> {
    Router::new()
        .route("/hooks", get(list).post(make))
        .route("/hooks/{id}", get(one).put(change).delete(remove))
}

async fn list(State(store): State<Store>, uri: Uri) -> Response {
    let parameters: BTreeMap<String, String> = parameters(&uri);
    let page = match Page::of(&parameters) {
        Ok(page) => page,
        Err(response) => return response.into(),
    };
    let is_wanted = |name: &str, value: &str| {
        let wanted = parameters.get(name);
        wanted.is_none_or(|wanted| wanted == value)
    };
    let state = store.lock();
    let hooks = state.hooks.all().filter(|hook| {
        is_wanted("is_active", if hook.is_active { "true" } else { "false" })
            && is_wanted("scope", &hook.scope)
            && is_wanted("destination", &hook.destination)
    });
    let hooks: Vec<Value> = hooks.map(|hook| hook.shown(&store.options.hash)).collect();
    page.data(hooks)
}

async fn make(State(store): State<Store>, body: Bytes) -> Response {
    let Ok(wish) = serde_json::from_slice::<Wish>(&body) else {
        return wrong(WrongField("body"));
    };
    let now = store.clock.now();
    match store.lock().hooks.make(wish, now) {
        Ok(hook) => shown(&store, hook),
        Err(field) => wrong(field),
    }
}

async fn one(State(store): State<Store>, Path(id): Path<u64>) -> Response {
    match store.lock().hooks.get(id) {
        Some(hook) => shown(&store, hook),
        None => missing(),
    }
}

async fn change(State(store): State<Store>, Path(id): Path<u64>, body: Bytes) -> Response {
    let Ok(wish) = serde_json::from_slice::<Wish>(&body) else {
        return wrong(WrongField("body"));
    };
    let now = store.clock.now();
    match store.lock().hooks.change(id, wish, now) {
        Some(Ok(hook)) => shown(&store, hook),
        Some(Err(field)) => wrong(field),
        None => missing(),
    }
}

async fn remove(State(store): State<Store>, Path(id): Path<u64>) -> Response {
    match store.lock().hooks.remove(id) {
        Some(hook) => shown(&store, &hook),
        None => missing(),
    }
}

fn shown(store: &Store, hook: &Hook) -> Response {
    json_of(&json!({"data": hook.shown(&store.options.hash), "meta": {}}))
}

fn missing() -> Response {
    error(StatusCode::NOT_FOUND, &json!({}))
}

pub fn wrong(WrongField(field): WrongField) -> Response {
    error(
        StatusCode::UNPROCESSABLE_ENTITY,
        &json!({field: "error.invalid"}),
    )
}

/// As v3 words it: an object.
pub fn error(status: StatusCode, errors: &Value) -> Response {
    let body = json!({"status": status.as_u16(), "title": status.canonical_reason(),
        "type": "/api-docs/getting-started/api-status-codes", "errors": errors});
    (status, json_of(&body)).into_response()
}
