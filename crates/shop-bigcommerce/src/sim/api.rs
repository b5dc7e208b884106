//! The store's API: what an ingest service asks of it, with its quota, its empty bodies and its errors.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, StatusCode, Uri};
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::body::{Writer, coupons, fees, refunds, shipping_addresses, transactions};
use super::order::Order;
use super::quota::Granted;
use super::{Store, hooks_api};
use crate::date::instant;

const PAGE_ROWS: usize = 50;
const PAGE_ROWS_MAX: usize = 250;

type Parameters = BTreeMap<String, String>;

pub fn router(store: Store) -> Router {
    let v2 = Router::new()
        .route("/orders", get(list))
        .route("/orders/{id}", get(order))
        .route("/orders/{id}/fees", get(order_fees))
        .route("/orders/{id}/{part}", get(part));
    let v3 = Router::new()
        .route("/orders/{id}/transactions", get(order_transactions))
        .route("/orders/{id}/payment_actions/refunds", get(order_refunds));
    let api = Router::new()
        .nest("/v2", v2)
        .nest("/v3", v3.merge(hooks_api::routes()))
        .layer(from_fn_with_state(store.clone(), guard));
    Router::new()
        .nest(&format!("/stores/{}", store.options.hash), api)
        .with_state(store)
}

/// The token, then the quota; its headers stand on every answer.
async fn guard(State(store): State<Store>, request: Request, next: Next) -> Response {
    let expected = store.options.access_token.expose_secret();
    let token = request.headers().get("x-auth-token");
    if token.is_none_or(|token| token.as_bytes() != expected.as_bytes()) {
        return error(StatusCode::UNAUTHORIZED, "Unauthorized");
    }
    let granted = store.lock().quota.take(store.clock.now());
    let mut response = if granted.is_in_quota {
        next.run(request).await
    } else {
        error(StatusCode::TOO_MANY_REQUESTS, "Too many requests")
    };
    let headers = response.headers_mut();
    for (name, value) in limits(granted) {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
    response
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
        Sort::Modified => orders.sort_by_key(|order| (order.modified_at, order.id)),
        Sort::ModifiedLast => {
            orders.sort_by_key(|order| (std::cmp::Reverse(order.modified_at), order.id));
        }
    }
    let writer = Writer {
        hash: &store.options.hash,
        catalogue: &state.catalogue,
    };
    let rows = orders
        .into_iter()
        .map(|order| writer.order(order))
        .collect();
    filter.page.answer(rows)
}

async fn order(State(store): State<Store>, Path(id): Path<String>, uri: Uri) -> Response {
    let known = ["include", "consignment_structure"];
    let parameters = parameters(&uri);
    if let Err(response) = only(&parameters, &known) {
        return response.into();
    }
    find(&store, &id, |writer, order| json_of(&writer.order(order)))
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
    find(&store, &id, |writer, order| {
        let rows = match part.as_str() {
            "products" => writer.products(order),
            "shipping_addresses" => shipping_addresses(order),
            "coupons" => coupons(order),
            "taxes" => writer.taxes(order),
            _ => return error(StatusCode::NOT_FOUND, "Not found"),
        };
        page.answer(rows)
    })
}

async fn order_fees(State(store): State<Store>, Path(id): Path<String>) -> Response {
    find(&store, &id, |_, order| json_of(&fees(order)))
}

async fn order_refunds(State(store): State<Store>, Path(id): Path<String>) -> Response {
    find(&store, &id, |_, order| json_of(&refunds(order)))
}

/// 204 where nothing was paid, as the documents allow; an empty list is the other way.
async fn order_transactions(State(store): State<Store>, Path(id): Path<String>) -> Response {
    find(&store, &id, |_, order| {
        if order.transactions.is_empty() && order.id % 2 == 0 {
            StatusCode::NO_CONTENT.into_response()
        } else {
            json_of(&transactions(order))
        }
    })
}

