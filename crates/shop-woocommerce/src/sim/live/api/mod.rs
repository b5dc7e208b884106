//! The shop's API, as far as it is asked here.

mod batch;
mod brands;
mod grant;
mod hooks;
mod index;
mod orders;
mod problem;
mod products;
mod search;
mod select;
mod settings;
mod variations;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::header::{CONTENT_TYPE, DATE};
use http::{HeaderName, HeaderValue, StatusCode};
use jiff::fmt::rfc2822::DateTimePrinter;
use serde::Serialize;

use super::Running;
use super::access::Asking;
use crate::sim::php_json;

pub(super) use self::problem::Problem;

const TOTAL: HeaderName = HeaderName::from_static("x-wp-total");
const TOTAL_PAGES: HeaderName = HeaderName::from_static("x-wp-totalpages");

pub(super) fn router(running: Arc<Running>) -> Router {
    let guarded = Router::new()
        .route("/wp-json/wc/v3/system_status", get(index::system_status))
        .route("/wp-json/wc/v3/orders", get(orders::list))
        .route("/wp-json/wc/v3/orders/{id}", get(orders::one))
        .route(
            "/wp-json/wc/v3/webhooks",
            get(hooks::list).post(hooks::create),
        )
        .route(
            "/wp-json/wc/v3/webhooks/{id}",
            get(hooks::one)
                .put(hooks::update)
                .post(hooks::update)
                .delete(hooks::delete),
        )
        .merge(catalogue())
        .layer(from_fn_with_state(Arc::clone(&running), admit));
    Router::new()
        .route("/wp-json/", get(index::index))
        .route("/wc-auth/v1/authorize", get(grant::authorize))
        .route("/wc-auth/v1/login/", get(grant::login))
        .route("/wc-auth/v1/access_granted/", get(grant::access_granted))
        .merge(guarded)
        .method_not_allowed_fallback(no_route)
        .fallback(no_route)
        .layer(from_fn_with_state(Arc::clone(&running), date))
        .with_state(running)
}

fn catalogue() -> Router<Arc<Running>> {
    Router::new()
        .route("/wp-json/wc/v3/settings/{group}", get(settings::list))
        .route(
            "/wp-json/wc/v3/products",
            get(products::list).post(products::create),
        )
        .route("/wp-json/wc/v3/products/batch", post(products::batch))
        .route(
            "/wp-json/wc/v3/products/brands",
            get(brands::list).post(brands::create),
        )
        .route(
            "/wp-json/wc/v3/products/{id}",
            get(products::one)
                .put(products::update)
                .post(products::update)
                .delete(products::delete),
        )
        .route(
            "/wp-json/wc/v3/products/{id}/variations",
            get(variations::list).post(variations::create),
        )
        .route(
            "/wp-json/wc/v3/products/{id}/variations/batch",
            post(variations::batch),
        )
        .route(
            "/wp-json/wc/v3/products/{id}/variations/{variation}",
            get(variations::one)
                .put(variations::update)
                .post(variations::update)
                .delete(variations::delete),
        )
}

async fn no_route() -> Response {
    Problem::new(
        StatusCode::NOT_FOUND,
        "rest_no_route",
        "No route was found matching the URL and request method.",
    )
    .into_response()
}

/// Every answer bears the shop's time.
async fn date(State(running): State<Arc<Running>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let now = running.clock.now();
    let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&now);
    if let Some(value) = text.ok().and_then(|text| HeaderValue::from_str(&text).ok()) {
        response.headers_mut().insert(DATE, value);
    }
    response
}

async fn admit(State(running): State<Arc<Running>>, request: Request, next: Next) -> Response {
    let query = pairs(request.uri().query().unwrap_or_default());
    let asking = Asking {
        method: request.method(),
        path: request.uri().path(),
        query: &query,
        headers: request.headers(),
    };
    let now = running.clock.now();
    let admitted = asking.admit(&running.keys, &mut running.state(), now);
    match admitted {
        Ok(()) => next.run(request).await,
        Err(denied) => {
            Problem::new(StatusCode::UNAUTHORIZED, denied.code, denied.message).into_response()
        }
    }
}

/// The parameters of a query, decoded.
fn pairs(query: &str) -> Vec<(String, String)> {
    // Only to take the query apart; nobody is asked.
    let url = reqwest::Url::parse(&format!("http://shop.invalid/?{query}"));
    url.map_or_else(
        |_| Vec::new(),
        |url| url.query_pairs().into_owned().collect(),
    )
}

/// An answer as PHP writes it.
fn php(status: StatusCode, value: &impl Serialize) -> Response {
    let body = php_json::encode(value).expect("what the shop answers encodes");
    json(status, body)
}

fn json(status: StatusCode, body: Vec<u8>) -> Response {
    let headers = [(CONTENT_TYPE, "application/json; charset=UTF-8")];
    (status, headers, Body::from(body)).into_response()
}

/// A list, with how many there are in all.
fn page(rows: &[Vec<u8>], total: usize, pages: usize) -> Response {
    let body = [&b"["[..], &rows.join(&b","[..]), b"]"].concat();
    let mut response = json(StatusCode::OK, body);
    let headers = response.headers_mut();
    headers.insert(TOTAL, HeaderValue::from(total));
    headers.insert(TOTAL_PAGES, HeaderValue::from(pages));
    response
}
