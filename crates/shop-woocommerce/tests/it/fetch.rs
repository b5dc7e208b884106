//! Asking a shop, against one that listens on this machine.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::StatusCode;
use retail::ShopOrderId;
use secrecy::SecretString;
use shop::conformance::serve;
use shop::{ApiAccess, Connection, FetchError, PlainHttp, Platform as _, Reading, ShopUrl, Source};

use crate::capture::{connection, platform};

const ORDER: &str = include_str!("../../fixtures/rest/order-get-refunded.body.json");
const GONE: &str = include_str!("../../fixtures/errors/order-unknown.body.json");

type Asked = Arc<Mutex<Vec<String>>>;

async fn answer(State(asked): State<Asked>, request: Request) -> Response {
    asked.lock().unwrap().push(request.uri().to_string());
    match request.uri().path().rsplit('/').next().unwrap() {
        "38" => ORDER.into_response(),
        "1" => (StatusCode::NOT_FOUND, GONE).into_response(),
        "2" => Redirect::temporary("/wp-json/wc/v3/orders/38").into_response(),
        "3" => (
            StatusCode::SERVICE_UNAVAILABLE,
            [("retry-after", "7")],
            "down",
        )
            .into_response(),
        "4" => format!("\"{}\"", "x".repeat(3 << 20)).into_response(),
        _ => StatusCode::IM_A_TEAPOT.into_response(),
    }
}

/// A shop on this machine that remembers what it was asked, for as long as the runtime lives.
async fn shop() -> (Connection, Asked) {
    let asked = Asked::default();
    let router = Router::new()
        .route("/wp-json/wc/v3/orders/{id}", get(answer))
        .with_state(asked.clone());
    let url = serve(router).await;
    let key = |text: &str| SecretString::from(text);
    let api = ApiAccess::new(
        ShopUrl::new(&url).unwrap(),
        key("ck"),
        key("cs"),
        PlainHttp::Allowed,
    );
    let connection = Connection {
        api: Some(api.unwrap()),
        ..connection(&["any"])
    };
    (connection, asked)
}

#[tokio::test]
async fn an_order_is_fetched_and_reads_as_an_order() {
    let (connection, asked) = shop().await;
    let platform = platform();
    let body = platform
        .fetch(&connection, &ShopOrderId::new("38").unwrap())
        .await
        .unwrap();
    assert_eq!(body, ORDER);
    let reading = platform.read(&connection, Source::Fetched, &body);
    assert!(matches!(reading, Reading::Order { .. }), "{reading:?}");
    let asked = asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 1);
    let query = asked[0].split_once('?').unwrap().1;
    for part in [
        "oauth_consumer_key=ck&",
        "oauth_timestamp=1795290852",
        "oauth_signature=",
    ] {
        assert!(query.contains(part), "{query} has {part}");
    }
    assert!(!query.contains("cs"), "the secret stays here: {query}");
}

#[tokio::test]
async fn a_shop_that_cannot_answer_says_so_in_one_of_few_ways() {
    let (connection, _asked) = shop().await;
    let platform = platform();
    let fetch = async |id: &str| {
        platform
            .fetch(&connection, &ShopOrderId::new(id).unwrap())
            .await
            .unwrap_err()
    };
    assert_eq!(fetch("1").await, FetchError::Gone);
    assert_eq!(
        fetch("../38").await,
        FetchError::Gone,
        "no id of WooCommerce's"
    );
    assert!(
        matches!(fetch("2").await, FetchError::TryLater { .. }),
        "redirects are not followed"
    );
    match fetch("3").await {
        FetchError::TryLater { after, .. } => assert_eq!(after.unwrap().as_secs(), 7),
        other => panic!("{other:?}"),
    }
    assert!(matches!(fetch("4").await, FetchError::Unreadable { .. }));
    let alone = crate::capture::connection(&["any"]);
    let unasked = platform
        .fetch(&alone, &ShopOrderId::new("38").unwrap())
        .await;
    assert_eq!(unasked, Err(FetchError::NoAccess));
}

#[tokio::test]
async fn a_shop_that_is_away_is_asked_later() {
    let (mut connection, _asked) = shop().await;
    if let Some(api) = &mut connection.api {
        // Port 1 of this machine: nobody listens there.
        api.url = ShopUrl::new("http://127.0.0.1:1").unwrap();
    }
    let error = platform()
        .fetch(&connection, &ShopOrderId::new("38").unwrap())
        .await
        .unwrap_err();
    assert!(matches!(error, FetchError::TryLater { .. }), "{error:?}");
    assert!(!error.to_string().contains("oauth"), "{error}");
}

/// An address that a person typed must not lead into our own network: not by number, not by name, and
/// plain HTTP, which is allowed for this machine, to no other.
#[tokio::test]
async fn a_shop_in_our_own_network_is_not_asked() {
    let (plain, asked) = shop().await;
    let port = plain
        .api
        .as_ref()
        .unwrap()
        .url
        .as_str()
        .rsplit_once(':')
        .unwrap()
        .1;
    for url in [
        format!("https://127.0.0.1:{port}"),
        format!("https://localhost:{port}"),
        format!("https://[::1]:{port}"),
        format!("https://[::ffff:127.0.0.1]:{port}"),
        format!("https://2130706433:{port}"),
        "https://169.254.169.254".to_owned(),
        "http://10.0.0.1".to_owned(),
        "http://169.254.169.254".to_owned(),
        "http://1.1.1.1".to_owned(),
    ] {
        let mut connection = plain.clone();
        if let Some(api) = &mut connection.api {
            api.url = ShopUrl::new(&url).unwrap();
        }
        let error = platform()
            .fetch(&connection, &ShopOrderId::new("38").unwrap())
            .await
            .unwrap_err();
        let FetchError::TryLater { why, after: None } = error else {
            panic!("{url}: {error:?}");
        };
        let expected = if url.starts_with("https:") {
            "its address is none of the public internet"
        } else {
            "without TLS only a shop on this machine is asked"
        };
        assert_eq!(why, expected, "{url}");
    }
    assert!(asked.lock().unwrap().is_empty());
}
