//! What a first link asks of people, and what it does not bring in.

use proto::connect as wire;
use retail::ConnectionId;
use service_kit::within;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::linking::{client, disconnect_request, link_request, some_rounds};
use crate::running::{Running, ago};
use crate::stall::{Shop, ShopOrder};

#[tokio::test(flavor = "multi_thread")]
async fn pos_08_a_first_link_needs_the_check_acknowledged_and_says_what_there_is_to_see() {
    let running = Running::start(vec![Shop::default()]).await;
    let mut connections = client(&running).await;
    let unseen = wire::LinkRequest {
        check_acknowledged: false,
        ..link_request(9)
    };
    let refused = connections.link(unseen.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    for found in [
        "SKUs that are not unique: 2",
        "products without SKU: 0",
        "levels below zero: 1",
        "prices of zero: not known",
    ] {
        assert!(refused.message().contains(found), "{}", refused.message());
    }
    assert_eq!(precondition(&refused), "not_checked");
    // Without the ledger nothing can be shown, and the check is asked for all the same.
    let is_away = &running.books.is_away;
    is_away.store(true, std::sync::atomic::Ordering::Relaxed);
    let refused = connections.link(unseen.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);

    is_away.store(false, std::sync::atomic::Ordering::Relaxed);
    connections.link(link_request(9)).await.unwrap();
    is_away.store(true, std::sync::atomic::Ordering::Relaxed);
    let again = connections.link(unseen).await.unwrap();
    assert!(again.into_inner().reconnected, "the same shop is harmless");
}

#[tokio::test(flavor = "multi_thread")]
async fn pos_09_another_shop_after_one_was_parted_with_has_to_be_confirmed() {
    let running = Running::start(vec![Shop::default()]).await;
    let mut connections = client(&running).await;
    // Beside a shop that is linked another one is nothing special.
    connections.link(link_request(8)).await.unwrap();
    // Only a shop that said who it is can be known again.
    let known = "select count(*) from ingest_stall.connection where store_id is null";
    within(async || (running.sql(known) == "0").then_some(())).await;
    let parted = connections.disconnect(disconnect_request(1, true)).await;
    assert!(parted.is_ok());

    let refused = connections.link(link_request(9)).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("another shop"), "{refused}");
    assert_eq!(precondition(&refused), "another_shop");
    let confirmed = wire::LinkRequest {
        another_shop_confirmed: true,
        ..link_request(9)
    };
    let linked = connections.link(confirmed).await.unwrap().into_inner();
    assert!(!linked.reconnected);
    // The one that was parted with comes back without a word.
    let back = connections.link(link_request(1)).await.unwrap();
    assert!(back.into_inner().reconnected);
}

#[tokio::test(flavor = "multi_thread")]
async fn wc_02_orders_placed_before_linking_do_not_sync_by_themselves() {
    let running = Running::start(Vec::new()).await;
    let linked = client(&running).await.link(link_request(9)).await;
    let connection = linked.unwrap().into_inner().connection.unwrap();
    let id: ConnectionId = connection.connection_id.parse().unwrap();
    // All of them within the overlap of the first listings.
    running.stall.with(id, |shop| {
        shop.orders = vec![
            ShopOrder::new("1", ago(500), "paid"),
            ShopOrder::new("2", ago(60), "paid"),
        ];
        shop.clock = Some(ago(0));
    });
    some_rounds().await;
    running.stall.with(id, |shop| {
        shop.orders.push(ShopOrder::new("3", ago(0), "paid"));
        shop.clock = Some(ago(0));
    });
    let books = &running.books;
    within(async || (!books.told_of(id).is_empty()).then_some(())).await;
    some_rounds().await;
    let told: Vec<String> = books
        .told_of(id)
        .into_iter()
        .map(|told| told.order)
        .collect();
    assert_eq!(told, ["3"]);
}

/// What programs go by.
pub fn precondition(refused: &Status) -> String {
    let mut failure = refused.get_details_precondition_failure().unwrap();
    failure.violations.remove(0).r#type
}
