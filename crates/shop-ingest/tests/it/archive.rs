//! What shops sent is kept as it came.

use jiff::{SignedDuration, Timestamp};
use proto::connect as wire;
use proto::connect::deliveries_client::DeliveriesClient;
use retail::ShopOrderId;
use service::access::Authorized;
use service_kit::within;
use shop_ingest::store::{DeliveryOrigin, RawDelivery};
use tonic::Code;
use uuid::Uuid;

use crate::database::{RETAILER, connection_id, database, store};
use crate::running::{Running, ago};
use crate::stall::{HINT, POISON, Shop, ShopOrder, WHOLE};

/// How the archive's table is emptied and asked in these tests.
const BODIES: &str = "select topic, origin, body_bytes, octet_length(sealed_body) > 0
    from ingest_stall.raw_delivery order by received_at, topic";

fn client(running: &Running) -> DeliveriesClient<Authorized> {
    DeliveriesClient::new(service_kit::as_operator(&running.grpc))
}

async fn kept(running: &Running, number: usize) -> String {
    within(async || {
        let found = running.sql(BODIES);
        (found.lines().count() >= number).then_some(found)
    })
    .await
}

fn delivery(number: u128, id: &str, at: Timestamp) -> RawDelivery {
    RawDelivery {
        connection: connection_id(number),
        retailer: RETAILER,
        id: id.to_owned(),
        received_at: at,
        topic: WHOLE.to_owned(),
        order: ShopOrderId::new("29").ok(),
        origin: DeliveryOrigin::Sent,
        body_bytes: 3,
    }
}

#[tokio::test]
async fn r_08_every_delivery_is_kept_byte_for_byte_whatever_became_of_it() {
    let mut running = Running::start(vec![Shop::default()]).await;
    let whole = ShopOrder::new("1", ago(60), "paid").body();
    running.post(1, WHOLE, whole.clone()).await;
    running.post(1, HINT, "2".to_owned()).await;
    running.post(1, WHOLE, POISON.to_owned()).await;
    kept(&running, 3).await;
    // The same again, and after a crash: kept once.
    running.crash().await;
    running.serve().await;
    running.post(1, WHOLE, whole.clone()).await;
    running.post(1, HINT, "3".to_owned()).await;
    let all = kept(&running, 4).await;
    assert_eq!(all.lines().count(), 4, "{all}");

    let ids = running.sql("select delivery_id from ingest_stall.raw_delivery");
    let mut bodies = Vec::new();
    let mut client = client(&running);
    let ask = |retailer: String, id: &str| wire::GetDeliveryRequest {
        retailer_id: retailer,
        connection_id: connection_id(1).to_string(),
        delivery_id: id.to_owned(),
    };
    for id in ids.lines() {
        let answer = client
            .get_delivery(ask(RETAILER.to_string(), id))
            .await
            .unwrap();
        bodies.push(String::from_utf8(answer.into_inner().body).unwrap());
        let foreign = ask(Uuid::from_u128(99).to_string(), id);
        let refused = client.get_delivery(foreign).await.unwrap_err();
        assert_eq!(refused.code(), Code::NotFound);
    }
    bodies.sort();
    let mut sent = ["2".to_owned(), "3".to_owned(), whole, POISON.to_owned()];
    sent.sort();
    assert_eq!(bodies, sent);
}

#[tokio::test]
async fn what_is_older_than_the_retention_is_taken_away_bit_by_bit() {
    let database = database().await;
    let store = store(&database, 7);
    let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    let at = |days: i64| {
        now.checked_sub(SignedDuration::from_hours(24 * days))
            .unwrap()
    };
    let rows: Vec<_> = [500, 401, 400, 399, 0]
        .into_iter()
        .map(|days| (delivery(1, &format!("d{days}"), at(days)), vec![1, 2, 3]))
        .collect();
    store.archive(&rows).await.unwrap();
    store.archive(&rows).await.unwrap();
    assert_eq!(store.forget_deliveries(at(400), 1).await.unwrap(), 1);
    assert_eq!(store.forget_deliveries(at(400), 1_000).await.unwrap(), 1);
    assert_eq!(store.forget_deliveries(at(400), 1_000).await.unwrap(), 0);
    let order = ShopOrderId::new("29").unwrap();
    let left = store
        .deliveries_of(RETAILER, connection_id(1), &order)
        .await
        .unwrap();
    let ids: Vec<&str> = left.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["d0", "d399", "d400"]);
    assert_eq!(left[0], delivery(1, "d0", at(0)));
    let found = store
        .delivery(RETAILER, connection_id(1), "d400")
        .await
        .unwrap();
    assert_eq!(found.unwrap().1, [1, 2, 3]);
}

#[tokio::test]
async fn nothing_is_archived_of_an_order_of_somebody_who_was_erased() {
    let database = database().await;
    let store = store(&database, 7);
    let at: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    let other = RawDelivery {
        order: ShopOrderId::new("30").ok(),
        ..delivery(1, "other", at)
    };
    let rows = [
        (delivery(1, "d1", at), vec![1]),
        (delivery(2, "elsewhere", at), vec![1]),
        (other, vec![1]),
    ];
    store.archive(&rows).await.unwrap();
    let order = ShopOrderId::new("29").unwrap();
    let erased = [(connection_id(1), order.clone())];
    assert_eq!(store.shred_orders(&erased, at).await.unwrap(), 1);
    assert_eq!(store.shred_orders(&erased, at).await.unwrap(), 0);
    // It is sent again, and once more in other words.
    let again = [
        (delivery(1, "d1", at), vec![1]),
        (delivery(1, "d2", at), vec![2]),
    ];
    store.archive(&again).await.unwrap();
    assert!(store.is_erased(connection_id(1), &order).await.unwrap());
    assert!(!store.is_erased(connection_id(2), &order).await.unwrap());
    for (number, left) in [(1, "other"), (2, "elsewhere")] {
        let page = store.archived_page(connection_id(number), at, "", 10);
        let page = page.await.unwrap();
        let page: Vec<_> = page.iter().map(|row| &*row.place.delivery).collect();
        assert_eq!(page, [left]);
    }
}
