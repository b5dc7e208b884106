//! The shop's API: its profile, its orders by page and one by one.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, RawQuery, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http::header::{AUTHORIZATION, CONTENT_TYPE, DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::{Value, json};

use super::body;
use super::fields::Fields;
use super::live::Live;
use super::login;
use super::order::{Order, Status};

/// Most orders on one page, and how many without a limit asked for.
const PAGE_LIMIT: usize = 100;
/// Longest body read, in bytes.
pub(super) const BODY_LIMIT_BYTES: usize = 16 << 20;

pub(super) fn router(live: Arc<Live>) -> Router {
    Router::new()
        .route("/api/v3/{store}/profile", get(profile))
        .route("/api/v3/{store}/orders", get(orders))
        .route("/api/v3/{store}/orders/{order}", get(order))
        .route("/api/v3/{store}/batch", any(batch))
        .route("/api/v3/{store}/products", any(products))
        .route("/api/v3/{store}/products/{*rest}", any(products))
        .fallback(|| async { problem(StatusCode::NOT_FOUND, "There is nothing here") })
        .layer(from_fn_with_state(Arc::clone(&live), admit))
        .with_state(Arc::clone(&live))
        // Who signs in has no token yet.
        .merge(login::router(live))
}

/// Every answer tells the time.
async fn admit(live: State<Arc<Live>>, request: Request, next: Next) -> Response {
    let clock = Arc::clone(&live.clock);
    let mut answer = admitted(live, request, next).await;
    if let Some(date) = date(clock.now()) {
        answer.headers_mut().insert(DATE, date);
    }
    answer
}

/// `Sun, 22 Nov 2026 08:49:37 GMT`.
fn date(now: Timestamp) -> Option<HeaderValue> {
    let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&now);
    HeaderValue::from_str(&text.ok()?).ok()
}

/// By token and store, then by how often it was asked.
async fn admitted(State(live): State<Arc<Live>>, request: Request, next: Next) -> Response {
    if !is_admitted(&live, request.headers(), request.uri()) {
        return problem(StatusCode::FORBIDDEN, "Access to the store is not granted");
    }
    let taken = live.state().budget.take(live.clock.now());
    match taken {
        Ok(()) => live.noted(request, next).await,
        Err(seconds) => {
            let answer = problem(StatusCode::TOO_MANY_REQUESTS, "Too many requests");
            ([(RETRY_AFTER, seconds.to_string())], answer).into_response()
        }
    }
}

fn is_admitted(live: &Live, headers: &HeaderMap, uri: &Uri) -> bool {
    let own = format!("/api/v3/{}/", live.access.store);
    let given = headers
        .get(AUTHORIZATION)
        .and_then(|given| given.to_str().ok());
    given
        .and_then(|given| given.strip_prefix("Bearer "))
        .is_some_and(|token| live.state().tokens.contains(token))
        && uri.path().starts_with(&own)
}

/// Products and everything below them.
async fn products(State(live): State<Arc<Live>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (path, query) = live.below(&parts.uri);
    let Ok(body) = json_of(body).await else {
        return problem(StatusCode::BAD_REQUEST, "Wrong JSON");
    };
    match live.perform(&parts.method, &path, query, &body) {
        Some((status, body)) => answer(status, &body),
        None => problem(StatusCode::NOT_FOUND, "There is nothing here"),
    }
}

async fn batch(State(live): State<Arc<Live>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (_, query) = live.below(&parts.uri);
    match parts.method {
        Method::POST => {
            let Ok(body) = json_of(body).await else {
                return problem(StatusCode::BAD_REQUEST, "Wrong JSON");
            };
            match live.submit(query, &body) {
                Ok(ticket) => found(&json!({"ticket": ticket})),
                Err((status, body)) => answer(status, &body),
            }
        }
        Method::GET => match live.look(query) {
            Some(progress) => found(&progress),
            None => problem(StatusCode::BAD_REQUEST, "Wrong ticket"),
        },
        _ => problem(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed"),
    }
}

/// Nothing is null.
pub(super) async fn json_of(body: Body) -> Result<Value, WrongParameter> {
    let bytes = to_bytes(body, BODY_LIMIT_BYTES)
        .await
        .map_err(|_| WrongParameter)?;
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&bytes).map_err(|_| WrongParameter)
}

