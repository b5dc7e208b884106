//! The shop that runs: its Admin API, its clock, and what it tells of itself.

mod privacy;
mod shelf;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode, Uri};
use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use serde_json::{Value, json};
use service::clock::Clock;
use shop::sim::{Access, Books, Outgoing, ProductEdit, SimShop, StockLog};

use super::answer::gid;
use super::bucket::{Bucket, Plan, cost};
use super::deliveries::{Deliveries, Delivery, Outcome};
use super::dice::Dice;
use super::hook::{self, Numbers, Sender, Topic};
use super::oauth::{CLIENT_ID, DOMAIN, Grants};
use super::question::Question;
use super::shelf::Shelf;
use super::subscriptions::{Subscription, Subscriptions};
use super::trade::{Change, Trade};
use super::{Shop, books, orders};
use crate::API_VERSION;

pub use shelf::Asked;

/// Deliveries leave the shop within this after what they tell of, in no order.
const POSTED_WITHIN_MILLIS: u64 = 1_500;
/// Where the shops' numbers begin.
const FIRST_SHOP_ID: u64 = 60_000_000_000;

/// A shop that answers and tells. Clones are the same shop.
#[derive(Clone, Debug)]
pub struct Server(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Arc<dyn Clock>,
    seed: u64,
    /// The app's.
    secret: String,
    token: String,
    now: Mutex<Now>,
}

#[derive(Debug)]
struct Now {
    /// The host that the shop answers at: its own domain, as its deliveries name it.
    domain: String,
    trade: Trade,
    shelf: Shelf,
    /// Whether it sells no more than it has.
    sells_what_there_is: bool,
    grants: Grants,
    subscriptions: Subscriptions,
    deliveries: Deliveries,
    bucket: Bucket,
    dice: Dice,
    /// Numbers given to deliveries and events.
    given: u64,
    asked: usize,
    /// What was asked last.
    kept: VecDeque<Asked>,
    /// The operation whose next answer is lost on its way.
    losing: Option<String>,
}

impl Server {
    /// A shop in which nothing has happened yet.
    #[must_use]
    pub fn new(shop: Shop, seed: u64, plan: Plan, clock: Arc<dyn Clock>) -> Self {
        let bucket = Bucket::full(plan, clock.now());
        let secret = format!("shpss_simulated_{seed}");
        let token = format!("shpat_simulated_{seed}");
        let grants = Grants::new(&secret, &token);
        let shelf = Shelf::new(shop.catalogue(), clock.now());
        Self(Arc::new(Inner {
            clock,
            seed,
            secret,
            token,
            now: Mutex::new(Now {
                grants,
                domain: "127.0.0.1".to_owned(),
                trade: Trade::new(shop, seed),
                shelf,
                sells_what_there_is: false,
                subscriptions: Subscriptions::default(),
                deliveries: Deliveries::default(),
                bucket,
                dice: Dice::new(seed.rotate_left(32)),
                given: 0,
                asked: 0,
                kept: VecDeque::new(),
                losing: None,
            }),
        }))
    }

    /// How many requests came, those refused included.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.0.now().asked
    }

    /// The merchant takes the app out of the shop: the last thing it hears, with a token that is dead by then.
    pub fn uninstall(&self) {
        let at = self.0.clock.now();
        let mut now = self.0.now();
        now.given += 1;
        let event = now.given;
        let told = json!({ "domain": DOMAIN, "myshopify_domain": now.domain });
        now.post(Topic::AppUninstalled, &told, event, &self.0.secret, at);
        now.subscriptions.clear();
        now.grants.clear();
    }

    /// The shop goes to another organisation than the app's, which gets no token of its own any more.
    pub fn sell(&self) {
        self.0.now().grants.sell();
    }

    /// The answer to an operation, without HTTP.
    #[cfg(test)]
    pub(super) fn asked_for(&self, operation: &str, variables: &Value) -> Value {
        let body = json!({ "query": operation, "variables": variables }).to_string();
        let (status, answer) = self.0.answer(Some(&self.0.token), body.as_bytes());
        assert_eq!(status, StatusCode::OK);
        answer
    }

    #[cfg(test)]
    pub(super) fn reach(&self, place: usize, version: usize) {
        self.0.now().trade.reach(place, version);
    }
}

impl SimShop for Server {
    fn router(&self) -> Router {
        let path = format!("/admin/api/{API_VERSION}/graphql.json");
        Router::new()
            .route(&path, post(graphql))
            .route("/admin/oauth/authorize", get(authorize))
            .route("/admin/oauth/access_token", post(access_token))
            .with_state(self.clone())
    }

