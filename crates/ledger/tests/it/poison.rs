//! One bad order never stops the others.

use ledger::consume::{Booked, book};
use ledger::decide::{Incoming, Outcome};
use ledger::store::ParkedFilter;
use retail::{ItemRef, LineKey, Quantity, Sku};

use crate::order::{a_refusal, an_order};
use crate::support::{Ledger, OUTLET, RETAILER};

/// Returns more of one product than a level can hold together with another such order, in lines that
/// can just be booked.
fn huge(id: u64) -> Incoming {
    let sku = Sku::new("HUGE").unwrap();
    let item = ItemRef {
        sku: Some(sku),
        ..ItemRef::default()
    };
    let mut order = an_order(id)
        .product(item.clone(), "Huge", 0)
        .product(item, "Huge", 0);
    for line in &mut order.order.lines {
        line.quantity = Quantity::from_milli(-(i64::MAX / 2));
    }
    order.build()
}

#[tokio::test]
async fn a_row_the_database_refuses_is_found_among_many_and_parked() {
    let ledger = Ledger::new().await;
    assert_eq!(ledger.apply_one(&huge(1000)).await, Outcome::Recorded);
    let mut batch: Vec<Incoming> = (1..=40)
        .map(|id| an_order(id).line("A", 1).build())
        .collect();
    batch.insert(13, huge(1001));
    let booked = book(&ledger.store, &batch).await.unwrap();
    for (place, booked) in booked.iter().enumerate() {
        let expected = if place == 13 {
            Outcome::Parked
        } else {
            Outcome::Recorded
        };
        assert_eq!(*booked, Booked::Done(expected), "{place}");
    }
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-40));
    let parked = ledger
        .reader
        .list_parked(RETAILER, &ParkedFilter::default(), None, 10)
        .await
        .unwrap();
    assert_eq!(parked.len(), 1);
    assert_eq!(
        (parked[0].order.as_deref(), parked[0].reason.as_str()),
        (Some("1001"), "out_of_range")
    );
    ledger.assert_sound().await;

    let booked = book(&ledger.store, &batch).await.unwrap();
    assert_eq!(booked[13], Booked::Done(Outcome::Parked), "again: the same");
    assert_eq!(
        ledger
            .reader
            .list_parked(RETAILER, &ParkedFilter::default(), None, 10)
            .await
            .unwrap()[0]
            .times,
        1
    );
}

#[tokio::test]
async fn a_message_of_which_not_even_the_refusal_can_be_stored_is_given_back() {
    let ledger = Ledger::new().await;
    let mut message = a_refusal(Some("7"), 0);
    message.delivery.id = "a\0b".to_owned();
    let booked = book(&ledger.store, &[an_order(1).build(), message])
        .await
        .unwrap();
    assert_eq!(booked[0], Booked::Done(Outcome::Recorded));
    assert!(
        matches!(&booked[1], Booked::Unstorable(reason) if reason.code == "unstorable_text"),
        "{booked:?}"
    );
}

#[tokio::test]
async fn refusals_of_the_rules_are_parked_with_reason_and_sentence() {
    let ledger = Ledger::new().await;
    let mut twice = an_order(2).line("A", 1).line("B", 1);
    twice.order.lines[1].key = LineKey::new("line:1").unwrap();
    let messages = [
        an_order(1).line("A", 1).total(999).build(),
        twice.build(),
        an_order(3).line("A", 1).restocked(0, 2).build(),
        an_order(4).line("A", 1).paid(1).paid(2).build(),
        an_order(5).line("A", 1).build(),
    ];
    let outcomes = ledger.apply(&messages).await;
    assert_eq!(outcomes[4], Outcome::Recorded);
    assert!(
        outcomes[..4]
            .iter()
            .all(|outcome| *outcome == Outcome::Parked)
    );
    let mut parked = ledger
        .reader
        .list_parked(RETAILER, &ParkedFilter::default(), None, 10)
        .await
        .unwrap();
    parked.sort_by(|a, b| a.order.cmp(&b.order));
    let reasons: Vec<&str> = parked.iter().map(|parked| parked.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "totals_mismatch",
            "line_twice",
            "restock_exceeds_quantity",
            "payment_twice"
        ]
    );
    assert!(parked[0].detail.contains("10.00 CAD") && parked[0].detail.contains("9.99 CAD"));
    assert_eq!(
        ledger.sql("select count(*) from ledger.item"),
        "1",
        "a refused order registers nothing"
    );
    assert_eq!(ledger.sales().await.len(), 1);
}

