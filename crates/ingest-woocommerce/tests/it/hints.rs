//! A note on an order makes the service ask the shop for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use proto::order::order_message::Body;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::captures;
use crate::support::{Running, Shop, signed, within};

const TOPIC: &str = "action.woocommerce_new_order_note_data";

/// A shop that answers with one order, or with a status.
#[derive(Clone, Default)]
struct Answers {
    asked: Arc<AtomicUsize>,
    /// 0: the order.
    status: Arc<AtomicU16>,
}

async fn order(State(answers): State<Answers>, Path(id): Path<String>) -> Response {
    answers.asked.fetch_add(1, Ordering::Relaxed);
    let status = answers.status.load(Ordering::Relaxed);
    if status != 0 {
        let code = r#"{"code":"woocommerce_rest_shop_order_invalid_id"}"#;
        return (StatusCode::from_u16(status).unwrap(), code).into_response();
    }
    let body = String::from_utf8(captures::body("order-fees.01.order.created")).unwrap();
    body.replace(r#""id":29,"#, &format!(r#""id":{id},"#))
        .into_response()
}

async fn shop(id: u128) -> (Shop, Answers) {
    let answers = Answers::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new()
        .route("/wp-json/wc/v3/orders/{id}", get(order))
        .with_state(answers.clone());
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(service::http::serve(
        listener,
        router,
        CancellationToken::new(),
    ));
    tasks.detach_all();
    let shop = Shop {
        id: Uuid::from_u128(id),
        secrets: vec!["s".to_owned()],
        url: Some(url),
    };
    (shop, answers)
}

async fn note(running: &Running, shop: &Shop, order: u32, text: &str) {
    let body = serde_json::json!({
        "action": "woocommerce_new_order_note_data",
        "arg": {"comment_post_ID": order, "comment_author": "WooCommerce", "comment_content": text},
    })
    .to_string();
    let headers = signed("s", TOPIC, body.as_bytes());
    assert_eq!(running.post(shop.id, headers, body).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn wc_11_a_note_on_an_order_imports_it() {
    let (shop, answers) = shop(0xA).await;
    let mut running = Running::start(std::slice::from_ref(&shop)).await;
    note(&running, &shop, 29, "importer svp").await;
    let told = running.next_told().await;
    assert_eq!(told.connection_id, shop.id.to_string());
    assert_eq!(told.delivery.unwrap().topic, TOPIC);
    match told.body.unwrap() {
        Body::Order(order) => assert_eq!(order.order_id, "29"),
        Body::Refused(refused) => panic!("{refused:?}"),
    }
    note(
        &running,
        &shop,
        29,
        "Stock levels reduced: T-shirt 100&rarr;99",
    )
    .await;
    running.inbox_is_done().await;
    assert_eq!(
        answers.asked.load(Ordering::Relaxed),
        1,
        "its own note is ignored"
    );
    assert!(running.told().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_that_cannot_be_followed_is_done_with() {
    let (gone, answers) = shop(0xA).await;
    answers.status.store(404, Ordering::Relaxed);
    let without_keys = Shop {
        url: None,
        id: Uuid::from_u128(0xB),
        ..gone.clone()
    };
    let mut running = Running::start(&[gone.clone(), without_keys.clone()]).await;
    note(&running, &gone, 29, "importer svp").await;
    note(&running, &without_keys, 29, "importer svp").await;
    running.inbox_is_done().await;
    assert!(running.told().await.is_empty());
    assert_eq!(running.messages("DEAD").await, 0);
}

/// Notes wait for a shop that is away; the orders of another do not; then the notes are followed.
#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_is_away_holds_nobody_else() {
    let (away, answers) = shop(0xA).await;
    answers.status.store(503, Ordering::Relaxed);
    let (other, _) = shop(0xB).await;
    let mut running = Running::start(&[away.clone(), other.clone()]).await;
    for order in [29, 30, 31] {
        note(&running, &away, order, "importer svp").await;
    }
    within(async || (answers.asked.load(Ordering::Relaxed) > 0).then_some(())).await;
    let body = captures::body("order-coupon.01.order.created");
    let headers = signed("s", "order.created", &body);
    assert_eq!(running.post(other.id, headers, body).await.status(), 200);
    let told = running.next_told().await;
    assert_eq!(told.connection_id, other.id.to_string());

    answers.status.store(0, Ordering::Relaxed);
    for _ in 0..3 {
        let told = running.next_told().await;
        assert_eq!(told.connection_id, away.id.to_string());
    }
    running.inbox_is_done().await;
    assert_eq!(running.messages("DEAD").await, 0);
}

/// More hints than may wait would keep other shops' deliveries from being delivered.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_hints_for_a_shop_that_is_away_is_bounded() {
    let (away, answers) = shop(0xA).await;
    answers.status.store(503, Ordering::Relaxed);
    let mut running = Running::start(std::slice::from_ref(&away)).await;
    for order in 1..=110 {
        note(&running, &away, order, "importer svp").await;
    }
    within(async || (running.messages("DEAD").await > 0).then_some(())).await;
    answers.status.store(0, Ordering::Relaxed);
    running.inbox_is_done().await;
    let told = running.told().await.len() as u64;
    assert!(told >= 100, "{told} told");
    assert_eq!(told + running.messages("DEAD").await, 110, "none is lost");
}
