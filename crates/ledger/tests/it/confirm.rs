//! What a shop says once more is no change.

use ledger::decide::{Incoming, Outcome};
use ledger::store::ParkedFilter;
use retail::SaleState;

use crate::order::{Builder, an_order};
use crate::support::{ASKING_CONNECTION, CONNECTION, Ledger, OUTLET, RETAILER};

/// Whether the head stands at so many seconds.
fn stands_at(ledger: &Ledger, second: i64) -> bool {
    let told = format!(
        "select version_at = '2026-11-21 14:00:00+00'::timestamptz + interval '{second} seconds'
        from ledger.shop_order"
    );
    ledger.sql(&told) == "t"
}

#[tokio::test]
async fn sh_12_the_same_content_at_a_later_instant_makes_no_revision_and_waits_for_nobody() {
    for connection in [CONNECTION, ASKING_CONNECTION] {
        let ledger = Ledger::new().await;
        let order = |second| {
            let order = an_order(1).line("A", 2).nameless("Gift", 1).paid(700);
            order.at(second).of(RETAILER, connection).build()
        };
        assert_eq!(ledger.apply_one(&order(1)).await, Outcome::Recorded);
        let sale = ledger.sale().await;
        ledger.sql("delete from ledger.outbox");
        assert_eq!(
            ledger.apply(&[order(3), order(2), order(4)]).await,
            [Outcome::AlreadyRecorded; 3]
        );
        assert!(stands_at(&ledger, 4));
        assert_eq!(ledger.sale().await, sale, "nothing that anybody sees");
        assert_eq!(ledger.sql("select count(*) from ledger.outbox"), "0");
        assert_eq!(ledger.apply_one(&order(0)).await, Outcome::AlreadyRecorded);
        assert!(stands_at(&ledger, 4), "never back");
        ledger.assert_sound().await;
    }
}

#[tokio::test]
async fn what_came_between_a_snapshot_and_its_repeat_ends_alike_in_any_order_of_arrival() {
    let version = |order: Builder, second| order.at(second).build();
    let first = || an_order(1).line("A", 2).nameless("Thing B", 1);
    let messages = [
        version(first(), 0),
        version(an_order(1).line("A", 5).line("B", 1), 1),
        version(first().state(SaleState::NotImported), 2),
        version(first(), 3),
    ];
    for arrival in [
        [0, 1, 2, 3],
        [3, 2, 1, 0],
        [0, 3, 1, 2],
        [0, 2, 3, 1],
        [3, 0, 1, 2],
        [1, 0, 3, 2],
    ] {
        for cut in [1, 2, 4] {
            let ledger = Ledger::new().await;
            let arrived: Vec<Incoming> = arrival.map(|place| messages[place].clone()).to_vec();
            for batch in arrived.chunks(cut) {
                ledger.apply(batch).await;
            }
            let case = format!("{arrival:?} by {cut}");
            assert!(stands_at(&ledger, 3), "{case}");
            assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-2), "{case}");
            assert_eq!(ledger.on_hand("B", OUTLET).await, Some(-1), "{case}");
            let sale = ledger.sale().await;
            assert!(!sale.warning_not_imported, "{case}");
            ledger.assert_sound().await;
        }
    }
}

#[tokio::test]
async fn bc_04_a_draft_that_is_the_same_order_again_warns_no_more() {
    let ledger = Ledger::new().await;
    let order = |second| an_order(1).line("A", 1).at(second);
    ledger.apply_one(&order(0).build()).await;
    let draft = order(1).state(SaleState::NotImported);
    ledger.apply_one(&draft.build()).await;
    assert!(ledger.sale().await.warning_not_imported);
    ledger.apply_one(&order(2).build()).await;
    let sale = ledger.sale().await;
    assert!(!sale.warning_not_imported);
    assert_eq!(sale.revision, 1);
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-1));
}

#[tokio::test]
async fn a_repeat_of_what_is_recorded_clears_the_parking_of_what_came_between() {
    let ledger = Ledger::new().await;
    let order = |second| an_order(1).line("A", 1).at(second);
    let batch = [order(0).build(), order(1).total(1).build()];
    assert_eq!(
        ledger.apply(&batch).await,
        [Outcome::Recorded, Outcome::Parked]
    );
    ledger.apply_one(&order(2).build()).await;
    let parked = ledger
        .reader
        .list_parked(RETAILER, &ParkedFilter::default(), None, 10)
        .await
        .unwrap();
    assert!(parked.is_empty(), "{parked:?}");
    ledger.apply(&batch).await;
    let parked = ledger
        .reader
        .list_parked(RETAILER, &ParkedFilter::default(), None, 10)
        .await
        .unwrap();
    assert!(
        parked.is_empty(),
        "a replay parks nothing again: {parked:?}"
    );
}
