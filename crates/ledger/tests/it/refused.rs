//! Orders that no snapshot could be made of: what is known of them all the same.

use std::collections::BTreeMap;

use ledger::decide::{Incoming, Outcome};
use proto::ledger as wire;
use retail::SaleState;

use crate::client::Client;
use crate::held::violation;
use crate::order::{Builder, a_refusal, an_order};
use crate::support::Ledger;
use crate::waiting::{dismiss, list, open, parked, retry};

fn units(parked: &str) -> BTreeMap<String, (String, String, String)> {
    let held = ("0".to_owned(), parked.to_owned(), "0".to_owned());
    [("A".to_owned(), held)].into()
}

/// A ledger in which A is known and nothing waits.
async fn with_item() -> (Ledger, Client) {
    let ledger = Ledger::new().await;
    let client = Client::of(&ledger).await;
    let sale = an_order(100).line("A", 1).build();
    assert_eq!(ledger.apply_one(&sale).await, Outcome::Recorded);
    (ledger, client)
}

#[tokio::test]
async fn sh_05_an_order_that_is_not_imported_still_holds_its_stock() {
    let (ledger, mut client) = with_item().await;
    let order = an_order(1).number("#1001").line("A", 3).at(5);
    let refused = order.refused("no_shipping_method");
    assert_eq!(ledger.apply_one(&refused).await, Outcome::Parked);
    assert_eq!(open(&mut client).await, units("3"));
    let unreadable = a_refusal(Some("2"), 1);
    assert_eq!(ledger.apply_one(&unreadable).await, Outcome::Parked);
    let only = wire::ListParkedRequest {
        order_id: "1".to_owned(),
        ..list()
    };
    let listed = client.waiting.list_parked(only).await.unwrap();
    let entry = &listed.into_inner().entries[0];
    assert_eq!(entry.reason(), wire::ParkedReason::NoShippingMethod);
    assert!(!entry.can_retry, "only its outline is known");
    let parked_order = entry.order.as_ref().unwrap();
    assert_eq!(parked_order.receipt_number, "#1001");
    assert!(parked_order.placed_at.is_some());
    let vain = retry(&mut client, "1", 1).await.unwrap_err();
    assert_eq!(violation(&vain), "not_readable");

    // Told again, edited, and told late as it was before.
    ledger.apply_one(&refused).await;
    assert_eq!(open(&mut client).await, units("3"));
    let fewer = an_order(1).number("#1001").line("A", 2).at(6);
    ledger.apply_one(&fewer.refused("no_shipping_method")).await;
    ledger.apply_one(&refused).await;
    assert_eq!(open(&mut client).await, units("2"));

    // The shop gives it a shipping method.
    let now = an_order(1).number("#1001").line("A", 2).at(7).build();
    assert_eq!(ledger.apply_one(&now).await, Outcome::Recorded);
    assert!(open(&mut client).await.is_empty());
    assert!(!parked(&mut client).await.contains_key("1"));
}

#[tokio::test]
async fn an_order_that_was_voided_or_dismissed_holds_nothing() {
    let (ledger, mut client) = with_item().await;
    let order = an_order(1).line("A", 3);
    ledger.apply_one(&order.refused("unknown_status")).await;
    let voided = order.clone().state(SaleState::Voided).at(1);
    ledger.apply_one(&voided.refused("unknown_status")).await;
    assert!(open(&mut client).await.is_empty());
    let again = order.clone().at(2).refused("unknown_status");
    ledger.apply_one(&again).await;
    assert_eq!(open(&mut client).await, units("3"));
    dismiss(&mut client, "1", 1).await.unwrap();
    assert!(open(&mut client).await.is_empty());
    // A change that touches nothing that is known does not bring it back; another does.
    ledger
        .apply_one(&order.clone().at(3).refused("unknown_status"))
        .await;
    assert!(parked(&mut client).await.is_empty());
    let more = order.line("A", 1).at(4).refused("unknown_status");
    ledger.apply_one(&more).await;
    assert_eq!(open(&mut client).await, units("4"));
    assert_eq!(parked(&mut client).await.len(), 1);
}

#[tokio::test]
async fn of_a_sale_a_refused_update_holds_what_the_sale_has_not_taken() {
    let (ledger, mut client) = with_item().await;
    ledger.apply_one(&an_order(1).line("A", 2).build()).await;
    let update = an_order(1).line("A", 5).at(9);
    ledger.apply_one(&update.refused("totals_mismatch")).await;
    assert_eq!(open(&mut client).await, units("3"));
}

#[tokio::test]
async fn what_can_be_read_settles_a_refusal_whatever_the_order_of_arrival() {
    type Other = fn(u64) -> Incoming;
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    // What comes beside the refusal, and whether that then still stands.
    let cases: [(&str, Other, bool); 6] = [
        ("read at the same instant", |id| order(id, 5).build(), false),
        ("read later", |id| order(id, 6).build(), false),
        ("a draft later", |id| draft(id, 6), false),
        ("read before", |id| order(id, 4).build(), true),
        ("a draft before", |id| draft(id, 4), true),
        (
            "not bookable later",
            |id| order(id, 6).total(1).build(),
            true,
        ),
    ];
    let mut id = 0;
    for (what, other, stands) in cases {
        for refused_first in [true, false] {
            for together in [true, false] {
                id += 1;
                let mut messages = [order(id, 5).refused("unknown_status"), other(id)];
                if !refused_first {
                    messages.reverse();
                }
                if together {
                    ledger.apply(&messages).await;
                } else {
                    for message in &messages {
                        ledger.apply_one(message).await;
                    }
                }
                assert_eq!(
                    parked(&mut client).await.contains_key(&id.to_string()),
                    stands,
                    "{what}, refused first: {refused_first}, together: {together}"
                );
            }
        }
    }
}

fn order(id: u64, second: i64) -> Builder {
    an_order(id).line("A", 1).at(second)
}

fn draft(id: u64, second: i64) -> Incoming {
    order(id, second).state(SaleState::NotImported).build()
}

#[tokio::test]
async fn what_the_database_refuses_holds_its_stock_too() {
    let (ledger, mut client) = with_item().await;
    let taken = an_order(1).number("#100").line("A", 2).build();
    ledger::consume::book(&ledger.store, &[taken])
        .await
        .unwrap();
    let reasons = parked(&mut client).await;
    assert_eq!(reasons["1"], wire::ParkedReason::ReceiptNumberTaken);
    assert_eq!(open(&mut client).await, units("2"));
}