fn find(store: &Store, id: &str, answer: impl FnOnce(&Writer<'_>, &Order) -> Response) -> Response {
    let state = store.lock();
    let writer = Writer {
        hash: &store.options.hash,
        catalogue: &state.catalogue,
    };
    match id.parse().ok().and_then(|id: u64| state.orders.get(&id)) {
        Some(order) => answer(&writer, order),
        None => error(
            StatusCode::NOT_FOUND,
            "The requested resource was not found.",
        ),
    }
}

#[derive(Clone, Copy)]
enum Sort {
    Id,
    Modified,
    ModifiedLast,
}

struct Filter {
    page: Page,
    sort: Sort,
    modified: (Option<Timestamp>, Option<Timestamp>),
    min_id: Option<u64>,
    status: Option<u8>,
}

/// An answer that ends a request early.
struct Refusal(&'static str);

impl From<Refusal> for Response {
    fn from(Refusal(message): Refusal) -> Self {
        error(StatusCode::BAD_REQUEST, message)
    }
}

impl Filter {
    fn of(parameters: &Parameters) -> Result<Self, Refusal> {
        let known = [
            "page",
            "limit",
            "sort",
            "min_date_modified",
            "max_date_modified",
            "min_id",
            "status_id",
        ];
        only(parameters, &known)?;
        let date = |name: &str| match parameters.get(name) {
            Some(text) => instant(text)
                .map(Some)
                .ok_or(Refusal("The date is not one.")),
            None => Ok(None),
        };
        let sort = match parameters.get("sort").map(String::as_str) {
            None | Some("id:asc") => Sort::Id,
            Some("date_modified:asc") => Sort::Modified,
            Some("date_modified:desc") => Sort::ModifiedLast,
            Some(_) => return Err(Refusal("The field 'sort' is invalid.")),
        };
        Ok(Self {
            page: Page::of(parameters)?,
            sort,
            modified: (date("min_date_modified")?, date("max_date_modified")?),
            min_id: number(parameters, "min_id")?,
            status: number(parameters, "status_id")?,
        })
    }

    fn keeps(&self, order: &Order) -> bool {
        let (from, to) = self.modified;
        !order.is_archived
            && from.is_none_or(|from| order.modified_at >= from)
            && to.is_none_or(|to| order.modified_at <= to)
            && self.min_id.is_none_or(|id| order.id >= id)
            && self.status.is_none_or(|status| order.status == status)
    }
}

#[derive(Clone, Copy)]
struct Page {
    number: usize,
    rows: usize,
}

impl Page {
    fn of(parameters: &Parameters) -> Result<Self, Refusal> {
        let number = self::number(parameters, "page")?.unwrap_or(1);
        let rows = self::number(parameters, "limit")?.unwrap_or(PAGE_ROWS);
        if number == 0 || rows == 0 || rows > PAGE_ROWS_MAX {
            return Err(Refusal("The page is invalid."));
        }
        Ok(Self { number, rows })
    }

    /// These of `rows`. An empty page is no JSON at all.
    fn answer(self, rows: Vec<Value>) -> Response {
        let skipped = (self.number - 1).saturating_mul(self.rows);
        let rows: Vec<Value> = rows.into_iter().skip(skipped).take(self.rows).collect();
        if rows.is_empty() {
            StatusCode::NO_CONTENT.into_response()
        } else {
            json_of(&Value::Array(rows))
        }
    }
}

/// The query, unescaped.
pub fn parameters(uri: &Uri) -> Parameters {
    let Ok(url) = reqwest::Url::parse(&format!("http://sim{uri}")) else {
        return Parameters::new();
    };
    url.query_pairs()
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

fn only(parameters: &Parameters, known: &[&str]) -> Result<(), Refusal> {
    let is_known = parameters.keys().all(|name| known.contains(&name.as_str()));
    is_known
        .then_some(())
        .ok_or(Refusal("The field is not supported by this resource."))
}

fn number<T: std::str::FromStr>(parameters: &Parameters, name: &str) -> Result<Option<T>, Refusal> {
    parameters
        .get(name)
        .map(|text| {
            text.parse()
                .map_err(|_| Refusal("The field is not a number."))
        })
        .transpose()
}

pub fn json_of(body: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// As v2 words it: an array.
fn error(status: StatusCode, message: &str) -> Response {
    let body = json_of(&json!([{"status": status.as_u16(), "message": message}]));
    (status, body).into_response()
}
