//! The shop's Admin API: the order operations, with pages, keys and a bucket of points.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use service::clock::Clock;

use super::answer::{gid, order};
use super::{Order, Shop};
use crate::API_VERSION;

/// What the bucket holds, in points, and what flows into it each second: the smallest plan's.
const BUCKET_POINTS: i64 = 2_000;
const RESTORED_POINTS_PER_SECOND: i64 = 100;

/// What the operations cost, in points, and how many lines they give when not told.
const OPERATIONS: [(&str, i64); 3] = [
    ("OrderById", 187),
    ("OrderLineItemsPage", 135),
    ("RefundLineItemsPage", 36),
];
const LINES_FIRST: usize = 50;

/// A shop that answers.
#[derive(Debug)]
pub struct Server {
    shop: Arc<Shop>,
    token: String,
    clock: Arc<dyn Clock>,
    state: Mutex<Now>,
}

#[derive(Debug)]
struct Now {
    /// The version that each order is at, by its place; orders that are not there are not placed yet.
    versions: HashMap<usize, usize>,
    points: i64,
    filled_at: Timestamp,
    asked: usize,
}

#[derive(Deserialize)]
struct Request {
    query: String,
    #[serde(default)]
    variables: Value,
}

impl Server {
    /// A shop in which no order is placed yet, and whose API takes `token`.
    #[must_use]
    pub fn new(shop: Arc<Shop>, token: &str, clock: Arc<dyn Clock>) -> Arc<Self> {
        let filled_at = clock.now();
        Arc::new(Self {
            shop,
            token: token.to_owned(),
            clock,
            state: Mutex::new(Now {
                versions: HashMap::new(),
                points: BUCKET_POINTS,
                filled_at,
                asked: 0,
            }),
        })
    }

    /// From now on the order at `place` is answered in this version or a later one.
    pub fn reach(&self, place: usize, version: usize) {
        let mut now = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let at = now.versions.entry(place).or_insert(version);
        *at = version.max(*at);
    }

    /// How many requests came, those refused included.
    #[must_use]
    pub fn asked(&self) -> usize {
        let now = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        now.asked
    }

    /// The API, to be served under the shop's address.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route(
                &format!("/admin/api/{API_VERSION}/graphql.json"),
                post(graphql),
            )
            .with_state(Arc::clone(self))
    }

    fn answer(&self, token: Option<&str>, body: &[u8]) -> (StatusCode, Value) {
        let mut now = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        now.asked += 1;
        if token != Some(&self.token) {
            let errors =
                "[API] Invalid API key or access token (unrecognized login or wrong password)";
            return (StatusCode::UNAUTHORIZED, json!({ "errors": errors }));
        }
        let Ok(Request { query, variables }) = serde_json::from_slice(body) else {
            return (StatusCode::BAD_REQUEST, json!({ "errors": "not JSON" }));
        };
        let operation = OPERATIONS
            .iter()
            .find(|(name, _)| query.contains(&format!("query {name}(")));
        let Some((operation, cost)) = operation else {
            let error = json!({ "message": "unknown", "extensions": { "code": "undefinedField" } });
            return (StatusCode::OK, json!({ "errors": [error] }));
        };
        let status = match now.take(*cost, self.clock.now()) {
            Ok(status) => status,
            Err(status) => return (StatusCode::OK, throttled(*cost, &status)),
        };
        let data = self.data(&now, operation, &variables);
        let cost = json!({
            "requestedQueryCost": cost, "actualQueryCost": cost, "throttleStatus": status,
        });
        (
            StatusCode::OK,
            json!({ "data": data, "extensions": { "cost": cost } }),
        )
    }

    fn data(&self, now: &Now, operation: &str, variables: &Value) -> Value {
        let first = variables["first"]
            .as_u64()
            .and_then(|first| usize::try_from(first).ok());
        let first = first.unwrap_or(LINES_FIRST);
        let after = variables["after"]
            .as_str()
            .and_then(|cursor| cursor.parse().ok());
        let after = after.unwrap_or(0);
        if operation == "RefundLineItemsPage" {
            let wanted = variables["refunds"][0].as_str().unwrap_or_default();
            let refund = self.placed(now).find_map(|current| {
                let is_wanted = |id| gid("Refund", id) == wanted;
                let place = current.refunds.iter().position(|r| is_wanted(r.id))?;
                Some(order(self.shop.catalogue(), current)["refunds"][place].take())
            });
            return json!({ "nodes": [refund.map(|mut refund| json!({
                "__typename": "Refund",
                "id": refund["id"],
                "updatedAt": refund["updatedAt"],
                "refundLineItems": cut(refund["refundLineItems"].take(), after, first),
            }))] });
        }
        let wanted = variables["id"].as_str().unwrap_or_default();
        let current = self
            .placed(now)
            .find(|order| gid("Order", order.id) == wanted);
        let Some(mut whole) = current.map(|current| order(self.shop.catalogue(), current)) else {
            return json!({ "order": null });
        };
        let lines = cut(whole["lineItems"].take(), after, first);
        if operation == "OrderLineItemsPage" {
            return json!({ "order": {
                "id": whole["id"], "updatedAt": whole["updatedAt"], "lineItems": lines,
            }});
        }
        whole["lineItems"] = lines;
        if let Some(refunds) = whole["refunds"].as_array_mut() {
            for refund in refunds {
                refund["refundLineItems"] = cut(refund["refundLineItems"].take(), 0, LINES_FIRST);
            }
        }
        json!({ "order": whole })
    }

    /// The orders there are, each as it is now.
    fn placed<'a>(&'a self, now: &'a Now) -> impl Iterator<Item = &'a Order> {
        let orders = self.shop.orders().iter().enumerate();
        orders.filter_map(|(place, versions)| versions.get(*now.versions.get(&place)?))
    }
}

