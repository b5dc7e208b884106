//! Asking a shop, against one that listens on this machine.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::AUTHORIZATION;
use jiff::SignedDuration;
use retail::ShopOrderId;
use service::clock::ManualClock;
use shop::conformance::serve;
use shop::{Connection, FetchError, Platform as _, Reading, ShopUrl, Source};
use shop_ecom::Ecom;

use crate::fixture::{connection_to, platform, text};

type Asked = Arc<Mutex<Vec<String>>>;

async fn answer(State(asked): State<Asked>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    asked.lock().unwrap().push(path.clone());
    if request.headers().get(AUTHORIZATION).unwrap() != "Bearer secret_token" {
        return StatusCode::FORBIDDEN.into_response();
    }
    let problem = |status: StatusCode| (status, text("errors/404.json")).into_response();
    match path.strip_prefix("/api/v3/1003/").unwrap() {
        "profile" => text("profile.json").into_response(),
        "orders/XJ12H" | "orders/516483487" => text("orders/paid.eur.json").into_response(),
        "orders/OTHER" => text("orders/unfinished.eur.json").into_response(),
        "orders/GONE" => problem(StatusCode::NOT_FOUND),
        "orders/MOVED" => Redirect::temporary("/api/v3/1003/orders/XJ12H").into_response(),
        "orders/BUSY" => {
            let headers = [("retry-after", "7")];
            (
                StatusCode::TOO_MANY_REQUESTS,
                headers,
                text("errors/429.json"),
            )
                .into_response()
        }
        "orders/DOWN" => problem(StatusCode::INTERNAL_SERVER_ERROR),
        "orders/PLAN" => problem(StatusCode::PAYMENT_REQUIRED),
        "orders/LONG" => format!("\"{}\"", "x".repeat(5 << 20)).into_response(),
        other => panic!("asked for {other}"),
    }
}

/// A shop on this machine that remembers what it was asked, for as long as the runtime lives.
async fn shop() -> (Connection, Asked) {
    let asked = Asked::default();
    let router = Router::new()
        .fallback(get(answer))
        .with_state(asked.clone());
    let url = format!("{}/api/v3/1003", serve(router).await);
    (connection_to(&url, &["any"]), asked)
}

fn id(text: &str) -> ShopOrderId {
    ShopOrderId::new(text).unwrap()
}

#[tokio::test]
async fn an_order_is_fetched_with_its_currency_and_reads_as_an_order() {
    let (connection, asked) = shop().await;
    let clock = ManualClock::at("2026-11-21T19:54:12Z".parse().unwrap());
    let platform = Ecom::new(Arc::new(clock.clone())).unwrap();
    for name in ["XJ12H", "516483487"] {
        let body = platform.fetch(&connection, &id(name)).await.unwrap();
        match platform.read(&connection, Source::Fetched, &body) {
            Reading::Order { order, .. } => {
                assert_eq!(
                    order.key.order,
                    id("XJ12H"),
                    "by whatever name it was asked for"
                );
                assert_eq!(order.total.to_string(), "54.00 EUR");
            }
            other => panic!("{other:?}"),
        }
    }
    clock.advance(SignedDuration::from_hours(1));
    platform.fetch(&connection, &id("XJ12H")).await.unwrap();
    let asked = asked.lock().unwrap().clone();
    let profiles = asked
        .iter()
        .filter(|path| path.ends_with("/profile"))
        .count();
    assert_eq!(
        (asked.len(), profiles),
        (5, 2),
        "the currency is asked for once in a while"
    );
}

#[tokio::test]
async fn a_shop_that_cannot_answer_says_so_in_one_of_few_ways() {
    let (connection, asked) = shop().await;
    let fetch = async |name: &str| platform().fetch(&connection, &id(name)).await.unwrap_err();
    assert_eq!(fetch("GONE").await, FetchError::Gone);
    assert_eq!(fetch("PLAN").await, FetchError::Refused { status: 402 });
    match fetch("BUSY").await {
        FetchError::TryLater { after, .. } => assert_eq!(after.unwrap().as_secs(), 7),
        other => panic!("{other:?}"),
    }
    for name in ["DOWN", "MOVED"] {
        let error = fetch(name).await;
        assert!(
            matches!(error, FetchError::TryLater { .. }),
            "{name}: {error:?}"
        );
    }
    for name in ["OTHER", "LONG"] {
        let error = fetch(name).await;
        assert!(
            matches!(error, FetchError::Unreadable { .. }),
            "{name}: {error:?}"
        );
    }
    let before = asked.lock().unwrap().len();
    assert_eq!(fetch("..").await, FetchError::Gone, "no id of eCom's");
    let alone = Connection {
        api: None,
        ..connection.clone()
    };
    let unasked = platform().fetch(&alone, &id("XJ12H")).await;
    assert_eq!(unasked, Err(FetchError::NoAccess));
    assert_eq!(asked.lock().unwrap().len(), before, "neither was asked for");
}

#[tokio::test]
async fn a_shop_that_is_away_is_asked_later() {
    let (mut connection, _asked) = shop().await;
    if let Some(api) = &mut connection.api {
        // Port 1 of this machine: nobody listens there.
        api.url = ShopUrl::new("http://127.0.0.1:1/api/v3/1003").unwrap();
    }
    let error = platform()
        .fetch(&connection, &id("XJ12H"))
        .await
        .unwrap_err();
    assert!(matches!(error, FetchError::TryLater { .. }), "{error:?}");
    assert!(!error.to_string().contains("secret_token"), "{error}");
}
