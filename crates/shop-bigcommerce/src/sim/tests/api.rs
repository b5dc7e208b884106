//! What the store answers, against what its documents say.

use http::Method;
use jiff::SignedDuration;
use retail::ShopOrderId;
use serde_json::Value;
use shop::{FetchError, Platform as _};

use super::{World, ask};

/// Of `requests.json`, those that speak of reading orders and of hooks.
const OURS: [&str; 13] = [
    "o2-get",
    "o2-list",
    "o2-products",
    "o2-addresses",
    "o2-coupons",
    "o2-taxes",
    "o2-fees",
    "o2-noauth",
    "o2-noaccept",
    "o3-tx",
    "o3-refunds",
    "h-",
    "s-info",
];

#[tokio::test]
async fn documented_requests_are_answered_as_documented() {
    let world = World::open(5, 1_000).await;
    let id = world.store.place();
    let (_, hooks) = ask(&world.connection, Method::GET, "/v3/hooks", None).await;
    let hook = hooks["data"][0]["id"].to_string();
    let mut stranger = world.connection.clone();
    stranger.api.as_mut().unwrap().secret = "guess".into();
    let requests: Value =
        serde_json::from_str(include_str!("../../../fixtures/requests.json")).unwrap();
    let mut asked = 0;
    for request in requests.as_array().unwrap() {
        let name = request["id"].as_str().unwrap();
        if !OURS.iter().any(|ours| name.starts_with(ours)) {
            continue;
        }
        let method: Method = request["method"].as_str().unwrap().parse().unwrap();
        let below = request["path"].as_str().unwrap();
        let below = below.strip_prefix("/stores/abc123").unwrap();
        let below = below
            .replace("/218", &format!("/{id}"))
            .replace("/22561593", &format!("/{hook}"));
        let body = Some(&request["body"]).filter(|body| !body.is_null());
        let connection = match request["headers"].get("X-Auth-Token") {
            Some(_) => &world.connection,
            None => &stranger,
        };
        let (status, _) = ask(connection, method, &below, body).await;
        let documented = request["real_status"].as_u64().unwrap();
        let is_empty = status == 204 && documented == 200;
        assert!(
            is_empty || u64::from(status) == documented,
            "{name}: {status}"
        );
        asked += 1;
    }
    assert!(asked >= 20, "{asked}");
}

#[tokio::test]
async fn lists_are_paged_sorted_and_empty_with_204() {
    let world = World::open(6, 1_000).await;
    for _ in 0..5 {
        world.store.place();
        world.clock.advance(SignedDuration::from_secs(10));
    }
    let ids = world.store.orders();
    world.store.archive(ids[1]);
    let list = async |query: &str| {
        let below = format!("/v2/orders?{query}");
        let (status, body) = ask(&world.connection, Method::GET, &below, None).await;
        let rows: Vec<u64> = match body {
            Value::Array(rows) => rows.iter().filter_map(|row| row["id"].as_u64()).collect(),
            _ => Vec::new(),
        };
        (status, rows)
    };
    assert_eq!(
        list("limit=3&page=1").await,
        (200, vec![ids[0], ids[2], ids[3]])
    );
    assert_eq!(list("limit=3&page=2").await, (200, vec![ids[4]]));
    assert_eq!(list("limit=3&page=3").await, (204, vec![]));
    let since = "min_date_modified=2026-11-21T14:00:25Z&sort=date_modified:desc";
    assert_eq!(list(since).await, (200, vec![ids[4], ids[3]]));
    assert_eq!(list("is_deleted=true").await, (200, vec![ids[1]]));
    assert_eq!(
        list(&format!("max_id={}", ids[2])).await.1,
        [ids[0], ids[2]]
    );
    for query in [
        "limit=251",
        "page=0",
        "color=red",
        "sort=total",
        "min_date_modified=x",
    ] {
        assert_eq!(list(query).await.0, 400, "{query}");
    }
}

#[tokio::test]
async fn beyond_its_quota_the_store_says_when_to_come_again() {
    let world = World::open(7, 12).await;
    let id = ShopOrderId::new(&world.store.place().to_string()).unwrap();
    let fetch = || world.platform.fetch(&world.connection, &id);
    assert!(fetch().await.is_ok(), "nine requests");
    world.clock.advance(SignedDuration::from_secs(10));
    match fetch().await {
        Err(FetchError::TryLater { after, .. }) => assert_eq!(after.unwrap().as_secs(), 20),
        other => panic!("{other:?}"),
    }
    world.clock.advance(SignedDuration::from_secs(20));
    assert!(fetch().await.is_ok());
}

/// v2 writes a list of errors, v3 one that says what it is: whoever reads the one must not meet the other.
#[tokio::test]
async fn each_generation_words_its_errors_in_its_own_way() {
    let world = World::open(8, 4).await;
    let mut stranger = world.connection.clone();
    stranger.api.as_mut().unwrap().secret = "guess".into();
    // Four requests were made, or are, until the quota is used up.
    for (connection, below, status) in [
        (&stranger, "/v2/orders", 401),
        (&stranger, "/v3/hooks", 401),
        (&world.connection, "/v3/orders/9/transactions", 404),
        (&world.connection, "/v2/orders/9", 429),
        (&world.connection, "/v3/hooks", 429),
    ] {
        let (answered, body) = ask(connection, Method::GET, below, None).await;
        assert_eq!(answered, status, "{below}");
        let error = if below.starts_with("/v2") {
            &body[0]
        } else {
            &body
        };
        assert_eq!(error["status"], status, "{below}: {body}");
    }
}
