//! What cannot be done of what people ask by law, and that it keeps nothing else from being done.

use std::collections::BTreeSet;

use base64::Engine as _;
use jiff::{SignedDuration, Timestamp};
use proto::connect::PrivacyAnswer;
use proto::convert::instant_into;
use proto::ledger as wire;
use retail::{ConnectionId, RetailerId, ShopOrderId};
use service_kit::within;
use shop::PrivacyKind;
use shop_ingest::store::{DeliveryOrigin, DeliveryPlace, PrivacyRequest, RawDelivery};
use uuid::Uuid;

use crate::support::{RETAILER, Running};

/// Until what could not be opened is tried again, in minutes.
const AGAIN_AFTER: i64 = 60;

fn redact(email: &str, orders: &[u64]) -> String {
    let orders: Vec<String> = orders.iter().map(ToString::to_string).collect();
    let orders = orders.join(",");
    format!(
        r#"{{"shop_id":1,"shop_domain":"127.0.0.1","customer":{{"id":7,"email":"{email}"}},"orders_to_redact":[{orders}]}}"#
    )
}

async fn ask(running: &Running, email: &str, orders: &[u64]) {
    let body = redact(email, orders);
    let status = running.post("/hooks", "customers/redact", &body, None);
    assert_eq!(status.await, 200);
}

/// Answers of all requests, the first due first.
async fn answers(running: &Running) -> Vec<PrivacyAnswer> {
    let requests = running.privacy_requests().await.into_iter();
    requests.map(|request| request.answer()).collect()
}

/// Something received at `at` that says `body`, sealed by nobody.
async fn archive_unsealed(running: &Running, connection: ConnectionId, at: Timestamp) {
    let row = RawDelivery {
        connection,
        retailer: RetailerId::new(RETAILER),
        id: "unsealed".to_owned(),
        received_at: at,
        topic: "orders/updated".to_owned(),
        order: ShopOrderId::new("77").ok(),
        origin: DeliveryOrigin::Sent,
        body_bytes: 1,
    };
    let rows = [(row, vec![1])];
    running.store().archive(&rows).await.unwrap();
}

