//! Asking a shop, against one that listens on this machine.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::post;
use http::StatusCode;
use retail::ShopOrderId;
use secrecy::SecretString;
use serde_json::{Value, json};
use shop::{Connection, FetchError, Platform as _, Reading, ShopUrl, Source};

use crate::samples::{answer, connection_to, platform};

/// What the shop was asked: token, operation, variables.
type Asked = Arc<Mutex<Vec<(String, String, Value)>>>;

/// How many lines the shop gives at once.
const PAGE: usize = 1;

#[derive(Clone)]
struct Shop {
    asked: Asked,
    scenario: &'static str,
    /// Answers in which the order has changed meanwhile, from the second one on.
    changes: bool,
}

async fn serve(State(shop): State<Shop>, headers: HeaderMap, body: Bytes) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap();
    let query = body["query"].as_str().unwrap();
    let operation = query.split(['(', ' ']).nth(1).unwrap().to_owned();
    let variables = body["variables"].clone();
    let token = headers["x-shopify-access-token"].to_str().unwrap();
    let mut asked = shop.asked.lock().unwrap();
    asked.push((token.to_owned(), operation.clone(), variables.clone()));
    let whole = answer(shop.scenario);
    let after: usize = variables["after"]
        .as_str()
        .map_or(0, |cursor| cursor.parse().unwrap());
    let mut data = match operation.as_str() {
        "OrderById" => {
            let mut data = whole["data"].clone();
            cut(&mut data["order"]["lineItems"], 0);
            for refund in data["order"]["refunds"].as_array_mut().unwrap() {
                cut(&mut refund["refundLineItems"], 0);
            }
            data
        }
        "OrderLineItemsPage" => {
            let order = &whole["data"]["order"];
            let mut lines = order["lineItems"].clone();
            cut(&mut lines, after);
            json!({ "order": {
                "id": order["id"], "updatedAt": order["updatedAt"], "lineItems": lines,
            }})
        }
        "RefundLineItemsPage" => {
            let refund = &whole["data"]["order"]["refunds"][0];
            assert_eq!(variables["refunds"], json!([refund["id"]]));
            let mut lines = refund["refundLineItems"].clone();
            cut(&mut lines, after);
            json!({ "nodes": [{
                "__typename": "Refund", "id": refund["id"], "updatedAt": refund["updatedAt"],
                "refundLineItems": lines,
            }]})
        }
        other => panic!("{other}"),
    };
    if shop.changes && asked.len().is_multiple_of(2) {
        data["order"]["updatedAt"] = json!("2026-11-30T00:00:00Z");
    }
    (
        [("x-shopify-api-version", "2026-10")],
        json!({ "data": data }).to_string(),
    )
        .into_response()
}

fn cut(list: &mut Value, from: usize) {
    let nodes = list["nodes"].as_array().unwrap();
    let end = (from + PAGE).min(nodes.len());
    let has_next = end < nodes.len();
    list["nodes"] = json!(nodes[from..end]);
    list["pageInfo"] = json!({ "hasNextPage": has_next, "endCursor": end.to_string() });
}

pub async fn listen(router: Router) -> Connection {
    let url = shop::conformance::serve(router).await;
    connection_to(&url, &["any"])
}

async fn shop(scenario: &'static str, changes: bool) -> (Connection, Asked) {
    let asked = Asked::default();
    let shop = Shop {
        asked: asked.clone(),
        scenario,
        changes,
    };
    let router = Router::new()
        .route("/admin/api/2026-10/graphql.json", post(serve))
        .with_state(shop);
    (listen(router).await, asked)
}

/// A shop that gives one answer to everything.
async fn answering(status: StatusCode, headers: HeaderMap, body: &'static str) -> Connection {
    let answer = async move || (status, headers.clone(), body);
    listen(Router::new().route("/admin/api/2026-10/graphql.json", post(answer))).await
}

async fn fetched(connection: &Connection, id: &str) -> Result<bytes::Bytes, FetchError> {
    platform()
        .fetch(connection, &ShopOrderId::new(id).unwrap())
        .await
}

#[tokio::test]
async fn an_order_is_fetched_with_all_its_pages_and_reads_as_if_it_had_come_at_once() {
    for (scenario, id, exchanges) in [
        ("02_bank_deposit_pending", "5601000001002", 1),
        ("06_after_edit", "5601000001006", 3),
        ("01_refunded", "5601000001001", 2),
    ] {
        let (connection, asked) = shop(scenario, false).await;
        let body = fetched(&connection, id).await.unwrap();
        let whole = answer(scenario).to_string();
        let reading = |body: &[u8]| platform().read(&connection, Source::Fetched, body);
        assert!(
            matches!(reading(&body), Reading::Order { .. }),
            "{scenario}"
        );
        assert_eq!(reading(&body), reading(whole.as_bytes()), "{scenario}");
        let asked = asked.lock().unwrap();
        assert_eq!(asked.len(), exchanges, "{scenario}");
        assert!(asked.iter().all(|(token, ..)| token == "shpat_token"));
        assert_eq!(
            asked[0].2,
            json!({ "id": format!("gid://shopify/Order/{id}") })
        );
    }
}

