//! Imports taken back: only what is their own, whenever they are cut off, and brought in again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ledger::decide::{Incoming, Kept, Outcome};
use ledger::store::Undo;
use retail::{Balance, Quantity, SaleState, ShopOrderId};

use crate::imports::{IMPORT, SECOND, past, sku};
use crate::order::{Builder, an_order, cad};
use crate::support::{ASKING_CONNECTION, CONNECTION, Ledger, OUTLET, RETAILER, of_sale};

#[tokio::test]
async fn r_2_an_import_undone_leaves_stock_as_it_was() {
    let ledger = Ledger::new().await;
    ledger
        .apply(&[an_order(1).line("A", 2).line("B", 1).build()])
        .await;
    let before = ledger.stock().await;
    ledger.begin(IMPORT).await;
    ledger
        .apply(&[
            past(2).line("A", 3).line("C", 1).paid(4000).build(),
            past(3)
                .line("B", 5)
                .restocked(0, 2)
                .paid(5000)
                .refunded("refund:1", 2000)
                .build(),
        ])
        .await;
    // Goods sold meanwhile stay sold.
    ledger.apply(&[an_order(4).line("B", 7).build()]).await;
    ledger.complete(IMPORT).await;
    let counts = ledger.undo(IMPORT).await.counts;
    assert_eq!((counts.made, counts.undone, counts.kept), (2, 2, 0));
    let mut expected = before;
    *expected.entry(sku("B")).or_default() -= 7000;
    assert_eq!(ledger.stock().await, expected);
    for sale in ledger.sales().await {
        let is_imported = ["2", "3"].contains(&sale.order.as_str());
        let state = if is_imported {
            (SaleState::Voided, Balance::Unpaid)
        } else {
            (SaleState::Closed, Balance::Unpaid)
        };
        assert_eq!((sale.state, sale.balance), state, "{}", sale.order);
        assert_eq!((sale.received, sale.refunded), (cad(0), cad(0)));
        if is_imported {
            assert!(sale.payments.iter().all(|payment| payment.amount.is_zero()));
            assert!(sale.lines.iter().all(|line| line.deducted.is_zero()));
        }
    }
    ledger.assert_sound().await;
    // It says so in the receipt, and a repeat changes nothing.
    let order = ShopOrderId::new("2").unwrap();
    let receipt = ledger
        .reader
        .receipt(RETAILER, CONNECTION.uuid(), &order)
        .await
        .unwrap()
        .unwrap();
    let last = receipt.movements.last().unwrap();
    assert_eq!(
        of_sale(last).delivery.as_ref().unwrap().topic,
        "import.undone",
        "the number can be explained"
    );
    let tables = ledger.tables();
    ledger.undo(IMPORT).await;
    assert_eq!(ledger.tables(), tables);
}

#[tokio::test]
async fn r_2_nothing_of_an_undone_import_comes_in_again() {
    let ledger = Ledger::new().await;
    ledger.begin(IMPORT).await;
    let orders = [past(1).line("A", 3).build(), past(2).line("A", 1).build()];
    ledger.apply(&orders[..1]).await;
    ledger.complete(IMPORT).await;
    ledger.undo(IMPORT).await;
    let tables = ledger.tables();
    assert_eq!(ledger.apply(&orders).await, [Outcome::NotImported; 2]);
    assert_eq!(ledger.tables(), tables);
}

