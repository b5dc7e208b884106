use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use ::shop::conformance::serve;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use retail::ShopOrderId;
use serde_json::Value;
use service::clock::{Clock as _, ManualClock};
use shop::{FetchError, Platform as _, Source};

use super::mapping::{OPENED_AT, access, compare, connection, platform, whole};
use super::*;

fn shop(pricing: Pricing) -> Shop {
    Shop::open(&Options {
        pricing,
        ..Options::new(7, 400)
    })
}

/// More than two pages, and few enough to be asked for one by one.
const ORDERS_BEHIND_HTTP: usize = 220;

fn opened_at() -> Timestamp {
    OPENED_AT.parse().unwrap()
}

struct Asked {
    status: u16,
    retry_after: Option<String>,
    body: Value,
}

/// Somebody who asks the shop by hand.
struct Browser {
    client: reqwest::Client,
    url: String,
}

impl Browser {
    async fn ask(&self, path: &str, token: &str) -> Asked {
        let address = format!("{}/api/v3/{path}", self.url);
        let request = self.client.get(address).bearer_auth(token);
        let answer = request.send().await.unwrap();
        Asked {
            status: answer.status().as_u16(),
            retry_after: answer
                .headers()
                .get("retry-after")
                .map(|after| after.to_str().unwrap().to_owned()),
            body: answer.json().await.unwrap(),
        }
    }
}

async fn all_of_it(pricing: Pricing, limit: u32) -> (Arc<Live>, Browser, ManualClock) {
    let clock = ManualClock::at(opened_at());
    let shop = Shop::open(&Options {
        pricing,
        ..Options::new(7, ORDERS_BEHIND_HTTP)
    });
    let live = Live::with_limit(shop, access(), Arc::new(clock.clone()), limit);
    while live.next().is_some() {}
    let browser = Browser {
        client: service::http::loopback_client().unwrap(),
        url: serve(live.router()).await,
    };
    (live, browser, clock)
}

/// Every path of keys, and the kinds of value met there.
pub(super) fn shape(
    path: &str,
    value: &Value,
    into: &mut BTreeMap<String, BTreeSet<&'static str>>,
) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(items) => {
            for item in items {
                shape(&format!("{path}[]"), item, into);
            }
            "list"
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                shape(&format!("{path}.{key}"), value, into);
            }
            "object"
        }
    };
    into.entry(path.to_owned()).or_default().insert(kind);
}

fn contract() -> Value {
    serde_json::from_str(include_str!("../../fixtures/contract.json")).unwrap()
}