    fn access(&self, base_url: &str) -> Access {
        let host = base_url.parse::<Uri>().ok();
        if let Some(host) = host.as_ref().and_then(Uri::host) {
            host.clone_into(&mut self.0.now().domain);
        }
        Access {
            secret: self.0.secret.clone(),
            shop_url: base_url.to_owned(),
            key: CLIENT_ID.to_owned(),
            key_secret: self.0.token.clone(),
        }
    }

    fn step(&self) -> bool {
        let at = self.0.clock.now();
        let mut now = self.0.now();
        if now.turns_away() {
            return true;
        }
        match now.trade.step(at) {
            None => false,
            Some(change) => {
                let Now { trade, shelf, .. } = &mut *now;
                shelf.take(trade.shop().catalogue(), &change, at);
                now.tell(&change, &self.0.secret, at);
                true
            }
        }
    }

    fn due(&self) -> Vec<Outgoing> {
        let at = self.0.clock.now();
        let mut now = self.0.now();
        let (outgoing, outcomes) = now.deliveries.due(at);
        for outcome in outcomes {
            now.came_of(outcome, at);
        }
        outgoing
    }

    fn answered(&self, id: u64, status: Option<u16>) {
        let at = self.0.clock.now();
        let mut now = self.0.now();
        if let Some(outcome) = now.deliveries.answered(id, status, at) {
            now.came_of(outcome, at);
        }
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.0.now().deliveries.next_due()
    }

    fn lose_hooks(&self) {
        self.0.now().subscriptions.clear();
    }

    fn edit_product(&self, edit: ProductEdit) {
        let at = self.0.clock.now();
        self.0.now().edit(edit, &self.0.secret, at);
    }

    fn books(&self) -> Books {
        let now = self.0.now();
        books::reckon(now.trade.shop().catalogue(), now.trade.orders())
    }

    fn placed(&self) -> usize {
        self.0.now().trade.orders().len()
    }

    fn sell_what_there_is(&self) {
        self.0.now().sells_what_there_is = true;
    }

    /// It does.
    fn sell_in_euros(&self) {}

    fn lift_limits(&self) {
        let at = self.0.clock.now();
        self.0.now().bucket = Bucket::full(Plan::Unlimited, at);
    }

    fn stock(&self) -> BTreeMap<String, i64> {
        self.0.now().shelf.stock()
    }

    fn begin_stock_log(&self) {
        self.0.now().shelf.log.begin();
    }

    fn stock_log(&self) -> StockLog {
        self.0.now().shelf.log.clone()
    }
}

impl Inner {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, token: Option<&str>, body: &[u8]) -> (StatusCode, Value) {
        let at = self.clock.now();
        let mut now = self.now();
        now.asked += 1;
        if !token.is_some_and(|token| now.grants.accepts(token, at)) {
            let errors =
                "[API] Invalid API key or access token (unrecognized login or wrong password)";
            return (StatusCode::UNAUTHORIZED, json!({ "errors": errors }));
        }
        let Ok(request) = serde_json::from_slice::<Asked>(body) else {
            return (StatusCode::BAD_REQUEST, json!({ "errors": "not JSON" }));
        };
        let Some(question) = Question::of(&request.query) else {
            let error = json!({ "message": "unknown", "extensions": { "code": "undefinedField" } });
            return (StatusCode::OK, json!({ "errors": [error] }));
        };
        let requested = question.cost(&request.variables);
        if !now.bucket.holds(requested, at) {
            return (StatusCode::OK, throttled(requested, &now.bucket.status()));
        }
        let answered = now.data(question, &request, self.seed, at);
        let is_lost = now.losing.as_deref() == Some(request.operation());
        now.keep(request);
        if is_lost {
            now.losing = None;
            return (StatusCode::BAD_GATEWAY, json!("lost"));
        }
        let (data, search) = match answered {
            Ok(answer) => answer,
            Err(error) => return (StatusCode::OK, json!({ "errors": [error] })),
        };
        let actual = cost(&data).clamp(question.least_cost(), requested);
        now.bucket.take(actual);
        let mut extensions = json!({ "cost": {
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": now.bucket.status(),
        }});
        if !search.is_null() {
            extensions["search"] = search;
        }
        (
            StatusCode::OK,
            json!({ "data": data, "extensions": extensions }),
        )
    }
}

