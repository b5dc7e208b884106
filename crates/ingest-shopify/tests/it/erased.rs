//! The shop's three privacy requests, from the delivery to the record that it was done.

use jiff::Timestamp;
use proto::connect as wire;
use proto::connect::{ConnectionState, PrivacyAnswer, PrivacyRequestKind};
use retail::{ConnectionId, RetailerId, ShopOrderId};
use service_kit::within;
use shop::sim::SimShop as _;
use shop_ingest::store::Searched;

use crate::support::{RETAILER, Running};

/// Days of the grace that a shop has to come back in, in minutes.
const GRACE: i64 = 48 * 60;

/// A shop that is linked and has sold; what it told is archived.
async fn a_shop() -> (Running, String) {
    let running = Running::start().await;
    let id = running.link().await;
    while running.shop.step() {
        running.advance(1);
    }
    running.advance(1);
    running.deliver().await;
    running.until_asked(&id).await;
    within(async || (!archived(&running).await.is_empty()).then_some(())).await;
    (running, id)
}

async fn archived(running: &Running) -> Vec<Searched> {
    let store = running.store();
    let mut found = Vec::new();
    for connection in store
        .connections_of(RetailerId::new(RETAILER))
        .await
        .unwrap()
    {
        let page = store.archived_page(connection, Timestamp::MAX, "", 500);
        found.extend(page.await.unwrap());
    }
    found
}

/// Deliveries of an order that are in the archive.
async fn of_order(running: &Running, id: &str, order: u64) -> usize {
    let (retailer, store) = (RetailerId::new(RETAILER), running.store());
    let order = ShopOrderId::new(&order.to_string()).unwrap();
    let connection = ConnectionId::new(id.parse().unwrap());
    let kept = store.deliveries_of(retailer, connection, &order).await;
    kept.unwrap().len()
}

async fn answered(running: &Running, kind: PrivacyRequestKind) -> wire::PrivacyRequest {
    within(async || {
        let requests = running.privacy_requests().await.into_iter();
        let mut answered = requests.filter(|request| request.answered_at.is_some());
        answered.find(|request| request.kind() == kind)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_wants_to_be_forgotten_is_erased_and_gone_from_the_archive() {
    let (running, id) = a_shop().await;
    let (email, orders) = running.shop.a_buyer().unwrap();
    within(async || (of_order(&running, &id, orders[0]).await > 0).then_some(())).await;

    running.advance(1);
    running
        .shop
        .ask_to_redact(&running.address("/hooks"), &email, &orders);
    assert_eq!(running.deliver().await, 1);
    let request = answered(&running, PrivacyRequestKind::CustomerErasure).await;
    assert_eq!(request.answer(), PrivacyAnswer::Erased);
    {
        let said = running.ledger.said();
        assert_eq!(said.people.len(), 1);
        let person = &said.people[0];
        assert_eq!((&person.email, &person.connection_id), (&email, &id));
        let orders: Vec<_> = orders.iter().map(ToString::to_string).collect();
        assert_eq!(person.order_ids, orders);
    }
    within(async || (!running.ledger.said().reports.is_empty()).then_some(())).await;
    assert_eq!(of_order(&running, &id, orders[0]).await, 0);
    // Somebody else's are there still, and the shop's own next word about the order is not kept.
    assert!(!archived(&running).await.is_empty());
    let connection = ConnectionId::new(id.parse().unwrap());
    let order = ShopOrderId::new(&orders[0].to_string()).unwrap();
    assert!(running.store().is_erased(connection, &order).await.unwrap());
    assert!(
        running
            .subject(&id, &request.delivery_id)
            .await
            .0
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_data_waits_for_a_person_who_answers_it_once() {
    let (running, id) = a_shop().await;
    let (email, orders) = running.shop.a_buyer().unwrap();
    running
        .shop
        .ask_for_data(&running.address("/hooks"), &email, &orders);
    running.deliver().await;
    let request = within(async || running.privacy_requests().await.pop()).await;
    assert_eq!(request.answer(), PrivacyAnswer::Unspecified);
    let (named, of) = running.subject(&id, &request.delivery_id).await;
    assert_eq!((named, of.len()), (email, orders.len()));
    for actor in ["Ada", "Zoe"] {
        let request = running
            .answer(&id, &request.delivery_id, actor)
            .await
            .unwrap();
        assert_eq!(request.answer(), PrivacyAnswer::Exported);
        assert_eq!(request.answered_by, "Ada");
    }
    assert_eq!(
        running.subject(&id, &request.delivery_id).await,
        Default::default()
    );
    assert!(running.ledger.said().people.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_is_erased_when_it_was_gone_for_two_days_and_not_when_it_came_back() {
    let (running, id) = a_shop().await;
    running.shop.uninstall();
    running.advance(1);
    within(async || (running.deliver().await > 0).then_some(())).await;
    running.until(&id, ConnectionState::Uninstalled).await;
    running.shop.ask_to_redact_shop(&running.address("/hooks"));
    running.deliver().await;
    let request = within(async || running.privacy_requests().await.pop()).await;
    running.some_rounds().await;
    assert!(
        running.ledger.said().shops.is_empty(),
        "not before two days"
    );
    assert_eq!(request.answer(), PrivacyAnswer::Unspecified);

    running.advance(GRACE);
    let request = answered(&running, PrivacyRequestKind::ShopErasure).await;
    assert_eq!(request.answer(), PrivacyAnswer::Erased);
    assert_eq!(running.ledger.said().shops.len(), 2, "until nobody remains");
    within(async || archived(&running).await.is_empty().then_some(())).await;

    assert_eq!(running.link().await, id);
    let connection = ConnectionId::new(id.parse().unwrap());
    assert!(!running.store().shred_shop(connection).await.unwrap());
    // The same bytes at once would be one delivery to the broker.
    let again = r#"{"shop_id":1,"shop_domain":"127.0.0.1"}"#;
    let status = running.post("/hooks", "shop/redact", again, None).await;
    assert_eq!(status, 200);
    let request = within(async || {
        let requests = running.privacy_requests().await;
        let mut again = requests.into_iter();
        again.find(|request| request.answer() == PrivacyAnswer::LinkedAgain)
    })
    .await;
    assert_eq!(request.kind(), PrivacyRequestKind::ShopErasure);
    assert_eq!(running.ledger.said().shops.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn pos_12_a_shop_that_comes_back_while_it_is_erased_is_erased_no_further() {
    let (running, id) = a_shop().await;
    running.ledger.said().is_endless = true;
    running.shop.uninstall();
    running.advance(1);
    within(async || (running.deliver().await > 0).then_some(())).await;
    running.until(&id, ConnectionState::Uninstalled).await;
    running.shop.ask_to_redact_shop(&running.address("/hooks"));
    running.deliver().await;
    within(async || running.privacy_requests().await.pop()).await;
    running.advance(GRACE);
    within(async || (!running.ledger.said().shops.is_empty()).then_some(())).await;
    // What is archived comes by and by.
    let before = within(async || {
        let archived = archived(&running).await.len();
        (archived > 1).then_some(archived)
    })
    .await;
    assert_eq!(running.link().await, id);
    let request = answered(&running, PrivacyRequestKind::ShopErasure).await;
    assert_eq!(request.answer(), PrivacyAnswer::LinkedAgain);
    assert!(archived(&running).await.len() >= before - 1);
}
