//! A store's lists of orders and refunds on this machine, as far as they are documented, with orders
//! that move between one request and the next.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::DATE;
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shop::Connection;
use shop::conformance::serve;

use crate::store::{HASH, connection_at};

/// An order, as far as a list shows it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub placed_at: Timestamp,
    pub modified_at: Timestamp,
    pub is_archived: bool,
}

/// What happens after a request was answered.
type Meanwhile = Box<dyn FnMut(&mut Inner) + Send>;

#[derive(Default)]
pub struct Inner {
    pub now: Timestamp,
    pub orders: BTreeMap<u64, Entry>,
    /// Order and date, by the refund's id.
    pub refunds: BTreeMap<u64, (u64, Timestamp)>,
    /// Whether dates' filters leave out their own second: the documents do not say.
    pub filters_exclude: bool,
    /// Whether its dates are none.
    pub tells_no_time: bool,
    meanwhile: Option<Meanwhile>,
    asked: Vec<String>,
}

impl Inner {
    /// Now, a new order; ids only grow.
    pub fn place(&mut self) -> u64 {
        let id = self.orders.last_key_value().map_or(1, |(last, _)| last + 1);
        self.orders.insert(
            id,
            Entry {
                placed_at: self.now,
                modified_at: self.now,
                is_archived: false,
            },
        );
        id
    }

    pub fn touch(&mut self, id: u64) {
        let now = self.now;
        self.orders.get_mut(&id).unwrap().modified_at = now;
    }

    pub fn wait(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    fn answer(&self, path: &str, query: &BTreeMap<String, String>) -> Response {
        let rows: Vec<Value> = match path {
            "/v2/orders" => self.orders(query),
            "/v3/orders/payment_actions/refunds" => {
                return axum::Json(json!({"data": self.refunds(query), "meta": {}}))
                    .into_response();
            }
            one => {
                let id = one.strip_prefix("/v2/orders/").unwrap().parse().unwrap();
                return self
                    .orders
                    .get(&id)
                    .map_or_else(missing, |entry| axum::Json(row(id, entry)).into_response());
            }
        };
        if rows.is_empty() {
            StatusCode::NO_CONTENT.into_response()
        } else {
            axum::Json(rows).into_response()
        }
    }

    fn orders(&self, query: &BTreeMap<String, String>) -> Vec<Value> {
        let date = |name: &str| {
            query
                .get(name)
                .map(|text| text.parse::<Timestamp>().unwrap())
        };
        let number = |name: &str| query.get(name).map(|text| text.parse::<u64>().unwrap());
        let (min, max) = (date("min_date_modified"), date("max_date_modified"));
        let (placed, min_id) = (date("min_date_created"), number("min_id"));
        let archived = query.get("is_deleted").is_some_and(|flag| flag == "true");
        let from = |at: Timestamp, min: Option<Timestamp>| {
            min.is_none_or(|min| at > min || (at == min && !self.filters_exclude))
        };
        let mut kept: Vec<(u64, &Entry)> = self
            .orders
            .iter()
            .map(|(id, entry)| (*id, entry))
            .filter(|(id, entry)| {
                entry.is_archived == archived
                    && from(entry.modified_at, min)
                    && from(entry.placed_at, placed)
                    && max.is_none_or(|max| {
                        entry.modified_at < max
                            || (entry.modified_at == max && !self.filters_exclude)
                    })
                    && min_id.is_none_or(|min| *id >= min)
            })
            .collect();
        match query["sort"].as_str() {
            "id:asc" => {}
            "date_modified:asc" => kept.sort_by_key(|(_, entry)| entry.modified_at),
            other => panic!("{other}"),
        }
        let limit = query["limit"].parse().unwrap();
        let rows = kept.into_iter().take(limit);
        rows.map(|(id, entry)| row(id, entry)).collect()
    }

    fn refunds(&self, query: &BTreeMap<String, String>) -> Vec<Value> {
        let min: Timestamp = query["created:min"].parse().unwrap();
        let number = |name: &str| query[name].parse::<usize>().unwrap();
        let kept = self.refunds.iter().filter(|(_, (_, at))| *at >= min);
        kept.skip((number("page") - 1) * number("limit"))
            .take(number("limit"))
            .map(|(id, (order, at))| {
                json!({"id": id, "order_id": order, "created": at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()})
            })
            .collect()
    }
}

fn missing() -> Response {
    let body = axum::Json(json!([{"status": 404, "message": ""}]));
    (StatusCode::NOT_FOUND, body).into_response()
}

fn row(id: u64, entry: &Entry) -> Value {
    let printer = DateTimePrinter::new();
    let date = |at: Timestamp| printer.timestamp_to_string(&at).unwrap();
    json!({
        "id": id,
        "date_created": date(entry.placed_at),
        "date_modified": date(entry.modified_at),
        "is_deleted": entry.is_archived,
        "status_id": 11,
    })
}

#[derive(Clone)]
pub struct Shelves(Arc<Mutex<Inner>>);

impl Shelves {
    /// Starts it at an instant, with a connection to it.
    pub async fn start(now: &str) -> (Self, Connection) {
        let inner = Inner {
            now: now.parse().unwrap(),
            ..Inner::default()
        };
        let shelves = Self(Arc::new(Mutex::new(inner)));
        let router = Router::new().fallback(answer).with_state(shelves.clone());
        let url = format!("{}/stores/{HASH}", serve(router).await);
        (shelves, connection_at(&url, &["any"]))
    }

    pub fn change<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }

    /// Has this happen after each answer.
    pub fn meanwhile(&self, meanwhile: impl FnMut(&mut Inner) + Send + 'static) {
        self.0.lock().unwrap().meanwhile = Some(Box::new(meanwhile));
    }

    /// Paths and queries, unescaped.
    pub fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().asked.clone()
    }
}

async fn answer(State(Shelves(inner)): State<Shelves>, request: Request) -> Response {
    let mut inner = inner.lock().unwrap();
    let url = reqwest::Url::parse(&format!("http://store{}", request.uri())).unwrap();
    let path = url.path().strip_prefix(&format!("/stores/{HASH}")).unwrap();
    let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    let shown: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    inner.asked.push(format!("{path}?{}", shown.join("&")));
    let mut response = inner.answer(path, &query);
    let date = if inner.tells_no_time {
        "soon".to_owned()
    } else {
        let printer = DateTimePrinter::new();
        printer.timestamp_to_rfc9110_string(&inner.now).unwrap()
    };
    response.headers_mut().insert(DATE, date.parse().unwrap());
    if let Some(mut meanwhile) = inner.meanwhile.take() {
        meanwhile(&mut inner);
        inner.meanwhile = Some(meanwhile);
    }
    response
}