impl Now {
    /// The data, and what came of a search in it.
    fn data(
        &mut self,
        question: Question,
        asked: &Asked,
        seed: u64,
        at: Timestamp,
    ) -> Result<(Value, Value), Value> {
        let Asked { query, variables } = asked;
        let data = match question {
            Question::OrderById => orders::by_id(&self.trade, variables, at),
            Question::OrderLineItemsPage => orders::lines(&self.trade, variables, at),
            Question::RefundLineItemsPage => orders::refunded_lines(&self.trade, variables, at),
            Question::OrdersPage => {
                return Ok(orders::search(&self.trade, variables, at, orders::head));
            }
            Question::OrdersWholePage => {
                return Ok(orders::search(&self.trade, variables, at, orders::whole));
            }
            Question::Shop => json!({ "shop": {
                "id": gid("Shop", FIRST_SHOP_ID.saturating_add(seed)),
                "name": format!("Maison simulée {seed}"),
                "currencyCode": "EUR",
                "ianaTimezone": "Europe/Brussels",
            }}),
            Question::WebhookSubscriptions => self.subscriptions.list(variables),
            Question::WebhookSubscriptionCreate => self.subscriptions.create(variables)?,
            Question::WebhookSubscriptionDelete => self.subscriptions.delete(variables),
            Question::Shelf(question) => self.of_shelf(question, query, variables, at)?,
        };
        Ok((data, Value::Null))
    }

    /// Tells of a change to whoever wants to hear of it.
    fn tell(&mut self, change: &Change, secret: &str, at: Timestamp) {
        self.given += 1;
        let event = self.given;
        for topic in hook::topics(change) {
            let body = hook::body(self.trade.shop().catalogue(), &change.after, topic);
            self.post(topic, &body, event, secret, at);
        }
    }

    /// Tells of an edited product, once to each address that hears of anything.
    fn edit(&mut self, edit: ProductEdit, secret: &str, at: Timestamp) {
        self.given += 1;
        let event = self.given;
        let told = hook::of_edit(
            self.trade.shop().catalogue().product(edit.product),
            &edit,
            at,
        );
        let mut hears = self.subscriptions.all().to_vec();
        hears.sort_by(|a, b| a.uri.cmp(&b.uri));
        hears.dedup_by(|a, b| a.uri == b.uri);
        for (topic, body) in told {
            self.post_to(&hears, topic, &body, event, secret, at);
        }
        self.shelf.edit(self.trade.shop().catalogue(), &edit, at);
        self.trade.edit(edit);
    }

    fn post(&mut self, topic: Topic, body: &Value, event: u64, secret: &str, at: Timestamp) {
        let hears = self.subscriptions.all().iter();
        let hears = hears.filter(|known| known.topic == topic && known.tells());
        let hears: Vec<Subscription> = hears.cloned().collect();
        self.post_to(&hears, topic, body, event, secret, at);
    }

    fn post_to(
        &mut self,
        hears: &[Subscription],
        topic: Topic,
        body: &Value,
        event: u64,
        secret: &str,
        at: Timestamp,
    ) {
        for subscription in hears {
            let body = subscription.told(body.clone()).to_string().into_bytes();
            self.given += 1;
            let sender = Sender {
                domain: &self.domain,
                secret,
            };
            let numbers = Numbers {
                delivery: self.given,
                event,
            };
            let millis = self.dice.between(0, POSTED_WITHIN_MILLIS);
            let wait = SignedDuration::from_millis(i64::try_from(millis).unwrap_or(0));
            let delivery = Delivery {
                subscription: subscription.id,
                url: subscription.uri.clone(),
                headers: sender.headers(topic, numbers, at, &body),
                body,
                triggered_at: at,
            };
            self.deliveries.add(delivery, at + wait);
        }
    }

    fn came_of(&mut self, outcome: Outcome, at: Timestamp) {
        match outcome {
            Outcome::Taken { subscription } => self.subscriptions.taken(subscription, at),
            Outcome::GivenUp {
                subscription,
                began,
            } => self.subscriptions.give_up(subscription, began),
        }
    }
}

async fn graphql(State(server): State<Server>, headers: HeaderMap, body: Bytes) -> Response {
    let token = headers
        .get("x-shopify-access-token")
        .and_then(|value| value.to_str().ok());
    let (status, answer) = server.0.answer(token, &body);
    let date = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&server.0.clock.now());
    (
        status,
        [
            ("content-type", "application/json".to_owned()),
            ("x-shopify-api-version", API_VERSION.to_owned()),
            ("date", date.unwrap_or_default()),
        ],
        answer.to_string(),
    )
        .into_response()
}

/// The page on which a merchant consents; this one always does.
async fn authorize(State(server): State<Server>, uri: Uri) -> Response {
    let at = server.0.clock.now();
    let target = Url::parse(&format!("https://{DOMAIN}{uri}"))
        .ok()
        .and_then(|address| server.0.now().grants.consented(&address, at));
    match target {
        Some(target) => Redirect::to(&target).into_response(),
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}

async fn access_token(State(server): State<Server>, body: Bytes) -> Response {
    let at = server.0.clock.now();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    let (status, answer) = server.0.now().grants.answer(&body, at);
    (
        status,
        [("content-type", "application/json")],
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