#[tokio::test]
async fn r_2_an_order_taken_back_stays_out_until_it_is_imported_anew() {
    let ledger = Ledger::new().await;
    ledger.begin(IMPORT).await;
    ledger
        .apply(&[past(1).line("A", 3).paid(3000).build()])
        .await;
    ledger.complete(IMPORT).await;
    ledger.undo(IMPORT).await;

    // The shop's life goes on: the same snapshot again, and a newer one.
    for live in [
        an_order(1).line("A", 3).paid(3000),
        an_order(1).at(60).line("A", 4),
    ] {
        assert_eq!(ledger.apply_one(&live.build()).await, Outcome::NotImported);
    }
    assert!(ledger.stock().await.is_empty());
    assert!(!ledger.sale().await.warning_not_imported);

    // The same content at a later instant is imported anew like any other.
    ledger.begin(SECOND).await;
    let again = an_order(1)
        .at(30)
        .line("A", 3)
        .paid(3000)
        .import(SECOND)
        .build();
    assert_eq!(ledger.apply_one(&again).await, Outcome::Recorded);
    assert_eq!(ledger.apply_one(&again).await, Outcome::AlreadyRecorded);
    let sale = ledger.sale().await;
    assert_eq!(
        (sale.state, sale.balance),
        (SaleState::Closed, Balance::Paid)
    );
    assert_eq!(sale.received, cad(3000));
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-3));
    // From now on it follows the shop.
    let edited = an_order(1).at(60).line("A", 4).paid(3000).build();
    assert_eq!(ledger.apply_one(&edited).await, Outcome::Recorded);
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-4));
    ledger.assert_sound().await;
}

#[tokio::test]
async fn r_2_an_order_taken_back_is_imported_anew_whatever_the_policy_for_updates() {
    let ledger = Ledger::new().await;
    let of = |order: Builder| order.of(RETAILER, ASKING_CONNECTION);
    let begin = async |import| {
        let begun = ledger
            .store
            .begin_import(RETAILER, ASKING_CONNECTION, import);
        begun.await.unwrap();
    };
    begin(IMPORT).await;
    ledger.apply(&[of(past(1).line("A", 3)).build()]).await;
    ledger.complete(IMPORT).await;
    ledger.undo(IMPORT).await;
    begin(SECOND).await;
    let again = of(an_order(1).at(5).line("A", 2).import(SECOND)).build();
    assert_eq!(ledger.apply_one(&again).await, Outcome::Recorded);
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-2));
    // An update after that waits for a person again.
    let update = of(an_order(1).at(9).line("A", 1)).build();
    assert_eq!(ledger.apply_one(&update).await, Outcome::Held);
}

#[tokio::test]
async fn r_2_webhooks_during_an_import_are_applied_once_and_only_its_own_orders_are_taken_back() {
    let ledger = Ledger::new().await;
    ledger.begin(IMPORT).await;
    ledger
        .apply(&[
            // The webhook is first; so the order is the shop's, not the import's.
            an_order(1).line("A", 1).delivery("hook 1").build(),
            past(1).line("A", 1).delivery("listed 1").build(),
            // The import is first, the webhook says the same.
            past(2).line("A", 10).delivery("listed 2").build(),
            an_order(2).line("A", 10).delivery("hook 2").build(),
            // ... says more, but moves nothing.
            past(3).line("A", 100).delivery("listed 3").build(),
            an_order(3)
                .at(60)
                .line("A", 100)
                .paid(100_000)
                .delivery("hook 3")
                .build(),
            // ... gives goods back.
            past(4).line("A", 1000).delivery("listed 4").build(),
            an_order(4)
                .at(60)
                .line("A", 1000)
                .restocked(0, 1)
                .delivery("hook 4")
                .build(),
        ])
        .await;
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-1110));
    ledger.complete(IMPORT).await;
    let counts = ledger.undo(IMPORT).await.counts;
    assert_eq!((counts.made, counts.already_recorded), (3, 1));
    assert_eq!((counts.undone, counts.kept), (2, 1));
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-1000));
    assert_eq!(ledger.undo_of(IMPORT, "1").await, None);
    assert_eq!(ledger.undo_of(IMPORT, "3").await, Some(Undo::Undone));
    let kept = Some(Undo::Kept(Kept::MovedSince));
    assert_eq!(ledger.undo_of(IMPORT, "4").await, kept);
    ledger.assert_sound().await;
}

