//! The store's API: what an ingest service asks of it, with its quota, its empty bodies and its errors.

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http::header::{CONTENT_TYPE, DATE};
use http::{HeaderName, HeaderValue, StatusCode, Uri};
use jiff::fmt::rfc2822::DateTimePrinter;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::body::{Writer, coupons, fees, refund, refunds, shipping_addresses, transactions};
use super::hooks::WrongField;
use super::order::{Order, Refund};
use super::query::{Filter, Page, Refusal, Sort, date, only, parameters};
use super::quota::Granted;
use super::{Asked, Store, Trouble, hooks_api, login};

pub fn router(store: Store) -> Router {
    let v2 = Router::new()
        .route("/store", get(about))
        .route("/orders", get(list))
        .route("/orders/{id}", get(order))
        .route("/orders/{id}/fees", get(order_fees))
        .route("/orders/{id}/{part}", get(part));
    let v3 = Router::new()
        .route("/orders/payment_actions/refunds", get(all_refunds))
        .route("/orders/{id}/transactions", get(order_transactions))
        .route("/orders/{id}/payment_actions/refunds", get(order_refunds))
        .route("/catalog/{*rest}", any(shelf))
        .route("/inventory/{*rest}", any(shelf));
    let api = Router::new()
        .nest("/v2", v2)
        .nest("/v3", v3.merge(hooks_api::routes()))
        .layer(from_fn_with_state(store.clone(), guard));
    Router::new()
        .nest(&format!("/stores/{}", store.options.hash), api)
        .merge(login::routes())
        .with_state(store)
}

/// Largest body read, in bytes.
const BODY_LIMIT_BYTES: usize = 8 << 20;
/// Requests kept.
const ASKED_LIMIT: usize = 100_000;

/// The token, then the quota; its headers stand on every answer, and the store's time.
async fn guard(State(store): State<Store>, request: Request, next: Next) -> Response {
    let expected = store.options.access_token.expose_secret();
    let token = request.headers().get("x-auth-token");
    let api = Api::of(request.uri());
    let now = store.clock.now();
    let mut response = if token.is_some_and(|token| token.as_bytes() == expected.as_bytes()) {
        let (asked, request) = match kept(request).await {
            Ok(kept) => kept,
            Err(refusal) => return refusal,
        };
        let (granted, trouble) = store.lock().meet(asked, now);
        let mut response = if let Some(trouble) = trouble.filter(|trouble| !trouble.is_done()) {
            return trouble.answer(Response::default());
        } else if granted.is_in_quota {
            let response = next.run(request).await;
            match trouble {
                Some(trouble) => trouble.answer(response),
                None => response,
            }
        } else {
            api.error(StatusCode::TOO_MANY_REQUESTS, "Too many requests")
        };
        for (name, value) in limits(granted) {
            let headers = response.headers_mut();
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        }
        response
    } else {
        api.error(StatusCode::UNAUTHORIZED, "Unauthorized")
    };
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&now);
    if let Some(date) = date.ok().and_then(|date| HeaderValue::from_str(&date).ok()) {
        response.headers_mut().insert(DATE, date);
    }
    response
}

/// A request as it is kept, and itself.
async fn kept(request: Request) -> Result<(Asked, Request), Response> {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT_BYTES).await else {
        return Err(Api::V3.error(StatusCode::PAYLOAD_TOO_LARGE, "Too large"));
    };
    let asked = Asked {
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        query: parameters(&parts.uri),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    Ok((asked, Request::from_parts(parts, body.into())))
}

impl super::State {
    /// One request more.
    fn meet(&mut self, asked: Asked, now: jiff::Timestamp) -> (Granted, Option<Trouble>) {
        let trouble = self.troubles.of(&asked.method, &asked.path);
        if self.asked.len() >= ASKED_LIMIT {
            self.asked.pop_front();
        }
        self.asked.push_back(asked);
        (self.quota.take(now), trouble)
    }
}

/// The catalogue and the inventory.
async fn shelf(State(store): State<Store>, request: Request) -> Response {
    let (asked, _) = match kept(request).await {
        Ok(kept) => kept,
        Err(refusal) => return refusal,
    };
    let asked = Asked {
        path: format!("/v3{}", asked.path),
        ..asked
    };
    let answer = store.lock().shelf.answer(&asked);
    answer.map_or_else(
        || Api::V3.error(StatusCode::NOT_FOUND, "Not found"),
        IntoResponse::into_response,
    )
}

fn limits(granted: Granted) -> Vec<(&'static str, u64)> {
    let Granted {
        is_in_quota,
        quota,
        left,
        window_ms,
        reset_ms,
    } = granted;
    let number = |ms: i128| u64::try_from(ms).unwrap_or_default();
    let mut limits = vec![
        ("x-rate-limit-requests-quota", quota),
        ("x-rate-limit-requests-left", left),
        ("x-rate-limit-time-window-ms", number(window_ms)),
        ("x-rate-limit-time-reset-ms", number(reset_ms)),
    ];
    if !is_in_quota {
        limits.push(("x-retry-after", number(reset_ms).div_ceil(1_000)));
    }
    limits
}