impl Now {
    /// Takes `cost` points out of the bucket, or nothing when it holds less; gives its status.
    fn take(&mut self, cost: i64, now: Timestamp) -> Result<Value, Value> {
        let seconds = now.as_second() - self.filled_at.as_second();
        if seconds > 0 {
            self.points = (self.points + seconds * RESTORED_POINTS_PER_SECOND).min(BUCKET_POINTS);
            self.filled_at = now;
        }
        let is_enough = self.points >= cost;
        if is_enough {
            self.points -= cost;
        }
        let status = json!({
            "maximumAvailable": BUCKET_POINTS,
            "currentlyAvailable": self.points,
            "restoreRate": RESTORED_POINTS_PER_SECOND,
        });
        if is_enough { Ok(status) } else { Err(status) }
    }
}

async fn graphql(State(server): State<Arc<Server>>, headers: HeaderMap, body: Bytes) -> Response {
    let token = headers
        .get("x-shopify-access-token")
        .and_then(|value| value.to_str().ok());
    let (status, answer) = server.answer(token, &body);
    (
        status,
        [
            ("content-type", "application/json"),
            ("x-shopify-api-version", API_VERSION),
        ],
        answer.to_string(),
    )
        .into_response()
}

fn throttled(cost: i64, status: &Value) -> Value {
    json!({
        "errors": [{ "message": "Throttled", "extensions": { "code": "THROTTLED" } }],
        "extensions": { "cost": {
            "requestedQueryCost": cost, "actualQueryCost": null, "throttleStatus": status,
        }},
    })
}

/// The part of a list that begins after `from` and has at most `most` members.
fn cut(mut list: Value, from: usize, most: usize) -> Value {
    if let Some(nodes) = list["nodes"].as_array_mut() {
        let has_next = nodes.len() > from.saturating_add(most);
        let page: Vec<Value> = nodes.drain(..).skip(from).take(most).collect();
        let cursor = (!page.is_empty()).then(|| (from + page.len()).to_string());
        list = json!({
            "nodes": page,
            "pageInfo": { "hasNextPage": has_next, "endCursor": cursor },
        });
    }
    list
}
