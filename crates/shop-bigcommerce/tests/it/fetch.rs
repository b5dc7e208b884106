//! Asking a store, against one that listens on this machine.

use std::time::Duration;

use bytes::Bytes;
use retail::ShopOrderId;
use serde_json::{Value, json};
use shop::{Connection, FetchError, Platform as _, Reading, ShopUrl, Source};

use crate::store::{
    TOKEN, connection, connection_at, document, id_of, order, platform, sample, samples,
};
use crate::stub::{Reply, Stub, page};

async fn fetch(connection: &Connection, id: &str) -> Result<Bytes, FetchError> {
    let order = ShopOrderId::new(id).unwrap();
    platform().fetch(connection, &order).await
}

fn later(result: Result<Bytes, FetchError>) -> Option<Duration> {
    match result {
        Err(FetchError::TryLater { after, .. }) => after,
        other => panic!("{other:?}"),
    }
}

/// A store with the first sample.
async fn first_sample() -> (Stub, Connection) {
    let (stub, connection) = Stub::start().await;
    stub.tell_sample(&samples()[0], "1001");
    (stub, connection)
}

#[tokio::test]
async fn every_sample_is_fetched_whole_and_reads_as_the_same_order() {
    let (stub, connection) = Stub::start().await;
    for folder in samples() {
        let id = &id_of(&folder);
        stub.tell_sample(&folder, id);
        let body = fetch(&connection, id).await.unwrap();
        let expected = document(&folder);
        assert_eq!(
            serde_json::from_slice::<Value>(&body).unwrap(),
            expected,
            "{id}"
        );
        match platform().read(&connection, Source::Fetched, &body) {
            Reading::Order { order: read, .. } => assert_eq!(*read, order(&expected), "{id}"),
            other => panic!("{id}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn an_order_is_asked_for_before_and_after_its_parts() {
    let (stub, connection) = first_sample().await;
    fetch(&connection, "1001").await.unwrap();
    assert_eq!(
        stub.asked(),
        [
            "/v2/orders/1001",
            "/v2/orders/1001/products?page=1&limit=250",
            "/v2/orders/1001/shipping_addresses?page=1&limit=250",
            "/v2/orders/1001/coupons?page=1&limit=250",
            "/v2/orders/1001/taxes?page=1&limit=250",
            "/v2/orders/1001/fees",
            "/v3/orders/1001/payment_actions/refunds",
            "/v3/orders/1001/transactions",
            "/v2/orders/1001",
        ]
    );
    for headers in stub.headers_asked_with() {
        assert_eq!(headers["x-auth-token"], TOKEN);
        assert_eq!(headers["accept"], "application/json", "v2 may answer XML");
    }
}

#[tokio::test]
async fn an_order_that_changed_meanwhile_is_read_again_whole() {
    let (stub, connection) = first_sample().await;
    let mut changed = sample("1001")["order"].clone();
    let first = changed.to_string();
    changed["date_modified"] = json!("Mon, 05 Jan 2026 09:10:00 +0000");
    changed["status_id"] = json!(2);
    let replies = [first, changed.to_string()].map(|body| Reply::new(200, body));
    stub.tell("/v2/orders/1001", replies);
    let products = page("/v2/orders/1001/products", 1);
    let mut rows = sample("1001")["products"].clone();
    let before = rows.to_string();
    rows[0]["name"] = json!("T-shirt Craie");
    stub.tell(
        &products,
        [before, rows.to_string()].map(|body| Reply::new(200, body)),
    );

    let body = fetch(&connection, "1001").await.unwrap();
    let document: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(document["order"]["status_id"], 2);
    assert_eq!(document["products"][0]["name"], "T-shirt Craie");
    let asked = stub.asked();
    let times = |address: &str| asked.iter().filter(|asked| *asked == address).count();
    assert_eq!((times("/v2/orders/1001"), times(&products)), (3, 2));
}

#[tokio::test]
async fn a_second_change_within_the_second_is_seen_too() {
    let (stub, connection) = first_sample().await;
    let mut changed = sample("1001")["order"].clone();
    let first = changed.to_string();
    changed["status_id"] = json!(5);
    let replies = [first, changed.to_string()].map(|body| Reply::new(200, body));
    stub.tell("/v2/orders/1001", replies);
    let body = fetch(&connection, "1001").await.unwrap();
    let document: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(document["order"]["status_id"], 5);
    assert_eq!(stub.asked().len(), 17, "the parts were read again");
}

#[tokio::test]
async fn an_order_that_never_rests_is_asked_for_later() {
    let (stub, connection) = first_sample().await;
    let mut changing = sample("1001")["order"].clone();
    let replies = (0..10).map(|minute| {
        changing["date_modified"] = json!(format!("Mon, 05 Jan 2026 09:{minute:02}:00 +0000"));
        Reply::new(200, changing.to_string())
    });
    stub.tell("/v2/orders/1001", replies);
    assert_eq!(
        later(fetch(&connection, "1001").await),
        Some(Duration::from_secs(10))
    );
    let orders = stub
        .asked()
        .iter()
        .filter(|asked| *asked == "/v2/orders/1001")
        .count();
    assert_eq!(orders, 4, "three readings");
}

#[tokio::test]
async fn lists_are_read_page_by_page() {
    let (stub, connection) = first_sample().await;
    let line = sample("1001")["products"][1].clone();
    let rows = |first: usize, count: usize| {
        let rows = (first..first + count).map(|id| {
            let mut row = line.clone();
            row["id"] = json!(id);
            row
        });
        Reply::new(200, rows.collect::<Value>().to_string())
    };
    let products = "/v2/orders/1001/products";
    for (pages, asked) in [
        (&[249][..], 1),
        // A full page may be the last one: the next is empty, with 204.
        (&[250], 2),
        (&[250, 250, 1], 3),
    ] {
        let before = stub.asked().len();
        let mut first = 10_000;
        for number in 1..=5 {
            let reply = match pages.get(number - 1) {
                Some(count) => rows(first, *count),
                None => Reply::new(204, ""),
            };
            first += pages.get(number - 1).unwrap_or(&0);
            stub.tell(&page(products, number), [reply]);
        }
        let body = fetch(&connection, "1001").await.unwrap();
        let document: Value = serde_json::from_slice(&body).unwrap();
        let found = document["products"].as_array().unwrap();
        assert_eq!(found.len(), pages.iter().sum::<usize>());
        assert_eq!(found.last().unwrap()["id"], first - 1);
        let asks = stub.asked().split_off(before);
        let pages = asks.iter().filter(|asked| asked.starts_with(products));
        assert_eq!(pages.count(), asked);
    }
    for number in 1..=5 {
        stub.tell(&page(products, number), [rows(1, 250)]);
    }
    let endless = fetch(&connection, "1001").await;
    assert!(
        matches!(endless, Err(FetchError::Unreadable { .. })),
        "{endless:?}"
    );
}

#[tokio::test]
async fn a_store_that_is_asked_too_often_says_when_to_come_again() {
    let (stub, connection) = first_sample().await;
    let too_many = Reply::new(429, "{}");
    stub.tell(
        "/v2/orders/1001/fees",
        [too_many
            .clone()
            .header("X-Rate-Limit-Time-Reset-Ms", "12500")
            .header("X-Retry-After", "15")],
    );
    assert_eq!(
        later(fetch(&connection, "1001").await),
        Some(Duration::from_secs(15))
    );
    // Without headers it is the platform's load: time alone tells.
    stub.tell("/v2/orders/1001/fees", [too_many]);
    assert_eq!(later(fetch(&connection, "1001").await), None);
}

#[tokio::test]
async fn a_used_up_quota_is_not_asked_against() {
    let (stub, connection) = first_sample().await;
    let body = sample("1001")["order"].to_string();
    let last_one = Reply::new(200, body)
        .header("X-Rate-Limit-Requests-Left", "0")
        .header("X-Rate-Limit-Time-Reset-Ms", "2000");
    stub.tell("/v2/orders/1001", [last_one]);
    assert_eq!(
        later(fetch(&connection, "1001").await),
        Some(Duration::from_secs(2))
    );
    assert_eq!(stub.asked(), ["/v2/orders/1001"]);
}

#[tokio::test]
async fn a_store_that_cannot_answer_says_so_in_one_of_few_ways() {
    let (stub, connection) = first_sample().await;
    let answer = async |address: &str, status, body: &str| {
        stub.tell(address, [Reply::new(status, body)]);
        fetch(&connection, "1001").await
    };
    let order = "/v2/orders/1001";
    let no_such = r#"[{"status":404,"message":"The requested resource was not found."}]"#;
    assert_eq!(answer(order, 404, no_such).await, Err(FetchError::Gone));
    let edge = answer(order, 404, "<html>Not Found</html>").await;
    assert_eq!(later(edge), None, "no word on the order");
    for status in [401, 403] {
        let refused = answer(order, status, "{}").await;
        assert_eq!(refused, Err(FetchError::Refused { status }));
    }
    for (status, body) in [
        (500, ""),
        (503, "{}"),
        (301, ""),
        (204, ""),
        (200, "<?xml version=\"1.0\"?>"),
    ] {
        assert_eq!(later(answer(order, status, body).await), None, "{status}");
    }
    let other_order = answer(order, 200, r#"{"id":1002}"#).await;
    assert!(matches!(other_order, Err(FetchError::Unreadable { .. })));
    let long = format!("\"{}\"", "x".repeat(5 << 20));
    let long = answer(order, 200, &long).await;
    assert!(matches!(long, Err(FetchError::Unreadable { .. })));

    let whole = sample("1001")["order"].to_string();
    assert!(answer(order, 200, &whole).await.is_ok());
    let transactions = "/v3/orders/1001/transactions";
    for (status, body) in [
        (404, r#"{"status":404,"title":"Not Found","type":""}"#),
        (204, ""),
    ] {
        let found = answer(transactions, status, body).await.unwrap();
        let document: Value = serde_json::from_slice(&found).unwrap();
        assert_eq!(document["transactions"], json!([]), "{status}");
    }
    assert_eq!(later(answer(transactions, 503, "{}").await), None);
}

/// An empty list would be money that was never paid, or that never went back.
#[tokio::test]
async fn a_part_that_is_not_found_is_empty_only_where_that_is_documented() {
    let (v2, v3) = (r#"[{"status":404,"message":""}]"#, r#"{"status":404}"#);
    let edge = "<html>Not Found</html>";
    for (part, body, is_found) in [
        ("/v3/orders/1001/transactions", v3, true),
        ("/v3/orders/1001/transactions", edge, false),
        ("/v2/orders/1001/fees", v2, true),
        ("/v2/orders/1001/fees", edge, false),
        ("/v3/orders/1001/payment_actions/refunds", v3, false),
        ("/v3/orders/1001/payment_actions/refunds", edge, false),
        ("/v2/orders/1001/products?page=1&limit=250", v2, false),
    ] {
        let (stub, connection) = first_sample().await;
        stub.tell(part, [Reply::new(404, body)]);
        let fetched = fetch(&connection, "1001").await;
        if is_found {
            assert!(fetched.is_ok(), "{part} {body}: {fetched:?}");
        } else {
            assert_eq!(later(fetched), None, "{part} {body}");
        }
    }
}

#[tokio::test]
async fn no_store_is_asked_for_what_is_no_order_or_without_access() {
    let (stub, connection) = first_sample().await;
    assert_eq!(fetch(&connection, "../1001").await, Err(FetchError::Gone));
    let mut alone = connection.clone();
    alone.api = None;
    assert_eq!(fetch(&alone, "1001").await, Err(FetchError::NoAccess));
    assert!(stub.asked().is_empty());
}

#[tokio::test]
async fn a_store_that_is_away_is_asked_later_and_the_token_stays_here() {
    let mut away = connection(&["any"]);
    if let Some(api) = &mut away.api {
        // Port 1 of this machine: nobody listens there.
        api.url = ShopUrl::new("http://127.0.0.1:1/stores/abc123").unwrap();
    }
    let error = fetch(&away, "1001").await.unwrap_err();
    assert!(matches!(error, FetchError::TryLater { .. }), "{error:?}");
    assert!(!format!("{error:?}").contains(TOKEN));
}

/// Behind the address is a server, and no TLS.
#[tokio::test]
async fn r_12_a_store_whose_tls_handshake_breaks_is_tried_later_and_told_nothing() {
    let (stub, plain) = first_sample().await;
    let url = plain.api.unwrap().url.to_string();
    let broken = connection_at(&url.replacen("http://", "https://", 1), &["any"]);
    let why = "its server breaks off the TLS handshake".to_owned();
    let insecure = Err(FetchError::Insecure { why });
    assert_eq!(fetch(&broken, "1001").await, insecure);
    assert!(stub.asked().is_empty());
}