#[tokio::test]
async fn a_later_good_version_clears_the_parking_and_an_older_one_does_not() {
    let ledger = Ledger::new().await;
    let mut id = 0;
    for (arrivals, on_hand, is_parked) in [
        (vec!["first", "bad", "good"], -3, false),
        (vec!["bad", "first", "good"], -3, false),
        (vec!["good", "bad", "first"], -3, false),
        (vec!["bad", "good", "first"], -3, false),
        (vec!["first", "bad"], -1, true),
        (vec!["bad", "first"], -1, true),
    ] {
        for cut in 1..=arrivals.len() {
            id += 1;
            let sku = format!("SKU-{id}");
            let messages: Vec<Incoming> = arrivals
                .iter()
                .map(|arrival| match *arrival {
                    "first" => an_order(id).line(&sku, 1).build(),
                    "bad" => an_order(id).line(&sku, 2).total(1).at(1).build(),
                    _ => an_order(id).line(&sku, 3).at(2).build(),
                })
                .collect();
            for batch in messages.chunks(cut) {
                ledger.apply(batch).await;
            }
            assert_eq!(
                ledger.on_hand(&sku, OUTLET).await,
                Some(on_hand),
                "{arrivals:?} by {cut}"
            );
            let parked = ledger
                .reader
                .list_parked(RETAILER, &ParkedFilter::default(), None, 500)
                .await
                .unwrap();
            let found = parked
                .iter()
                .any(|parked| parked.order == Some(id.to_string()));
            assert_eq!(found, is_parked, "{arrivals:?} by {cut}");
        }
    }
    ledger.assert_sound().await;
}

#[tokio::test]
async fn what_the_ingest_refused_is_parked_until_a_later_delivery() {
    let ledger = Ledger::new().await;
    ledger
        .apply(&[
            a_refusal(Some("1"), 1),
            a_refusal(None, 2),
            a_refusal(None, 3),
        ])
        .await;
    let parked = ledger
        .reader
        .list_parked(RETAILER, &ParkedFilter::default(), None, 10)
        .await
        .unwrap();
    assert_eq!(parked.len(), 3);
    assert_eq!(
        parked
            .iter()
            .filter(|parked| parked.order.is_some())
            .count(),
        1
    );

    let mut good = an_order(1).line("A", 1).build();
    good.delivery.received_at = a_refusal(None, 5).delivery.received_at;
    assert_eq!(ledger.apply_one(&good).await, Outcome::Recorded);
    let parked = ledger
        .reader
        .list_parked(RETAILER, &ParkedFilter::default(), None, 10)
        .await
        .unwrap();
    assert!(parked.iter().all(|parked| parked.order.is_none()));
}

#[tokio::test]
async fn what_returns_less_than_nothing_to_stock_is_parked() {
    let ledger = Ledger::new().await;
    let bad = an_order(1).line("A", 1).restocked(0, -1);
    assert_eq!(ledger.apply_one(&bad.build()).await, Outcome::Parked);
    assert_eq!(ledger.on_hand("A", OUTLET).await, None);
    let parked = ledger
        .reader
        .list_parked(RETAILER, &ParkedFilter::default(), None, 10)
        .await
        .unwrap();
    assert_eq!(parked[0].reason, "restock_negative");
    assert!(parked[0].detail.contains("line:1"));
}

#[tokio::test]
async fn a_refusal_that_came_before_what_could_be_read_is_settled_in_any_order() {
    let received = |second: i64| a_refusal(None, second).delivery.received_at;
    let mut order = an_order(1).line("A", 1).build();
    order.delivery.received_at = received(5);
    let mut again = order.clone();
    again.delivery.received_at = received(9);
    let early = a_refusal(Some("1"), 4);
    let late = a_refusal(Some("1"), 7);
    for (arrivals, is_parked) in [
        (vec![&early, &order], false),
        (vec![&order, &early], false),
        (vec![&early, &order, &early], false),
        (vec![&order, &late], true),
        (vec![&late, &order], true),
        (vec![&late, &order, &again], false),
    ] {
        for size in [1, arrivals.len()] {
            let ledger = Ledger::new().await;
            let batch: Vec<Incoming> = arrivals.iter().copied().cloned().collect();
            for part in batch.chunks(size) {
                ledger.apply(part).await;
            }
            let parked = ledger
                .reader
                .list_parked(RETAILER, &ParkedFilter::default(), None, 10)
                .await
                .unwrap();
            let ids: Vec<_> = batch.iter().map(|one| &one.delivery.id).collect();
            assert_eq!(!parked.is_empty(), is_parked, "{ids:?} by {size}");
            ledger.assert_sound().await;
        }
    }
}

#[tokio::test]
async fn one_unreadable_delivery_twice_in_a_batch_is_parked_once() {
    let ledger = Ledger::new().await;
    let stray = a_refusal(None, 2);
    let booked = book(&ledger.store, &[stray.clone(), stray]).await.unwrap();
    assert_eq!(booked, [const { Booked::Done(Outcome::Parked) }; 2]);
    let parked = ledger
        .reader
        .list_parked(RETAILER, &ParkedFilter::default(), None, 10)
        .await
        .unwrap();
    assert_eq!(parked.len(), 1);
}