/// The refund of the scenario has one line; with a second one the page of refunded lines is asked for.
#[tokio::test]
async fn the_pages_of_a_refund_are_followed() {
    let connection = {
        let scenario = answer("01_refunded");
        let serve = async move |body: Bytes| {
            let body: Value = serde_json::from_slice(&body).unwrap();
            let order = &scenario["data"]["order"];
            let refund = &order["refunds"][0];
            let page = |has_next: bool, nodes: Value| {
                json!({
                    "nodes": nodes,
                    "pageInfo": { "hasNextPage": has_next, "endCursor": "c" },
                })
            };
            let all = refund["refundLineItems"]["nodes"].clone();
            let data = if body["query"]
                .as_str()
                .unwrap()
                .contains("RefundLineItemsPage(")
            {
                json!({ "nodes": [{
                    "id": refund["id"], "updatedAt": refund["updatedAt"],
                    "refundLineItems": page(false, all),
                }]})
            } else {
                let mut first = order.clone();
                first["refunds"][0]["refundLineItems"] = page(true, json!([]));
                json!({ "order": first })
            };
            json!({ "data": data }).to_string()
        };
        listen(Router::new().route("/admin/api/2026-10/graphql.json", post(serve))).await
    };
    let body = fetched(&connection, "5601000001001").await.unwrap();
    let reading = |body: &[u8]| platform().read(&connection, Source::Fetched, body);
    let whole = answer("01_refunded").to_string();
    assert_eq!(reading(&body), reading(whole.as_bytes()));
}

#[tokio::test]
async fn an_order_that_changes_while_it_is_read_is_begun_again_and_then_left() {
    let (connection, asked) = shop("06_after_edit", true).await;
    let error = fetched(&connection, "5601000001006").await.unwrap_err();
    assert!(matches!(error, FetchError::TryLater { .. }), "{error:?}");
    assert_eq!(
        asked.lock().unwrap().len(),
        6,
        "three beginnings of two pages"
    );
}

#[tokio::test]
async fn a_list_without_end_is_followed_so_far_and_refused_when_read() {
    let endless = answer("06_before_edit");
    let serve = async move || {
        let mut order = endless["data"]["order"].clone();
        order["lineItems"]["pageInfo"] = json!({ "hasNextPage": true, "endCursor": "c" });
        json!({ "data": { "order": order } }).to_string()
    };
    let connection =
        listen(Router::new().route("/admin/api/2026-10/graphql.json", post(serve))).await;
    let body = fetched(&connection, "5601000001006").await.unwrap();
    match platform().read(&connection, Source::Fetched, &body) {
        Reading::Refused(refusal) => assert_eq!(refusal.reason, shop::Reason::TooManyLines),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_order_that_the_shop_does_not_have_is_gone() {
    let none = answering(
        StatusCode::OK,
        HeaderMap::new(),
        r#"{"data":{"order":null}}"#,
    )
    .await;
    assert_eq!(fetched(&none, "25").await, Err(FetchError::Gone));
    assert_eq!(fetched(&none, "../25").await, Err(FetchError::Gone));
    let other = answering(
        StatusCode::OK,
        HeaderMap::new(),
        r#"{"data":{"order":{"id":"gid://shopify/Order/26"}}}"#,
    )
    .await;
    assert!(matches!(
        fetched(&other, "25").await,
        Err(FetchError::Unreadable { .. })
    ));
}

#[tokio::test]
async fn a_shop_that_cannot_answer_says_so_in_one_of_few_ways() {
    let mut wait = HeaderMap::new();
    wait.insert("retry-after", "6.5".parse().unwrap());
    let busy = answering(StatusCode::TOO_MANY_REQUESTS, wait, r#"{"errors":"x"}"#).await;
    match fetched(&busy, "25").await {
        Err(FetchError::TryLater { after, .. }) => assert_eq!(after.unwrap().as_secs(), 7),
        other => panic!("{other:?}"),
    }
    let mut old = HeaderMap::new();
    old.insert("x-shopify-api-version", "2027-01".parse().unwrap());
    let old = answering(StatusCode::OK, old, r#"{"data":{"order":null}}"#).await;
    assert!(matches!(
        fetched(&old, "25").await,
        Err(FetchError::Unreadable { .. })
    ));
    let moved = async || Redirect::temporary("/elsewhere");
    let moved = listen(Router::new().route("/admin/api/2026-10/graphql.json", post(moved))).await;
    assert!(
        matches!(
            fetched(&moved, "25").await,
            Err(FetchError::TryLater { .. })
        ),
        "redirects are not followed"
    );
    let long = async || "x".repeat(5 << 20);
    let long = listen(Router::new().route("/admin/api/2026-10/graphql.json", post(long))).await;
    assert!(matches!(
        fetched(&long, "25").await,
        Err(FetchError::Unreadable { .. })
    ));
    let mut away = connection_to("http://127.0.0.1:1", &["any"]);
    assert!(matches!(
        fetched(&away, "25").await,
        Err(FetchError::TryLater { .. })
    ));
    if let Some(api) = &mut away.api {
        api.url = ShopUrl::new("https://127.0.0.1:1").unwrap();
    }
    let error = fetched(&away, "25").await.unwrap_err();
    assert!(!error.to_string().contains("shpat"), "{error}");
    if let Some(api) = &mut away.api {
        api.secret = SecretString::from("shpat_token\n");
    }
    assert_eq!(
        fetched(&away, "25").await,
        Err(FetchError::NoAccess),
        "no header holds a line break"
    );
    away.api = None;
    assert_eq!(fetched(&away, "25").await, Err(FetchError::NoAccess));
}
