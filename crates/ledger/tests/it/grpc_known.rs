//! What the ledger knows of the orders a shop says it has.

use jiff::{SignedDuration, Timestamp};
use ledger::decide::Outcome;
use proto::convert::instant_from;
use proto::ledger as wire;
use retail::SaleState;
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::client::Client;
use crate::order::{PLACED_AT, a_refusal, an_order};
use crate::support::{
    ASKING_CONNECTION, CONNECTION, FOREIGN_CONNECTION, Ledger, OTHER_CONNECTION, RETAILER,
};

fn question(connection: retail::ConnectionId, orders: &[&str]) -> wire::GetKnownOrdersRequest {
    wire::GetKnownOrdersRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: connection.to_string(),
        order_ids: orders.iter().map(|order| (*order).to_owned()).collect(),
    }
}

async fn known(
    client: &mut Client,
    connection: retail::ConnectionId,
    orders: &[&str],
) -> Vec<(String, Option<Timestamp>, wire::Standing, String)> {
    let answer = client
        .orders
        .get_known_orders(question(connection, orders))
        .await
        .unwrap();
    let orders = answer.into_inner().orders.into_iter();
    orders
        .map(|order| {
            let at = order.modified_at;
            let at = at.map(|at| instant_from("modified_at", Some(at)).unwrap());
            (
                order.order_id.clone(),
                at,
                order.standing(),
                order.reason.clone(),
            )
        })
        .collect()
}

fn at(second: i64) -> Timestamp {
    PLACED_AT + SignedDuration::from_secs(second)
}

#[tokio::test]
async fn r_06_orders_are_known_by_their_newest_instant_and_what_became_of_it() {
    use wire::Standing::{NotImported, Parked, Sale};
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let order = |id| an_order(id).line("A", 1);
    ledger
        .apply(&[
            order(1).at(5).build(),
            order(1).at(3).build(),
            order(2).state(SaleState::NotImported).at(7).build(),
            order(3).total(1).at(2).build(),
            a_refusal(Some("4"), 9),
            order(5).build(),
            order(5).total(1).at(4).build(),
            order(7).at(6).refused("no_shipping_method"),
            order(6).build(),
            order(6).state(SaleState::NotImported).at(8).build(),
        ])
        .await;
    let expected: [(&str, _, _, &str); 7] = [
        ("1", Some(at(5)), Sale, ""),
        ("2", Some(at(7)), NotImported, ""),
        ("3", Some(at(2)), Parked, "totals_mismatch"),
        ("4", None, Parked, "unreadable"),
        ("5", Some(at(4)), Sale, "totals_mismatch"),
        ("6", Some(at(8)), Sale, ""),
        ("7", Some(at(6)), Parked, "no_shipping_method"),
    ];
    let expected =
        expected.map(|(order, at, standing, reason)| (order.into(), at, standing, reason.into()));
    let asked = ["7", "6", "5", "4", "3", "2", "1", "1", "unheard-of"];
    assert_eq!(known(&mut client, CONNECTION, &asked).await, expected);
    assert!(
        known(&mut client, OTHER_CONNECTION, &asked)
            .await
            .is_empty(),
        "another shop's orders of the same ids"
    );
    assert!(known(&mut client, CONNECTION, &[]).await.is_empty());
}

#[tokio::test]
async fn sh_12_an_update_that_waits_is_known() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let order = |second| {
        an_order(1)
            .line("A", 1 + second)
            .at(second)
            .of(RETAILER, ASKING_CONNECTION)
            .build()
    };
    assert_eq!(ledger.apply_one(&order(0)).await, Outcome::Recorded);
    assert_eq!(ledger.apply_one(&order(6)).await, Outcome::Held);
    let found = known(&mut client, ASKING_CONNECTION, &["1"]).await;
    assert_eq!(
        found,
        [(
            "1".to_owned(),
            Some(at(6)),
            wire::Standing::Sale,
            String::new()
        )]
    );
}

#[tokio::test]
async fn questions_about_orders_are_bounded_and_answered_for_own_connections_only() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let longest: Vec<String> = (0..1_000).map(|id| format!("{id:0>128}")).collect();
    let longest: Vec<&str> = longest.iter().map(String::as_str).collect();
    assert!(known(&mut client, CONNECTION, &longest).await.is_empty());

    let too_many = vec!["1"; 1_001];
    let unreadable = ["1", "a b"];
    for (orders, field) in [
        (&too_many[..], "order_ids"),
        (&unreadable[..], "order_ids[1]"),
    ] {
        let refused = client
            .orders
            .get_known_orders(question(CONNECTION, orders))
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
        let details = refused.get_details_bad_request().unwrap();
        assert_eq!(details.field_violations[0].field, field);
    }
    let refused = client
        .orders
        .get_known_orders(question(FOREIGN_CONNECTION, &["1"]))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
}