async fn profile(State(live): State<Arc<Live>>) -> Response {
    found(&body::profile(&live.shop, &live.access))
}

async fn order(State(live): State<Arc<Live>>, Path((_, name)): Path<(String, String)>) -> Response {
    match live.order(&name) {
        Some(order) => found(&live.body(&order)),
        None => problem(
            StatusCode::NOT_FOUND,
            "Order with the given number is not found",
        ),
    }
}

async fn orders(State(live): State<Arc<Live>>, RawQuery(query): RawQuery) -> Response {
    let Ok(search) = Search::read(query.as_deref().unwrap_or_default()) else {
        return problem(StatusCode::BAD_REQUEST, "Wrong parameter");
    };
    let mut hits = live.indexed();
    hits.retain(|order| search.takes(order));
    let page: Vec<Value> = hits
        .iter()
        .skip(search.offset)
        .take(search.limit)
        .map(|order| live.body(order))
        .collect();
    let answer = json!({
        "total": hits.len(),
        "count": page.len(),
        "offset": search.offset,
        "limit": search.limit,
        "items": page,
    });
    match &search.fields {
        Some(fields) => found(&fields.of(&answer)),
        None => found(&answer),
    }
}

/// What orders are asked for.
struct Search {
    limit: usize,
    offset: usize,
    created: [Option<i64>; 2],
    updated: [Option<i64>; 2],
    statuses: Vec<String>,
    ids: Vec<String>,
    fields: Option<Fields>,
}

/// A parameter that is not what the documents say.
pub(super) struct WrongParameter;

impl Search {
    fn read(query: &str) -> Result<Self, WrongParameter> {
        let mut search = Self {
            limit: PAGE_LIMIT,
            offset: 0,
            created: [None; 2],
            updated: [None; 2],
            statuses: Vec::new(),
            ids: Vec::new(),
            fields: None,
        };
        // Only to take the query apart; nobody is asked.
        let address = format!("http://localhost/?{query}");
        let address: reqwest::Url = address.parse().map_err(|_| WrongParameter)?;
        let number = |text: &str| text.parse().map_err(|_| WrongParameter);
        let instant = |text: &str| text.parse().map(Some).map_err(|_| WrongParameter);
        let list = |text: &str| text.split(',').map(str::to_owned).collect();
        for (name, value) in address.query_pairs() {
            match &*name {
                "limit" => search.limit = number(&value)?,
                "offset" => search.offset = number(&value)?,
                "createdFrom" => search.created[0] = instant(&value)?,
                "createdTo" => search.created[1] = instant(&value)?,
                "updatedFrom" => search.updated[0] = instant(&value)?,
                "updatedTo" => search.updated[1] = instant(&value)?,
                "paymentStatus" => search.statuses = list(&value),
                "ids" => search.ids = list(&value),
                "responseFields" => {
                    search.fields = Some(Fields::read(&value).ok_or(WrongParameter)?);
                }
                // The real one has more, and ignores what it does not know.
                _ => {}
            }
        }
        if (1..=PAGE_LIMIT).contains(&search.limit) {
            Ok(search)
        } else {
            Err(WrongParameter)
        }
    }

    /// Orders that are not finished are shown to those who ask for them alone.
    fn takes(&self, order: &Order) -> bool {
        let within = |[from, to]: [Option<i64>; 2], at: jiff::Timestamp| {
            from.is_none_or(|from| at.as_second() >= from)
                && to.is_none_or(|to| at.as_second() <= to)
        };
        let named = |list: &[String], names: &[&str]| {
            list.is_empty() || list.iter().any(|one| names.contains(&one.as_str()))
        };
        (order.status != Status::Incomplete || !self.statuses.is_empty())
            && within(self.created, order.created_at)
            && within(self.updated, order.modified_at)
            && named(&self.statuses, &[order.status.as_str()])
            && named(&self.ids, &[&order.id, &order.internal_id.to_string()])
    }
}

pub(super) fn found(body: &Value) -> Response {
    answer(StatusCode::OK, body)
}

pub(super) fn problem(status: StatusCode, message: &str) -> Response {
    answer(status, &json!({"errorMessage": message}))
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let headers = [(CONTENT_TYPE, "application/json;charset=UTF-8")];
    (status, headers, body.to_string()).into_response()
}
