//! What shops send arrives at the ledger.

use std::collections::BTreeSet;

use prost::Message as _;
use proto::convert::order_from;
use proto::order::order_message::Body;
use proto::order::{Customer, OrderMessage};
use retail::{ConnectionId, Order, RetailerId};
use uuid::Uuid;

use crate::captures;
use crate::support::{RETAILER, Running, Shop, keyring, signed};

/// Every captured delivery is answered with 200; pings leave nothing behind; what carries an order
/// reaches the ledger with its customer sealed; every repeat is the same again.
#[tokio::test(flavor = "multi_thread")]
async fn wc_01_captured_deliveries_become_orders_for_the_ledger() {
    let captures = captures::all();
    let shops = captures::shops(&captures);
    let mut running = Running::start(&shops.values().cloned().collect::<Vec<_>>()).await;
    let any = shops.values().next().unwrap().id;
    for _repeat in 0..2 {
        for capture in &captures {
            let shop = capture
                .secret
                .as_ref()
                .map_or(any, |secret| shops[secret].id);
            let answer = running
                .post(shop, capture.headers.clone(), capture.body.clone())
                .await;
            assert_eq!(answer.status(), 200, "{}", capture.name);
            assert!(answer.bytes().await.unwrap().is_empty(), "{}", capture.name);
        }
    }
    let distinct: BTreeSet<_> = captures
        .iter()
        .filter(|capture| capture.secret.is_some())
        .map(|one| {
            (
                &one.secret,
                one.headers["x-wc-webhook-topic"].as_bytes(),
                &one.body,
            )
        })
        .collect();
    assert_eq!(
        running.messages("INBOX_WOOCOMMERCE").await,
        distinct.len() as u64
    );
    running.inbox_is_done().await;

    let told = running.told().await;
    let orders: Vec<Order> = told.iter().map(order_of).collect();
    let versions: BTreeSet<_> = orders
        .iter()
        .map(|order| (order.key.clone(), order.version))
        .collect();
    assert_eq!(versions.len(), orders.len(), "a version is told once");
    let numbers: BTreeSet<&str> = orders.iter().map(|o| o.receipt_number.as_str()).collect();
    for number in ["25", "27", "BOUTIQUE-2026-00042", "44", "46", "65"] {
        assert!(numbers.contains(number), "{number} of {numbers:?}");
    }
    assert_eq!(running.messages("DEAD").await, 0);
    for message in &told {
        assert!(
            message
                .delivery
                .as_ref()
                .unwrap()
                .topic
                .starts_with("order.")
        );
        assert!(
            !message
                .encode_to_vec()
                .windows(4)
                .any(|bytes| bytes == b"zoe@"),
            "sealed"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_cannot_be_booked_is_told_as_refused() {
    let shop = Shop {
        id: Uuid::from_u128(2),
        secrets: vec!["s".to_owned()],
        url: None,
    };
    let mut running = Running::start(std::slice::from_ref(&shop)).await;
    let body = String::from_utf8(captures::body("order-fees.01.order.created")).unwrap();
    let body = body.replace(r#""total":"36.16""#, r#""total":"63.16""#);
    let headers = signed("s", "order.created", body.as_bytes());
    assert_eq!(running.post(shop.id, headers, body).await.status(), 200);
    match running.next_told().await.body.unwrap() {
        Body::Refused(refused) => {
            assert_eq!(
                (refused.order_id.as_str(), refused.reason.as_str()),
                ("29", "totals_mismatch")
            );
        }
        Body::Order(order) => panic!("{order:?}"),
    }
}

/// Two secrets are live while one replaces the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_can_be_replaced_without_losing_a_delivery() {
    let shop = Shop {
        id: Uuid::from_u128(2),
        secrets: vec!["old".to_owned(), "new".to_owned()],
        url: None,
    };
    let running = Running::start(std::slice::from_ref(&shop)).await;
    for (secret, expected) in [("old", 200), ("new", 200), ("older", 401)] {
        let headers = signed(secret, "order.deleted", b"{\"id\":1}");
        let answer = running.post(shop.id, headers, "{\"id\":1}").await;
        assert_eq!(answer.status(), expected, "{secret}");
    }
}

/// Everything that the ledger will read, read as it will.
fn order_of(message: &OrderMessage) -> Order {
    let OrderMessage {
        retailer_id,
        connection_id,
        delivery: _,
        body,
        import_id,
    } = message.clone();
    assert_eq!(import_id, "", "no import");
    assert_eq!(retailer_id.parse(), Ok(RetailerId::new(RETAILER)));
    let connection: ConnectionId = connection_id.parse().unwrap();
    let Some(Body::Order(order)) = body else {
        panic!("{body:?}");
    };
    let customer = (!order.sealed_customer.is_empty()).then(|| {
        let aad = format!("{connection}/{}", order.order_id);
        let plain = keyring()
            .open(aad.as_bytes(), &order.sealed_customer)
            .unwrap();
        let Customer { email, name, phone } = Customer::decode(plain.as_slice()).unwrap();
        assert!(email.ends_with("example.test") || email.is_empty());
        retail::Customer { email, name, phone }
    });
    let order = order_from(connection, *order, customer).unwrap();
    assert_eq!(
        shop_hash(&order),
        order.version.content,
        "nothing was lost on the way"
    );
    order
}

fn shop_hash(order: &Order) -> retail::ContentHash {
    shop::content_hash(order)
}