#[tokio::test]
async fn r_2_what_was_a_sale_before_the_import_stays_one() {
    let ledger = Ledger::new().await;
    ledger.apply(&[an_order(1).line("A", 1).build()]).await;
    ledger.begin(IMPORT).await;
    ledger.apply(&[past(1).at(60).line("A", 2).build()]).await;
    ledger.complete(IMPORT).await;
    let counts = ledger.undo(IMPORT).await.counts;
    assert_eq!((counts.changed, counts.kept), (1, 1));
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-2));
    let kept = Some(Undo::Kept(Kept::SaleBefore));
    assert_eq!(ledger.undo_of(IMPORT, "1").await, kept);
}

/// Bringing in and taking back, ended at any moment and begun again: what is done twice counts once, and
/// what is half done not at all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_2_an_import_and_its_undoing_may_be_cut_off_at_any_moment() {
    const ORDERS: u64 = 240;
    const BATCH: usize = 40;
    let ledger = Arc::new(Ledger::new().await);
    ledger
        .apply(&[an_order(10_000).line("A", 5).line("B", 1).build()])
        .await;
    let before = ledger.stock().await;
    let orders: Vec<Incoming> = (1..=ORDERS)
        .map(|order| past(order).line("A", 1).line("B", 2).paid(3000).build())
        .collect();
    ledger.begin(IMPORT).await;
    let turn = AtomicU64::new(0);
    // Now and then longer, and longer as time goes by, so that it gets on.
    let patience = || {
        let turn = turn.fetch_add(7, Ordering::Relaxed);
        Duration::from_millis(turn % 60 + turn / 4)
    };

    let mut batches: Vec<&[Incoming]> = orders.chunks(BATCH).collect();
    while let Some(batch) = batches.pop() {
        let (ledger, batch_of) = (Arc::clone(&ledger), batch.to_vec());
        let applied = async move { ledger.store.apply(&batch_of).await.unwrap() };
        if tokio::time::timeout(patience(), applied).await.is_err() {
            batches.push(batch);
        }
    }
    let counts = ledger.complete(IMPORT).await.counts;
    assert_eq!(counts.made, i64::try_from(ORDERS).unwrap());
    let imported = ledger.stock().await;
    let sold = i64::try_from(ORDERS).unwrap() * Quantity::SCALE;
    assert_eq!(imported[&sku("A")], before[&sku("A")] - sold);
    assert_eq!(imported[&sku("B")], before[&sku("B")] - 2 * sold);

    loop {
        let undo = ledger.store.undo_import(RETAILER, IMPORT);
        if let Ok(undone) = tokio::time::timeout(patience(), undo).await
            && undone.unwrap().remaining == 0
        {
            break;
        }
    }
    assert_eq!(ledger.stock().await, before);
    ledger.assert_sound().await;
}

/// A batch that is on its way while its import is cancelled and taken back is in it and taken back, or left out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_2_nothing_slips_in_while_an_import_is_taken_back() {
    let ledger = Arc::new(Ledger::new().await);
    ledger.begin(IMPORT).await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..3_u64 {
        let ledger = Arc::clone(&ledger);
        writers.spawn(async move {
            for batch in 0..15_u64 {
                let first = writer * 1000 + batch * 10;
                let orders: Vec<Incoming> = (first..first + 10)
                    .map(|order| past(order + 1).line("A", 1).build())
                    .collect();
                ledger.store.apply(&orders).await.unwrap();
            }
        });
    }
    tokio::time::sleep(Duration::from_millis(60)).await;
    ledger.store.cancel_import(RETAILER, IMPORT).await.unwrap();
    let (first, second) = tokio::join!(ledger.undo(IMPORT), ledger.undo(IMPORT));
    assert_eq!(first.counts.made, second.counts.made);
    while let Some(ended) = writers.join_next().await {
        ended.unwrap();
    }
    assert!(ledger.stock().await.is_empty());
    let counts = ledger.view(IMPORT).await.counts;
    assert_eq!(counts.made, counts.undone);
    ledger.assert_sound().await;
}
