//! The store's API: what an ingest service asks of it, with its quota, its empty bodies and its errors.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CONTENT_TYPE, DATE};
use http::{HeaderName, HeaderValue, StatusCode, Uri};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::body::{Writer, coupons, fees, refund, refunds, shipping_addresses, transactions};
use super::hooks::WrongField;
use super::order::{Order, Refund};
use super::quota::Granted;
use super::{Store, hooks_api, login};
use crate::date::instant;

const PAGE_ROWS: usize = 50;
const PAGE_ROWS_MAX: usize = 250;

type Parameters = BTreeMap<String, String>;

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
        .route("/orders/{id}/payment_actions/refunds", get(order_refunds));
    let api = Router::new()
        .nest("/v2", v2)
        .nest("/v3", v3.merge(hooks_api::routes()))
        .layer(from_fn_with_state(store.clone(), guard));
    Router::new()
        .nest(&format!("/stores/{}", store.options.hash), api)
        .merge(login::routes())
        .with_state(store)
}

/// The token, then the quota; its headers stand on every answer, and the store's time.
async fn guard(State(store): State<Store>, request: Request, next: Next) -> Response {
    let expected = store.options.access_token.expose_secret();
    let token = request.headers().get("x-auth-token");
    let now = store.clock.now();
    let mut response = if token.is_some_and(|token| token.as_bytes() == expected.as_bytes()) {
        let granted = store.lock().quota.take(now);
        let mut response = if granted.is_in_quota {
            next.run(request).await
        } else {
            error(StatusCode::TOO_MANY_REQUESTS, "Too many requests")
        };
        for (name, value) in limits(granted) {
            let headers = response.headers_mut();
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        }
        response
    } else {
        error(StatusCode::UNAUTHORIZED, "Unauthorized")
    };
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&now);
    if let Some(date) = date.ok().and_then(|date| HeaderValue::from_str(&date).ok()) {
        response.headers_mut().insert(DATE, date);
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
        Sort::Created => orders.sort_by_key(|order| order.created_at),
        Sort::Modified => orders.sort_by_key(|order| order.modified_at),
    }
    if filter.is_descending {
        orders.reverse();
    }
    let writer = Writer {
        hash: &store.options.hash,
        catalogue: &state.catalogue,
    };
    let orders = filter.page.of_all(orders.into_iter());
    list_of(orders.map(|order| writer.order(order)).collect())
}

async fn about(State(store): State<Store>) -> Response {
    json_of(&super::body::store(&store.options.hash))
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
        list_of(page.of_all(rows.into_iter()).collect())
    })
}

async fn order_fees(State(store): State<Store>, Path(id): Path<String>) -> Response {
    find(&store, &id, |_, order| json_of(&fees(order)))
}

async fn order_refunds(State(store): State<Store>, Path(id): Path<String>) -> Response {
    find(&store, &id, |_, order| {
        json_of(&json!({"data": refunds(order), "meta": {}}))
    })
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
    Created,
    Modified,
}

struct Filter {
    page: Page,
    sort: Sort,
    is_descending: bool,
    created: (Option<Timestamp>, Option<Timestamp>),
    modified: (Option<Timestamp>, Option<Timestamp>),
    ids: (Option<u64>, Option<u64>),
    status: Option<u8>,
    is_archived: bool,
}

/// An answer that ends a request early.
pub struct Refusal(&'static str);

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
            "min_date_created",
            "max_date_created",
            "min_date_modified",
            "max_date_modified",
            "min_id",
            "max_id",
            "status_id",
            "is_deleted",
        ];
        only(parameters, &known)?;
        let sort = parameters.get("sort").map_or("id", String::as_str);
        let (field, direction) = sort.split_once(':').unwrap_or((sort, "asc"));
        let sort = match field {
            "id" => Sort::Id,
            "date_created" => Sort::Created,
            "date_modified" => Sort::Modified,
            _ => return Err(Refusal("The field 'sort' is invalid.")),
        };
        let is_descending = match direction {
            "asc" => false,
            "desc" => true,
            _ => return Err(Refusal("The field 'sort' is invalid.")),
        };
        let is_archived = match parameters.get("is_deleted").map(String::as_str) {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(Refusal("The field 'is_deleted' is invalid.")),
        };
        let dates = |min, max| Ok((date(parameters, min)?, date(parameters, max)?));
        Ok(Self {
            page: Page::of(parameters)?,
            sort,
            is_descending,
            created: dates("min_date_created", "max_date_created")?,
            modified: dates("min_date_modified", "max_date_modified")?,
            ids: (number(parameters, "min_id")?, number(parameters, "max_id")?),
            status: number(parameters, "status_id")?,
            is_archived,
        })
    }

    fn keeps(&self, order: &Order) -> bool {
        fn is_in<T: PartialOrd>(value: &T, (from, to): &(Option<T>, Option<T>)) -> bool {
            from.as_ref().is_none_or(|from| value >= from)
                && to.as_ref().is_none_or(|to| value <= to)
        }

        order.is_archived == self.is_archived
            && is_in(&order.created_at, &self.created)
            && is_in(&order.modified_at, &self.modified)
            && is_in(&order.id, &self.ids)
            && self.status.is_none_or(|status| order.status == status)
    }
}

/// A page by number: what moves meanwhile is on another.
#[derive(Clone, Copy)]
pub struct Page {
    number: usize,
    rows: usize,
}

impl Page {
    pub fn of(parameters: &Parameters) -> Result<Self, Refusal> {
        let number = self::number(parameters, "page")?.unwrap_or(1);
        let rows = self::number(parameters, "limit")?.unwrap_or(PAGE_ROWS);
        if number == 0 || rows == 0 || rows > PAGE_ROWS_MAX {
            return Err(Refusal("The page is invalid."));
        }
        Ok(Self { number, rows })
    }

    fn of_all<T>(self, rows: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
        let skipped = (self.number - 1).saturating_mul(self.rows);
        rows.skip(skipped).take(self.rows)
    }

    /// As v3 pages.
    pub fn data(self, rows: Vec<Value>) -> Response {
        let total = rows.len();
        let rows: Vec<Value> = self.of_all(rows.into_iter()).collect();
        let pages = json!({"total": total, "count": rows.len(), "per_page": self.rows,
            "current_page": self.number, "total_pages": total.div_ceil(self.rows)});
        json_of(&json!({"data": rows, "meta": {"pagination": pages}}))
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

fn date(parameters: &Parameters, name: &str) -> Result<Option<Timestamp>, Refusal> {
    let text = parameters.get(name);
    text.map(|text| instant(text).ok_or(Refusal("The date is not one.")))
        .transpose()
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