/// What an operation of the contract answers with 200, as its example shows.
pub(super) fn example(path: &str) -> Value {
    let path = format!("/api/v3/{{storeId}}/{path}");
    contract()["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["example"]
        .clone()
}

/// Lists that are empty in the contract's example, and a field it leaves out. What stands in them is
/// in the documents and in the fixtures.
const BEYOND_THE_EXAMPLE: [&str; 7] = [
    ".refunds[]",
    ".customSurcharges[]",
    ".handlingFee.taxes[]",
    ".items[].couponAmount",
    ".items[].discounts",
    ".billingPerson.phone",
    ".shippingPerson.phone",
];

#[tokio::test(flavor = "multi_thread")]
async fn r_12_answers_have_the_shape_of_the_contracts_examples() {
    for pricing in [Pricing::TaxIncluded, Pricing::TaxOnTop] {
        let (live, browser, _clock) = all_of_it(pricing, u32::MAX).await;
        let (mut known, mut simulated) = (BTreeMap::new(), BTreeMap::new());
        shape("", &example("orders/{orderId}"), &mut known);
        for order in live.indexed() {
            let body = browser
                .ask(&format!("1003/orders/{}", order.id), "secret_token")
                .await;
            assert_eq!(body.status, 200);
            shape("", &body.body, &mut simulated);
        }
        for (path, kinds) in &simulated {
            if BEYOND_THE_EXAMPLE
                .iter()
                .any(|beyond| path.starts_with(beyond))
            {
                continue;
            }
            let known = known
                .get(path)
                .unwrap_or_else(|| panic!("{path} is not in the contract's example"));
            assert!(kinds.is_subset(known), "{path} is {kinds:?}, not {known:?}");
        }
        for path in known.keys() {
            assert!(simulated.contains_key(path), "{path} is never simulated");
        }
        for (path, file) in [("profile", "profile"), ("orders", "orders?limit=3")] {
            let (mut known, mut simulated) = (BTreeMap::new(), BTreeMap::new());
            let answer = browser.ask(&format!("1003/{file}"), "secret_token").await;
            shape("", &example(path), &mut known);
            shape("", &answer.body, &mut simulated);
            let outer = |path: &&String| !path.contains("[]");
            assert!(
                simulated
                    .keys()
                    .filter(outer)
                    .eq(known.keys().filter(outer)),
                "{path}"
            );
        }
    }
}

/// Status and body of every kind of answer are among those of the contract.
#[tokio::test(flavor = "multi_thread")]
async fn r_12_every_answer_is_one_the_contract_names() {
    let (live, browser, _clock) = all_of_it(Pricing::TaxIncluded, 20).await;
    let contract = contract();
    let error = &contract["components"]["schemas"]["Error"]["properties"];
    let id = live.indexed()[0].id.clone();
    let one = "/api/v3/{storeId}/orders/{orderId}";
    let many = "/api/v3/{storeId}/orders";
    let mut seen = BTreeSet::new();
    for (path, asked, token, status) in [
        (one, format!("1003/orders/{id}"), "secret_token", 200),
        (one, "1003/orders/NOSUCH".to_owned(), "secret_token", 404),
        (one, format!("1003/orders/{id}"), "secret_other", 403),
        (one, format!("1004/orders/{id}"), "secret_token", 403),
        (many, "1003/orders".to_owned(), "secret_token", 200),
        (
            many,
            "1003/orders?limit=1&offset=0".to_owned(),
            "secret_token",
            200,
        ),
        (
            many,
            "1003/orders?limit=100".to_owned(),
            "secret_token",
            200,
        ),
        (many, "1003/orders?limit=0".to_owned(), "secret_token", 400),
        (
            many,
            "1003/orders?limit=101".to_owned(),
            "secret_token",
            400,
        ),
        (
            many,
            "1003/orders?offset=-1".to_owned(),
            "secret_token",
            400,
        ),
        (
            many,
            "1003/orders?updatedFrom=then".to_owned(),
            "secret_token",
            400,
        ),
        (
            many,
            "1003/orders?createdTo=1e9".to_owned(),
            "secret_token",
            400,
        ),
    ] {
        let answer = browser.ask(&asked, token).await;
        assert_eq!(answer.status, status, "{asked}");
        judge(&contract, path, error, &answer);
        seen.insert(status);
    }
    for _ in 0..20 {
        let answer = browser.ask("1003/orders?limit=1", "secret_token").await;
        judge(&contract, many, error, &answer);
        if seen.insert(answer.status) {
            let after: u64 = answer.retry_after.unwrap().parse().unwrap();
            assert!((1..=120).contains(&after), "{after} s");
        }
    }
    assert!(seen.contains(&429), "{seen:?}");
}

fn judge(contract: &Value, path: &str, error: &Value, answer: &Asked) {
    let responses = &contract["paths"][path]["get"]["responses"];
    let named = &responses[answer.status.to_string()];
    assert!(named.is_object(), "{path}: status {}", answer.status);
    assert_eq!(
        named["headers"].get("Retry-After").is_some(),
        answer.retry_after.is_some(),
        "{path}: status {}",
        answer.status
    );
    if answer.status != 200 {
        let fields = answer.body.as_object().unwrap();
        assert!(fields.contains_key("errorMessage"));
        for (name, value) in fields {
            assert_eq!(error[name]["type"], "string", "{name}");
            assert!(value.is_string(), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_hold_every_finished_order_once() {
    let (live, browser, _clock) = all_of_it(Pricing::TaxIncluded, u32::MAX).await;
    let mut ids = Vec::new();
    let mut offset = 0;
    loop {
        let path = format!("1003/orders?createdFrom=1&limit=100&offset={offset}");
        let page = browser.ask(&path, "secret_token").await.body;
        let items = page["items"].as_array().unwrap();
        assert_eq!(page["count"], items.len());
        ids.extend(
            items
                .iter()
                .map(|order| order["id"].as_str().unwrap().to_owned()),
        );
        offset += items.len();
        if items.is_empty() {
            assert_eq!(page["total"], offset);
            break;
        }
    }
    let unique: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
    let orders = live.indexed();
    let finished = orders
        .iter()
        .filter(|order| order.status != Status::Incomplete);
    assert_eq!(ids.len(), finished.clone().count());
    let latest = finished.map(|order| order.modified_at).max().unwrap();
    let path = format!("1003/orders?updatedFrom={}", latest.as_second());
    let page = browser.ask(&path, "secret_token").await.body;
    let since = orders
        .iter()
        .filter(|order| order.modified_at >= latest)
        .count();
    assert_eq!(page["total"], since);
    let path = format!("1003/orders?ids={},{}", ids[0], ids[1]);
    assert_eq!(browser.ask(&path, "secret_token").await.body["total"], 2);
}

/// By the platform's own client, over HTTP: hints are followed until the shop's books are reached.
#[tokio::test(flavor = "multi_thread")]
async fn ec_17_every_order_that_is_asked_for_is_the_one_in_the_books() {
    let (live, browser, _clock) = all_of_it(Pricing::TaxOnTop, u32::MAX).await;
    let (platform, connection) = (platform(), connection(&browser.url));
    let books = live.shop().books();
    let mut compared = 0;
    for (id, sale) in &books.sales {
        let id = ShopOrderId::new(id).unwrap();
        let body = platform.fetch(&connection, &id).await.unwrap();
        let order = whole(platform.read(&connection, Source::Fetched, &body));
        // An order that fell into a merchant's own status stays the sale it was before.
        if order.state.is_imported() {
            compare(&order, sale);
            compared += 1;
        }
    }
    assert!(compared > 150, "{compared} orders");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let (live, browser, clock) = all_of_it(Pricing::TaxIncluded, 5).await;
    let (platform, connection) = (platform(), connection(&browser.url));
    let id = ShopOrderId::new(&live.indexed()[0].id).unwrap();
    let mut refused = None;
    for _ in 0..6 {
        refused = platform.fetch(&connection, &id).await.err();
    }
    let Some(FetchError::TryLater { after, .. }) = refused else {
        panic!("{refused:?}");
    };
    let after = after.unwrap();
    assert!((60..=70).contains(&after.as_secs()), "{after:?}");
    clock.advance(SignedDuration::try_from(after).unwrap());
    assert!(platform.fetch(&connection, &id).await.is_ok());
}

type Received = Arc<Mutex<Vec<Vec<u8>>>>;

/// Takes a delivery at its third try.
async fn receive(State(received): State<Received>, body: axum::body::Bytes) -> StatusCode {
    let mut received = received.lock().unwrap();
    let tries = received.iter().filter(|other| **other == body).count();
    received.push(body.to_vec());
    if tries < 2 {
        StatusCode::INTERNAL_SERVER_ERROR
    } else {
        StatusCode::OK
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_is_not_taken_comes_again_when_the_shop_says() {
    let received = Received::default();
    let router = axum::Router::new()
        .fallback(axum::routing::post(receive))
        .with_state(Arc::clone(&received));
    let url = serve(router).await;
    let clock = ManualClock::at(opened_at());
    let shop = Shop::open(&Options::new(1, 1));
    let live = Live::new(shop, access(), Arc::new(clock.clone()));
    let client = service::http::loopback_client().unwrap();
    assert!(live.go_on());
    for (minutes, taken, due_in) in [
        (0, 0, Some(15)),
        (14, 0, Some(1)),
        (1, 0, Some(15)),
        (15, 1, None),
    ] {
        clock.advance(SignedDuration::from_mins(minutes));
        assert_eq!(
            live.deliver(&client, &format!("{url}/hooks/x")).await,
            taken,
            "{minutes}"
        );
        let due = due_in.map(|minutes| clock.now() + SignedDuration::from_mins(minutes));
        assert_eq!(live.next_delivery(), due);
    }
    let received = received.lock().unwrap();
    assert_eq!(received.len(), 3);
    assert!(
        received.iter().all(|body| *body == received[0]),
        "the same each time"
    );
}

#[test]
fn a_delivery_that_nobody_takes_is_given_up_after_a_day() {
    let mut outbox = Outbox::default();
    let hook = Hook::of_product(&access(), opened_at(), 1);
    outbox.push(hook, opened_at());
    let mut tries = 0;
    let mut last = opened_at();
    while let Some(at) = outbox.next_due() {
        last = at;
        for attempt in outbox.due(at) {
            tries += 1;
            let status = if tries % 2 == 0 { 302 } else { 500 };
            assert!(!outbox.answered(attempt.id, Some(status), at));
        }
    }
    assert_eq!((tries, outbox.given_up()), (28, 1));
    assert_eq!(
        last.duration_since(opened_at()),
        SignedDuration::from_hours(24)
    );
}

#[test]
fn an_order_is_told_as_what_it_has_become() {
    let shop = shop(Pricing::TaxIncluded);
    let mut events = BTreeSet::new();
    for versions in shop.orders() {
        let mut before = None;
        for order in versions {
            let event = hook::Event::of(before, order);
            let unfinished = order.status == Status::Incomplete;
            assert_eq!(event.as_str().starts_with("unfinished_"), unfinished);
            events.insert(event.as_str());
            before = Some(order);
        }
    }
    assert_eq!(events.len(), 4, "{events:?}");
}

#[test]
fn every_turn_of_a_shops_life_is_met() {
    let shop = shop(Pricing::TaxIncluded);
    let orders = || shop.orders().iter().flatten();
    for status in [
        Status::Incomplete,
        Status::AwaitingPayment,
        Status::Paid,
        Status::PartiallyRefunded,
        Status::Refunded,
        Status::Cancelled,
        Status::Custom,
    ] {
        assert!(orders().any(|order| order.status == status), "{status:?}");
    }
    assert!(orders().any(|order| order.refunds.len() > 1));
    assert!(orders().any(|order| order.gift_card > 0));
    assert!(orders().any(|order| order.promotion > 0));
    assert!(orders().any(|order| order.tips.is_some() && order.handling.is_some()));
    assert!(
        orders()
            .flat_map(|order| &order.lines)
            .any(|line| line.product.is_none())
    );
    assert!(
        orders()
            .flat_map(|order| &order.lines)
            .any(|line| line.coupon != line.coupon_stated),
        "a coupon's share that an edit left behind"
    );
    let all: Vec<u8> = orders().flat_map(|order| shop.body(order)).collect();
    let all = String::from_utf8(all).unwrap();
    assert!(
        all.contains("99999999") || all.contains("00000000"),
        "a sum of floats"
    );
    let books = shop.books();
    assert!(
        books.sales.len() < shop.orders().len(),
        "some orders stay unfinished"
    );
    assert!(
        books
            .sales
            .values()
            .any(|sale| sale.voided && sale.received > 0)
    );
    assert!(
        books
            .sold
            .keys()
            .any(|thing| matches!(thing, Stocked::Name(_)))
    );
}

#[test]
fn money_never_goes_back_twice_and_ids_are_unique() {
    let shop = shop(Pricing::TaxOnTop);
    for order in shop.orders().iter().flatten() {
        let total = order.total(shop.pricing(), shop.catalogue());
        assert!(total > 0 && order.gift_card <= total, "order {}", order.id);
        assert!(
            order.refunded() <= total - order.gift_card,
            "order {}",
            order.id
        );
    }
    let ids: BTreeSet<&str> = shop.orders().iter().map(|v| &*v[0].id).collect();
    assert_eq!(ids.len(), shop.orders().len());
    for versions in shop.orders() {
        assert!(
            versions
                .windows(2)
                .all(|pair| pair[0].modified_at < pair[1].modified_at)
        );
    }
}

#[test]
fn a_seed_decides_everything() {
    let bodies = |seed| {
        let shop = Shop::open(&Options::new(seed, 30));
        let orders = shop.orders().iter().flatten();
        orders.map(|order| shop.body(order)).collect::<Vec<_>>()
    };
    assert_eq!(bodies(1), bodies(1));
    assert_ne!(bodies(1), bodies(2));
}

#[test]
fn a_signature_is_that_of_the_published_vector() {
    assert_eq!(
        hook::signature(
            "abcde123456789",
            "1234567.80aece08-40e8-4145-8764-6c2f0d38678"
        ),
        "lidx/4J5L2Pp4auvwGBp6DwPkpPmyVLI3oLB440X358="
    );
}
