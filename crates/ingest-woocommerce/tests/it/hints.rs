//! A note on an order makes the service ask the shop for it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::{StreamExt as _, stream};
use http::StatusCode;
use http::header::RETRY_AFTER;
use proto::order::order_message::Body;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::captures;
use service_kit::within;

use crate::support::{Running, Shop, signed};

const TOPIC: &str = "action.woocommerce_new_order_note_data";

/// A shop that answers with one order, or with a status.
#[derive(Clone, Default)]
struct Answers {
    asked: Arc<Mutex<Vec<Instant>>>,
    /// 0: the order.
    status: Arc<AtomicU16>,
    /// Unless 0, the next answer is that it is to be left alone for so many seconds.
    busy: Arc<AtomicU16>,
    /// How long it thinks.
    takes: Duration,
}

impl Answers {
    fn asked(&self) -> Vec<Instant> {
        self.asked.lock().unwrap().clone()
    }
}

async fn order(State(answers): State<Answers>, Path(id): Path<String>) -> Response {
    answers.asked.lock().unwrap().push(Instant::now());
    let busy = answers.busy.swap(0, Ordering::Relaxed);
    if busy != 0 {
        let headers = [(RETRY_AFTER, busy.to_string())];
        return (StatusCode::TOO_MANY_REQUESTS, headers, "{}").into_response();
    }
    let status = answers.status.load(Ordering::Relaxed);
    if status != 0 {
        let code = r#"{"code":"woocommerce_rest_shop_order_invalid_id"}"#;
        return (StatusCode::from_u16(status).unwrap(), code).into_response();
    }
    tokio::time::sleep(answers.takes).await;
    let body = String::from_utf8(captures::body("order-fees.01.order.created")).unwrap();
    body.replace(r#""id":29,"#, &format!(r#""id":{id},"#))
        .into_response()
}

async fn shop(id: u128, answers: &Answers) -> Shop {
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
    Shop {
        id: Uuid::from_u128(id),
        secrets: vec!["s".to_owned()],
        url: Some(url),
    }
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
    let answers = Answers::default();
    let shop = shop(0xA, &answers).await;
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
    assert_eq!(answers.asked().len(), 1, "its own note is ignored");
    assert!(running.told().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_that_cannot_be_followed_is_done_with() {
    let answers = Answers::default();
    let gone = shop(0xA, &answers).await;
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
    let answers = Answers::default();
    let away = shop(0xA, &answers).await;
    answers.status.store(503, Ordering::Relaxed);
    let other = shop(0xB, &Answers::default()).await;
    let mut running = Running::start(&[away.clone(), other.clone()]).await;
    for order in [29, 30, 31] {
        note(&running, &away, order, "importer svp").await;
    }
    within(async || (!answers.asked().is_empty()).then_some(())).await;
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

/// More hints than find room come again; those at one order are one question; a shop that asks to be left
/// alone is.
#[tokio::test(flavor = "multi_thread")]
async fn no_hint_is_lost_to_a_slow_shop_or_to_one_that_is_busy() {
    const LEFT_ALONE: Duration = Duration::from_secs(7);

    let slow = Answers {
        takes: Duration::from_millis(15),
        ..Answers::default()
    };
    let busy = Answers::default();
    busy.busy.store(7, Ordering::Relaxed);
    let (slow_shop, busy_shop) = (shop(0xA, &slow).await, shop(0xB, &busy).await);
    let mut running = Running::start(&[slow_shop.clone(), busy_shop.clone()]).await;

    note(&running, &busy_shop, 1, "importer svp").await;
    within(async || (!busy.asked().is_empty()).then_some(())).await;
    for again in 2..=4 {
        note(&running, &busy_shop, 1, &format!("importer svp {again}")).await;
    }
    for order in 2..=10 {
        note(&running, &busy_shop, order, "importer svp").await;
    }
    // Many at once, so that they come faster than the shop answers.
    stream::iter(1..=300)
        .for_each_concurrent(50, |order| {
            note(&running, &slow_shop, order, "importer svp")
        })
        .await;
    running.inbox_is_done().await;

    let orders_of = |shop: &Shop, last: u32| {
        let connection = shop.id.to_string();
        (1..=last).map(move |order| (connection.clone(), order.to_string()))
    };
    let wanted: BTreeSet<_> = orders_of(&slow_shop, 300)
        .chain(orders_of(&busy_shop, 10))
        .collect();
    let told: BTreeSet<_> = running
        .told()
        .await
        .into_iter()
        .map(|message| match message.body.unwrap() {
            Body::Order(order) => (message.connection_id, order.order_id),
            Body::Refused(refused) => panic!("{refused:?}"),
        })
        .collect();
    assert_eq!(told, wanted);
    assert_eq!(running.messages("DEAD").await, 0);
    let asked = busy.asked();
    assert_eq!(asked.len(), 11, "once in vain, then once for each order");
    let pause = asked[1] - asked[0];
    assert!(pause >= LEFT_ALONE, "asked again after {pause:?}");
}
