//! Asking a shop which orders it has and who it is, against one that listens on this machine.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::{AUTHORIZATION, DATE};
use jiff::Timestamp;
use serde_json::{Value, json};
use shop::conformance::serve;
use shop::{
    Connection, FetchError, HookReport, Listing, PageToken, Platform as _, Reading, Source,
};

use crate::fixture::{connection_to, json, platform, text};

/// What the shop's clock shows: seven minutes after the fixtures' order changed.
const NOW: &str = "Mon, 05 Jan 2026 09:07:04 GMT";
const CHANGED_AT: i64 = 1_767_603_604;

/// A shop whose answers the test sets.
#[derive(Clone)]
struct Answers {
    /// To the search for finished orders.
    finished: Value,
    /// To the search for others.
    unfinished: (StatusCode, Value),
    profile: Value,
    date: Option<&'static str>,
    /// In bytes, added to every page that is asked for whole.
    weight: usize,
}

#[derive(Clone)]
struct Shop {
    answers: Arc<Mutex<Answers>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Shop {
    /// One that has the fixtures' order.
    async fn open() -> (Self, Connection) {
        let shop = Self {
            answers: Arc::new(Mutex::new(Answers {
                finished: json("search.json"),
                unfinished: (StatusCode::OK, found(&[])),
                profile: json("profile.json"),
                date: Some(NOW),
                weight: 0,
            })),
            asked: Arc::default(),
        };
        let router = Router::new().fallback(get(answer)).with_state(shop.clone());
        let url = format!("{}/api/v3/1003", serve(router).await);
        (shop, connection_to(&url, &["any"]))
    }

    fn set(&self, change: impl FnOnce(&mut Answers)) {
        change(&mut self.answers.lock().unwrap());
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

async fn answer(State(shop): State<Shop>, request: Request) -> Response {
    let uri = request.uri().to_string();
    let address: reqwest::Url = format!("http://localhost{uri}").parse().unwrap();
    let query: HashMap<String, String> = address.query_pairs().into_owned().collect();
    shop.asked
        .lock()
        .unwrap()
        .push(uri.replacen("/api/v3/1003/", "", 1));
    if request.headers().get(AUTHORIZATION).unwrap() != "Bearer secret_token" {
        return (StatusCode::FORBIDDEN, text("errors/402.json")).into_response();
    }
    let answers = shop.answers.lock().unwrap().clone();
    let (status, body) = if request.uri().path().ends_with("/profile") {
        (StatusCode::OK, answers.profile)
    } else if query
        .get("paymentStatus")
        .is_some_and(|s| s == "INCOMPLETE")
    {
        answers.unfinished
    } else {
        (StatusCode::OK, answers.finished)
    };
    let mut body = body.to_string();
    if !query.contains_key("responseFields") {
        body.push_str(&" ".repeat(answers.weight));
    }
    let mut response = (status, body).into_response();
    // Without a word the server of these tests would tell its own time.
    let date = answers.date.unwrap_or("none of your business");
    response.headers_mut().insert(DATE, date.parse().unwrap());
    response
}

fn found(items: &[Value]) -> Value {
    json!({"total": items.len(), "count": items.len(), "offset": 0, "limit": 100, "items": items})
}

fn changed() -> Listing {
    Listing::Changed {
        since: "2026-01-05T09:00:00Z".parse().unwrap(),
    }
}

/// The page of finished orders: the one after the unfinished.
async fn finished(connection: &Connection, listing: Listing) -> Result<shop::Page, FetchError> {
    let first = platform().list(connection, listing, None).await?;
    let next = first.next.unwrap();
    platform().list(connection, listing, Some(&next)).await
}

#[tokio::test]
async fn an_order_of_a_listing_is_the_one_that_is_fetched() {
    let (shop, connection) = Shop::open().await;
    let page = finished(&connection, changed()).await.unwrap();
    assert_eq!(page.next, None);
    assert_eq!(
        page.answered_at,
        Some("2026-01-05T09:07:04Z".parse().unwrap())
    );
    let [listed] = &page.orders[..] else {
        panic!("{page:?}")
    };
    assert_eq!(listed.order.as_str(), "XJ12H");
    assert_eq!(listed.placed_at, "2026-01-05T09:00:00Z".parse().unwrap());
    assert_eq!(
        listed.modified_at,
        Timestamp::from_second(CHANGED_AT).unwrap()
    );
    let body = listed.body.as_ref().unwrap();
    match platform().read(&connection, Source::Fetched, body) {
        Reading::Order { order, .. } => {
            assert_eq!(order.key.order, listed.order);
            assert_eq!(order.version.modified_at, listed.modified_at);
            assert_eq!(order.total.to_string(), "54.00 EUR");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(
        shop.asked(),
        [
            "orders?limit=100&updatedFrom=1767603600&paymentStatus=INCOMPLETE",
            "orders?limit=100&updatedFrom=1767603600",
            "profile",
        ],
        "in Unix seconds, whatever the store's zone"
    );
}

#[tokio::test]
async fn orders_may_be_asked_for_by_the_day_they_were_placed() {
    let (shop, connection) = Shop::open().await;
    for (since, asked) in [
        (Some("2026-01-05T09:00:00Z"), "&createdFrom=1767603600"),
        (None, ""),
    ] {
        let since = since.map(|since| since.parse().unwrap());
        let page = finished(&connection, Listing::Placed { since })
            .await
            .unwrap();
        assert_eq!(page.orders.len(), 1);
        assert_eq!(
            shop.asked()[..2],
            [
                format!("orders?limit=100{asked}&paymentStatus=INCOMPLETE"),
                format!("orders?limit=100{asked}"),
            ]
        );
    }
}

#[tokio::test]
async fn what_may_be_older_than_the_shop_is_not_taken_from_its_index() {
    let (shop, connection) = Shop::open().await;
    for date in [
        Some("Mon, 05 Jan 2026 09:00:04 GMT"),
        Some("Mon, 05 Jan 2026 09:01:04 GMT"),
        None,
    ] {
        shop.set(|answers| answers.date = date);
        let page = finished(&connection, changed()).await.unwrap();
        assert_eq!(page.orders.len(), 1, "{date:?}");
        assert_eq!(page.orders[0].body, None, "{date:?}");
        assert_eq!(page.answered_at.is_some(), date.is_some());
    }
    let without_profile = shop.asked().iter().all(|asked| asked != "profile");
    assert!(without_profile, "the currency is not asked for in vain");
}

#[tokio::test]
async fn a_page_too_heavy_is_asked_for_without_its_orders() {
    let (shop, connection) = Shop::open().await;
    shop.set(|answers| answers.weight = 17 << 20);
    let page = finished(&connection, changed()).await.unwrap();
    assert_eq!(page.orders.len(), 1);
    assert_eq!(page.orders[0].body, None);
    assert_eq!(
        shop.asked().last().unwrap(),
        "orders?limit=100&updatedFrom=1767603600&responseFields=total%2Citems%28id%2CinternalId%2C\
         createDate%2CcreateTimestamp%2CupdateDate%2CupdateTimestamp%29"
    );
}

#[tokio::test]
async fn an_order_with_something_amiss_is_listed_all_the_same() {
    let (shop, connection) = Shop::open().await;
    let mut broken = json("orders/paid.eur.json");
    for field in [
        "createDate",
        "createTimestamp",
        "updateDate",
        "updateTimestamp",
    ] {
        broken[field] = Value::Null;
    }
    let mut spaced = broken.clone();
    spaced["id"] = json!("NO ID OF OURS");
    spaced["updateDate"] = json!("2026-01-05 10:00:04 +0100");
    shop.set(|answers| answers.finished = found(&[broken, spaced]));
    let page = finished(&connection, changed()).await.unwrap();
    let [undated, spaced] = &page.orders[..] else {
        panic!("{page:?}")
    };
    assert_eq!(
        undated.modified_at,
        "2026-01-05T09:00:00Z".parse().unwrap(),
        "the shop says that it changed since then"
    );
    match platform().read(
        &connection,
        Source::Fetched,
        undated.body.as_deref().unwrap(),
    ) {
        Reading::Refused(refusal) => assert_eq!(refusal.order.as_ref(), Some(&undated.order)),
        other => panic!("{other:?}"),
    }
    assert_eq!(spaced.order.as_str(), "516483487");
    assert_eq!(
        spaced.modified_at,
        Timestamp::from_second(CHANGED_AT).unwrap()
    );
    assert_eq!(spaced.placed_at, spaced.modified_at);
}

#[tokio::test]
async fn orders_that_are_not_finished_are_listed_where_the_plan_shows_them() {
    let (shop, connection) = Shop::open().await;
    let draft = json("orders/unfinished.eur.json");
    shop.set(|answers| answers.unfinished = (StatusCode::OK, found(&[draft])));
    let page = platform().list(&connection, changed(), None).await.unwrap();
    assert_eq!(page.orders[0].order.as_str(), "NOT1Y");
    assert!(page.next.is_some());
    let refusal = json!({"errorMessage": "Not in your plan"});
    for status in [StatusCode::PAYMENT_REQUIRED, StatusCode::FORBIDDEN] {
        shop.set(|answers| answers.unfinished = (status, refusal.clone()));
        let page = platform().list(&connection, changed(), None).await.unwrap();
        assert_eq!(page.orders[0].order.as_str(), "XJ12H");
        assert_eq!(page.next, None);
    }
}

#[tokio::test]
async fn a_listing_that_cannot_be_had_says_why() {
    let (shop, connection) = Shop::open().await;
    let list = async || finished(&connection, changed()).await.unwrap_err();
    let draft = json!({"id": "", "internalId": 0});
    for unfit in [
        json!([]),
        json!({"items": []}),
        json!({"total": "many", "items": []}),
        json!({"total": 0}),
        found(&[json!("XJ12H")]),
        found(&[draft]),
    ] {
        shop.set(|answers| answers.finished = unfit.clone());
        let error = list().await;
        assert!(
            matches!(error, FetchError::Unreadable { .. }),
            "{unfit}: {error:?}"
        );
    }
    shop.set(|answers| answers.finished = json!({"total": 3, "items": []}));
    assert!(matches!(list().await, FetchError::TryLater { .. }));
    for token in ["2", "{}"] {
        let token = PageToken::new(token).unwrap();
        let error = platform().list(&connection, changed(), Some(&token)).await;
        assert!(matches!(error, Err(FetchError::Unreadable { .. })));
    }
    let mut refused = connection.clone();
    refused.api.as_mut().unwrap().secret = "secret_other".into();
    let error = platform().list(&refused, changed(), None).await;
    assert_eq!(error, Err(FetchError::Refused { status: 403 }));
    let deaf = Connection {
        api: None,
        ..connection.clone()
    };
    let error = platform().list(&deaf, changed(), None).await;
    assert_eq!(error, Err(FetchError::NoAccess));
}

#[tokio::test]
async fn a_currency_that_cannot_be_booked_hides_no_order() {
    let (shop, connection) = Shop::open().await;
    shop.set(|answers| answers.profile["formatsAndUnits"]["currency"] = json!("BTC"));
    let page = finished(&connection, changed()).await.unwrap();
    assert_eq!(page.orders.len(), 1);
    assert_eq!(page.orders[0].body, None, "fetching it says why");
}

#[tokio::test]
async fn r_10_a_store_is_known_by_its_id_whatever_it_is_called() {
    let (shop, connection) = Shop::open().await;
    let store = platform().store(&connection).await.unwrap();
    assert_eq!(store.id, "1003");
    assert_eq!(store.name, "Boutique Ardoise");
    assert_eq!(store.currency.as_deref(), Some("EUR"));
    assert_eq!(store.time_zone.as_deref(), Some("Europe/Paris"));
    shop.set(|answers| {
        answers.profile["settings"]["storeName"] = json!("Autre nom");
        answers.profile["generalInfo"]["storeUrl"] = json!("https://elsewhere.example");
        answers.profile["formatsAndUnits"] = Value::Null;
    });
    let renamed = platform().store(&connection).await.unwrap();
    assert_eq!((&*renamed.id, &*renamed.name), ("1003", "Autre nom"));
    assert_eq!((renamed.currency, renamed.time_zone), (None, None));
    shop.set(|answers| answers.profile["settings"] = Value::Null);
    assert_eq!(platform().store(&connection).await.unwrap().name, "1003");
    for id in [json!(1004), json!("none"), Value::Null] {
        shop.set(|answers| answers.profile["generalInfo"]["storeId"] = id.clone());
        let store = platform().store(&connection).await;
        assert!(
            matches!(store, Err(FetchError::Unreadable { .. })),
            "{id}: {store:?}"
        );
    }
}

#[tokio::test]
async fn of_webhooks_no_more_is_known_than_that_the_app_is_installed() {
    let (_shop, connection) = Shop::open().await;
    let address = shop::HookAddress(shop::ShopUrl::new("https://pos.example/hooks/7").unwrap());
    let report = platform().ensure_hooks(&connection, &address).await;
    assert_eq!(report, Ok(HookReport::default()));
    assert_eq!(platform().remove_hooks(&connection, &address).await, Ok(0));
    let mut uninstalled = connection.clone();
    uninstalled.api.as_mut().unwrap().secret = "secret_revoked".into();
    let report = platform().ensure_hooks(&uninstalled, &address).await;
    assert_eq!(report, Err(FetchError::Refused { status: 403 }));
    let deaf = Connection {
        api: None,
        ..connection
    };
    for result in [
        platform().ensure_hooks(&deaf, &address).await.map(drop),
        platform().remove_hooks(&deaf, &address).await.map(drop),
    ] {
        assert_eq!(result, Err(FetchError::NoAccess));
    }
}