async fn list(State(store): State<Store>, uri: Uri) -> Response {
    let filter = match Filter::of(&parameters(&uri)) {
        Ok(filter) => filter,
        Err(response) => return response.into(),
    };
    let state = store.lock();
    let mut orders: Vec<&Order> = state
        .orders
        .values()
        .filter(|order| filter.keeps(order))
        .collect();
    match filter.sort {
        Sort::Id => {}
        Sort::Created => orders.sort_by_key(|order| order.created_at),
        Sort::Modified => orders.sort_by_key(|order| order.modified_at),
    }
    if filter.is_descending {
        orders.reverse();
    }
    let writer = Writer {
        hash: &store.options.hash,
        catalogue: &state.catalogue,
        edits: &state.edits,
    };
    let orders = filter.page.of_all(orders.into_iter());
    list_of(orders.map(|order| writer.order(order)).collect())
}

async fn about(State(store): State<Store>) -> Response {
    json_of(&super::body::store(&store.options))
}

/// Of all orders, by their own ids.
async fn all_refunds(State(store): State<Store>, uri: Uri) -> Response {
    let parameters = parameters(&uri);
    let asked = || -> Result<_, Refusal> {
        let page = Page::of(&parameters)?;
        let from = date(&parameters, "created:min")?;
        Ok((page, from, date(&parameters, "created:max")?))
    };
    let Ok((page, from, to)) = asked() else {
        return hooks_api::wrong(WrongField("created"));
    };
    let state = store.lock();
    let mut refunds: Vec<(&Order, &Refund)> = Vec::new();
    for order in state.orders.values() {
        refunds.extend(order.refunds.iter().map(|refund| (order, refund)));
    }
    refunds.retain(|(_, refund)| {
        from.is_none_or(|from| refund.at >= from) && to.is_none_or(|to| refund.at <= to)
    });
    refunds.sort_by_key(|(_, refund)| refund.id);
    let rows = refunds.into_iter();
    page.data(rows.map(|(order, each)| refund(order, each)).collect())
}

async fn order(State(store): State<Store>, Path(id): Path<String>, uri: Uri) -> Response {
    let known = ["include", "consignment_structure"];
    let parameters = parameters(&uri);
    if let Err(response) = only(&parameters, &known) {
        return response.into();
    }
    find(&store, Api::V2, &id, |writer, order| {
        json_of(&writer.order(order))
    })
}

async fn part(
    State(store): State<Store>,
    Path((id, part)): Path<(String, String)>,
    uri: Uri,
) -> Response {
    let known = ["page", "limit", "details"];
    let parameters = parameters(&uri);
    if let Err(response) = only(&parameters, &known) {
        return response.into();
    }
    let page = match Page::of(&parameters) {
        Ok(page) => page,
        Err(response) => return response.into(),
    };
    find(&store, Api::V2, &id, |writer, order| {
        let rows = match part.as_str() {
            "products" => writer.products(order),
            "shipping_addresses" => shipping_addresses(order),
            "coupons" => coupons(order),
            "taxes" => writer.taxes(order),
            _ => return Api::V2.error(StatusCode::NOT_FOUND, "Not found"),
        };
        list_of(page.of_all(rows.into_iter()).collect())
    })
}

async fn order_fees(State(store): State<Store>, Path(id): Path<String>) -> Response {
    find(&store, Api::V2, &id, |_, order| json_of(&fees(order)))
}

async fn order_refunds(State(store): State<Store>, Path(id): Path<String>) -> Response {
    find(&store, Api::V3, &id, |_, order| {
        json_of(&json!({"data": refunds(order), "meta": {}}))
    })
}

/// 204 where nothing was paid, as the documents allow; an empty list is the other way.
async fn order_transactions(State(store): State<Store>, Path(id): Path<String>) -> Response {
    find(&store, Api::V3, &id, |_, order| {
        if order.transactions.is_empty() && order.id % 2 == 0 {
            StatusCode::NO_CONTENT.into_response()
        } else {
            json_of(&transactions(order))
        }
    })
}

fn find(
    store: &Store,
    api: Api,
    id: &str,
    answer: impl FnOnce(&Writer<'_>, &Order) -> Response,
) -> Response {
    let state = store.lock();
    let writer = Writer {
        hash: &store.options.hash,
        catalogue: &state.catalogue,
        edits: &state.edits,
    };
    match id.parse().ok().and_then(|id: u64| state.orders.get(&id)) {
        Some(order) => answer(&writer, order),
        None => api.error(
            StatusCode::NOT_FOUND,
            "The requested resource was not found.",
        ),
    }
}

/// A page of v2. An empty one is no JSON at all.
fn list_of(rows: Vec<Value>) -> Response {
    if rows.is_empty() {
        StatusCode::NO_CONTENT.into_response()
    } else {
        json_of(&Value::Array(rows))
    }
}

pub fn json_of(body: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// The two generations word errors differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    V2,
    V3,
}

impl Api {
    /// By the path below the store.
    fn of(uri: &Uri) -> Self {
        if uri.path().starts_with("/v3/") {
            Self::V3
        } else {
            Self::V2
        }
    }

    pub fn error(self, status: StatusCode, message: &str) -> Response {
        match self {
            Self::V2 => {
                let body = json_of(&json!([{"status": status.as_u16(), "message": message}]));
                (status, body).into_response()
            }
            Self::V3 => hooks_api::error(status, &json!({})),
        }
    }
}