fn searches(running: &Running) -> usize {
    let said = running.ledger.said();
    let reports = said.reports.iter();
    reports.map(|report| report.searches.len()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn pos_12_a_request_that_cannot_be_done_keeps_no_other_from_being_done() {
    let running = Running::start().await;
    let connection = ConnectionId::new(running.link().await.parse().unwrap());
    running.ledger.said().refused = Some("refused@example.test".to_owned());
    let hour_ago = running.now() - SignedDuration::from_hours(1);
    let unreadable = PrivacyRequest {
        connection,
        delivery: "unreadable".to_owned(),
        kind: PrivacyKind::CustomerErasure,
        received_at: hour_ago,
        due_at: hour_ago,
        answer: None,
    };
    let other_key = base64::engine::general_purpose::STANDARD.encode([9; 32]);
    let sealed_otherwise = running.store_with(other_key);
    let recorded = sealed_otherwise.record_privacy(&unreadable, b"{}");
    recorded.await.unwrap();
    ask(&running, "refused@example.test", &[1]).await;
    within(async || (answers(&running).await.len() == 2).then_some(())).await;
    running.advance(1);
    ask(&running, "zoe@example.test", &[2]).await;

    let answers = within(async || {
        let answers = answers(&running).await;
        answers.contains(&PrivacyAnswer::Erased).then_some(answers)
    })
    .await;
    let open = answers.iter();
    let open = open.filter(|answer| **answer == PrivacyAnswer::Unspecified);
    assert_eq!((open.count(), answers.len()), (2, 3));
    within(async || (searches(&running) == 1).then_some(())).await;
    assert_eq!(running.ledger.said().people.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn pos_12_more_orders_than_one_question_holds_are_erased_by_several() {
    let running = Running::start().await;
    running.link().await;
    let orders: Vec<u64> = (1..=1_001).collect();
    ask(&running, "zoe@example.test", &orders).await;
    within(async || (answers(&running).await == [PrivacyAnswer::Erased]).then_some(())).await;
    let said = running.ledger.said();
    let asked = said.people.iter();
    let asked: Vec<_> = asked
        .map(|request| (request.email.as_str(), request.order_ids.len()))
        .collect();
    assert_eq!(asked, [("zoe@example.test", 1_000), ("", 1)]);
    let ids = said.people.iter();
    let ids: BTreeSet<_> = ids
        .map(|request| request.act.clone().unwrap().request_id)
        .collect();
    assert_eq!(ids.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn pos_12_nobody_is_told_as_searched_for_who_was_not() {
    let running = Running::start().await;
    let connection = running.link().await;
    let order = |connection_id: &str| wire::OrderToShred {
        retailer_id: RETAILER.to_string(),
        connection_id: connection_id.to_owned(),
        order_id: "1".to_owned(),
    };
    let person = |erasure: u128, retailer: &str, email: &str| wire::PersonToShred {
        erasure_id: Uuid::from_u128(erasure).to_string(),
        retailer_id: retailer.to_owned(),
        emails: vec![email.to_owned()],
        erased_at: Some(instant_into(running.now())),
    };
    let ours = RETAILER.to_string();
    {
        let mut said = running.ledger.said();
        said.orders = vec![order("none"), order(&connection)];
        said.searches = vec![
            person(1, "none", "zoe@example.test"),
            person(2, &ours, "no address"),
            person(3, &ours, "zoe@example.test"),
        ];
    }
    within(async || (searches(&running) > 0).then_some(())).await;
    running.some_rounds().await;
    let said = running.ledger.said();
    assert_eq!(said.orders, [order("none")]);
    let left: Vec<_> = said
        .searches
        .iter()
        .map(|person| &*person.erasure_id)
        .collect();
    assert_eq!(left, [1, 2].map(|id| Uuid::from_u128(id).to_string()));
    assert_eq!(
        said.reports.len(),
        2,
        "what is left is not told again and again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pos_12_a_search_that_met_what_does_not_open_is_no_search() {
    let running = Running::start().await;
    let connection = ConnectionId::new(running.link().await.parse().unwrap());
    archive_unsealed(&running, connection, running.now()).await;
    running.advance(1);
    ask(&running, "zoe@example.test", &[2]).await;
    within(async || (!running.ledger.said().reports.is_empty()).then_some(())).await;
    running.some_rounds().await;
    assert_eq!(searches(&running), 0);

    let unsealed = DeliveryPlace {
        connection,
        delivery: "unsealed".to_owned(),
    };
    let gone = running.store().shred_deliveries(&[unsealed]).await;
    assert_eq!(gone.unwrap(), 1);
    running.advance(AGAIN_AFTER);
    within(async || (searches(&running) == 1).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pos_12_people_are_searched_for_together_each_up_to_its_own_erasure() {
    let running = Running::start().await;
    let connection = running.link().await;
    let told = |id: u64, email: &str| {
        format!(
            r#"{{"id":{id},"admin_graphql_api_id":"gid://shopify/Order/{id}","email":"{email}"}}"#
        )
    };
    let own = format!("/hooks/{connection}");
    let send = async |id, email: &str| {
        let body = told(id, email);
        let status = running.post(&own, "orders/updated", &body, None);
        assert_eq!(status.await, 200);
    };
    let zoes = running.now();
    send(501, "zoe@example.test").await;
    send(502, "ada@example.test").await;
    running.advance(1);
    send(503, "zoe@example.test").await;
    send(504, "ada@example.test").await;
    let connection = ConnectionId::new(connection.parse().unwrap());
    let store = running.store();
    let kept = async |order: &str| {
        let order = ShopOrderId::new(order).unwrap();
        let kept = store.deliveries_of(RetailerId::new(RETAILER), connection, &order);
        kept.await.unwrap().len()
    };
    for order in ["501", "502", "503", "504"] {
        within(async || (kept(order).await > 0).then_some(())).await;
    }

    let person = |erasure: u128, email: &str, at| wire::PersonToShred {
        erasure_id: Uuid::from_u128(erasure).to_string(),
        retailer_id: RETAILER.to_string(),
        emails: vec![email.to_owned()],
        erased_at: Some(instant_into(at)),
    };
    running.ledger.said().searches = vec![
        person(1, "zoe@example.test", zoes),
        person(2, "ada@example.test", running.now()),
    ];
    let searches = within(async || {
        let said = running.ledger.said();
        let report = said.reports.first()?;
        Some(report.searches.clone())
    })
    .await;
    let found: Vec<_> = searches
        .iter()
        .map(|search| search.delivery_count)
        .collect();
    assert_eq!(found, [1, 2]);
    let left = [
        kept("501").await,
        kept("502").await,
        kept("503").await,
        kept("504").await,
    ];
    assert_eq!(left, [0, 0, 1, 0]);
}
