//! What comes of a shop's odd answers, against one that gives what it is told to.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use secrecy::SecretString;
use shop::conformance::serve;
use shop::{
    ApiAccess, Connection, FetchError, HookAddress, Listing, Page, PlainHttp, Platform as _,
    ShopUrl,
};

use crate::capture::{connection, platform};

const PAGE: &str = include_str!("../../fixtures/rest/orders-page-1.body.json");
const NO_ROUTE: &str = include_str!("../../fixtures/errors/no-route.body.json");
const NO_KEY: &str = include_str!("../../fixtures/errors/no-key.body.json");
const READ_KEY: &str = include_str!("../../fixtures/errors/webhook-read-key.body.json");
const HOOKS: &str = include_str!("../../fixtures/rest/webhooks-list.body.json");
const PAGES: [(&str, &str); 1] = [("x-wp-totalpages", "1")];

/// What one request is answered.
#[derive(Clone)]
struct Told {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: String,
}

fn told(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Told {
    Told {
        status,
        headers: headers.to_vec(),
        body: body.to_owned(),
    }
}

#[derive(Clone, Default)]
struct Shop {
    /// Answers by turns, the last one for ever.
    answers: Arc<Mutex<Vec<Told>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

async fn answer(State(shop): State<Shop>, request: Request) -> Response {
    let asked = format!("{} {}", request.method(), request.uri());
    shop.asked.lock().unwrap().push(asked);
    let mut answers = shop.answers.lock().unwrap();
    let Told {
        status,
        headers,
        body,
    } = if answers.len() > 1 {
        answers.remove(0)
    } else {
        answers[0].clone()
    };
    let mut response = Response::builder().status(StatusCode::from_u16(status).unwrap());
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Body::from(body)).unwrap()
}

async fn shop(answers: Vec<Told>) -> (Connection, Shop) {
    let shop = Shop {
        answers: Arc::new(Mutex::new(answers)),
        ..Shop::default()
    };
    let router = Router::new().fallback(answer).with_state(shop.clone());
    let url = serve(router).await;
    let key = SecretString::from("key");
    let url = ShopUrl::new(&url).unwrap();
    let api = ApiAccess::new(url, key.clone(), key, PlainHttp::Allowed).unwrap();
    let connection = Connection {
        api: Some(api),
        ..connection(&["any"])
    };
    (connection, shop)
}

async fn list(answers: Vec<Told>) -> Result<Page, FetchError> {
    let (connection, _) = shop(answers).await;
    let since = "2026-11-21T19:53:00Z".parse().unwrap();
    platform()
        .list(&connection, Listing::Changed { since }, None)
        .await
}

#[tokio::test]
async fn a_captured_page_is_listed_by_the_shops_clock() {
    let date = ("date", "Sat, 21 Nov 2026 19:54:03 GMT");
    let page = list(vec![told(200, &[PAGES[0], date], PAGE)])
        .await
        .unwrap();
    assert_eq!(page.orders.len(), 3);
    assert_eq!(
        page.answered_at,
        Some("2026-11-21T19:54:03Z".parse().unwrap())
    );
    assert_eq!(page.next, None);
}

#[tokio::test]
async fn a_busy_or_broken_shop_is_asked_later_and_as_late_as_it_says() {
    let half = &PAGE[..PAGE.len() / 2];
    for (answer, after) in [
        (told(429, &[("retry-after", "17")], "{}"), Some(17)),
        (told(503, &[("retry-after", "99999")], "down"), Some(3_600)),
        (told(503, &[("retry-after", "soon")], "down"), None),
        (told(200, &PAGES, "<html>maintenance</html>"), None),
        (told(200, &PAGES, half), None),
        (told(404, &[], NO_ROUTE), None),
        (told(302, &[("location", "/elsewhere")], ""), None),
    ] {
        let body = answer.body.clone();
        match list(vec![answer]).await {
            Err(FetchError::TryLater { after: said, .. }) => {
                assert_eq!(said, after.map(Duration::from_secs), "{body}");
            }
            other => panic!("{body}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn an_unfit_answer_is_no_list() {
    for answer in [
        told(200, &PAGES, "{\"id\":7}"),
        told(200, &PAGES, "[{\"number\":\"7\"}]"),
        told(200, &PAGES, "[[]]"),
        told(200, &PAGES, "7"),
        // Nobody knows whether this is all.
        told(200, &[], PAGE),
        told(400, &[], "{\"code\":\"rest_invalid_param\"}"),
    ] {
        let body = answer.body.clone();
        let listed = list(vec![answer]).await;
        assert!(
            matches!(listed, Err(FetchError::Unreadable { .. })),
            "{body}: {listed:?}"
        );
    }
    let refused = list(vec![told(401, &[], NO_KEY)]).await;
    assert_eq!(refused, Err(FetchError::Refused { status: 401 }));
    // PHP writes a list with a gap as an object, and an empty one in either way.
    for body in ["[]", "{}", "{\"1\":{\"id\":7}}"] {
        assert!(list(vec![told(200, &PAGES, body)]).await.is_ok(), "{body}");
    }
}

#[tokio::test]
async fn a_shop_that_gives_everything_whatever_is_asked_is_found_out() {
    let (connection, _) = shop(vec![told(200, &[("x-wp-totalpages", "9")], PAGE)]).await;
    let since = "2026-11-21T20:00:00Z".parse().unwrap();
    let listed = platform()
        .list(&connection, Listing::Changed { since }, None)
        .await;
    assert!(
        matches!(listed, Err(FetchError::Unreadable { .. })),
        "{listed:?}"
    );
}

#[tokio::test]
async fn orders_too_long_to_be_read_together_are_listed_by_their_dates() {
    let long = format!("[\"{}\"]", "x".repeat(17 << 20));
    let slim = r#"[{"id":7,"date_modified_gmt":"2026-11-21T19:53:01"}]"#;
    let (connection, shop) = shop(vec![told(200, &PAGES, &long), told(200, &PAGES, slim)]).await;
    let since = "2026-11-21T19:53:00Z".parse().unwrap();
    let page = platform()
        .list(&connection, Listing::Changed { since }, None)
        .await
        .unwrap();
    assert_eq!(page.orders.len(), 1);
    assert_eq!(page.orders[0].body, None);
    let asked = shop.asked.lock().unwrap().clone();
    assert!(!asked[0].contains("_fields") && asked[1].contains("_fields=id%2Cdate_created_gmt"));
}

#[tokio::test]
async fn a_key_that_may_only_read_makes_no_webhooks_and_takes_none_away() {
    let (connection, shop) = shop(vec![told(200, &PAGES, HOOKS), told(401, &[], READ_KEY)]).await;
    let address = HookAddress(ShopUrl::new("https://pos.example/hooks/a").unwrap());
    let made = platform().ensure_hooks(&connection, &address).await;
    assert_eq!(made, Err(FetchError::Refused { status: 401 }));
    let asked = shop.asked.lock().unwrap().clone();
    let methods: Vec<&str> = asked.iter().map(|asked| &asked[..4]).collect();
    assert_eq!(methods, ["GET ", "POST"]);
    assert!(asked.iter().all(|asked| asked.contains("oauth_signature=")));
}

#[tokio::test]
async fn who_has_no_access_asks_nobody() {
    let alone = connection(&["any"]);
    let address = HookAddress(ShopUrl::new("https://pos.example/hooks/a").unwrap());
    let listing = Listing::Placed { since: None };
    let none = Err(FetchError::NoAccess);
    assert_eq!(platform().list(&alone, listing, None).await.map(drop), none);
    assert_eq!(platform().store(&alone).await.map(drop), none);
    assert_eq!(
        platform().ensure_hooks(&alone, &address).await.map(drop),
        none
    );
    assert_eq!(
        platform().remove_hooks(&alone, &address).await.map(drop),
        none
    );
}
