//! What a batch is cut from, repeated by or run beside makes no difference.

use std::collections::BTreeMap;

use ledger::consume::book;
use ledger::decide::{Incoming, Outcome};
use ledger::store;
use retail::{ItemRef, SaleState, ShopVariantId, Sku};

use crate::order::{Builder, an_order};
use crate::support::{CONNECTION, Ledger, OTHER_CONNECTION, OUTLET, RETAILER, a_store, app};

/// Three versions of each of many orders that share a few SKUs.
fn histories(orders: u64) -> Vec<Incoming> {
    let version = |id: u64, second: i64| -> Builder {
        let units = i64::try_from(id % 3).unwrap() + second + 1;
        an_order(id)
            .line("HOT", units)
            .line(&format!("S{}", id % 7), 1)
            .at(second)
            .placed(i64::try_from(id).unwrap())
    };
    let mut messages = Vec::new();
    for id in 1..=orders {
        messages.push(version(id, 0).build());
        messages.push(version(id, 1).paid(1000).build());
        let last = if id % 5 == 0 {
            SaleState::Voided
        } else {
            SaleState::Closed
        };
        messages.push(version(id, 2).state(last).build());
    }
    messages
}

/// What counts in the end.
async fn end(ledger: &Ledger) -> (Vec<(String, i64)>, BTreeMap<String, String>) {
    ledger.assert_sound().await;
    let levels = ledger.levels().await;
    let levels = levels
        .into_iter()
        .map(|level| (level.sku, level.on_hand.milli()));
    let sales = ledger.sales().await;
    let sales = sales.into_iter().map(|sale| {
        let said = format!(
            "{} {} {} {:?}",
            sale.state,
            sale.balance,
            sale.total,
            sale.lines.len()
        );
        (sale.order, said)
    });
    (
        levels.filter(|(_, on_hand)| *on_hand != 0).collect(),
        sales.collect(),
    )
}

/// The same messages in an order made of a seed.
fn shuffled(mut messages: Vec<Incoming>, seed: u64) -> Vec<Incoming> {
    let mut state = seed;
    for last in (1..messages.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let other = usize::try_from(state >> 33).unwrap() % (last + 1);
        messages.swap(last, other);
    }
    messages
}

#[tokio::test]
async fn duplicates_and_shuffles_and_cuts_end_alike() {
    let messages = histories(20);
    let ledger = Ledger::new().await;
    ledger.apply(&messages).await;
    let expected = end(&ledger).await;
    for (seed, size) in [(1, 1), (2, 7), (3, 60), (4, 1000)] {
        let ledger = Ledger::new().await;
        let mut doubled = messages.clone();
        doubled.extend(messages.clone());
        for batch in shuffled(doubled, seed).chunks(size) {
            ledger.apply(batch).await;
        }
        assert_eq!(
            end(&ledger).await,
            expected,
            "seed {seed}, batches of {size}"
        );
    }
}

#[tokio::test]
async fn a_batch_applied_again_after_a_crash_before_the_acknowledgement_changes_nothing() {
    let ledger = Ledger::new().await;
    let messages = histories(10);
    ledger.apply(&messages).await;
    let before = ledger.sql(
        "select sum(version) from ledger.stock_level; select max(changed_xid) from ledger.sale",
    );
    let outcomes = ledger.apply(&messages).await;
    assert!(
        outcomes
            .iter()
            .all(|outcome| *outcome == Outcome::AlreadyRecorded),
        "{outcomes:?}"
    );
    let after = ledger.sql(
        "select sum(version) from ledger.stock_level; select max(changed_xid) from ledger.sale",
    );
    assert_eq!(before, after);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_with_the_same_orders_at_once_neither_deadlock_nor_apply_twice() {
    let messages = histories(30);
    let alone = Ledger::new().await;
    alone.apply(&messages).await;
    let expected = end(&alone).await;

    let ledger = Ledger::new().await;
    let mut tasks = tokio::task::JoinSet::new();
    for seed in 0..6 {
        // Each as another process would be: with a pool of its own.
        let store = a_store(store::write_pool(&app(&ledger.database)));
        let messages = shuffled(messages.clone(), seed);
        tasks.spawn(async move {
            for batch in messages.chunks(25) {
                book(&store, batch).await.unwrap();
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    assert_eq!(end(&ledger).await, expected);
    assert_eq!(
        ledger.sql("select count(*) from ledger.item"),
        "8",
        "none registered twice"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_that_writers_meet_at_once_for_the_first_time_is_made_once_and_parks_nothing() {
    const ITEMS: u64 = 60;
    const WRITERS: u64 = 4;

    let ledger = Ledger::new().await;
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let store = a_store(store::write_pool(&app(&ledger.database)));
        tasks.spawn(async move {
            for item in 0..ITEMS {
                let product = ItemRef {
                    variant: ShopVariantId::new(&item.to_string()).ok(),
                    sku: Sku::new(&format!("S-{item}")).ok(),
                    barcode: None,
                };
                let order = an_order(1 + writer * ITEMS + item).product(product, "Thing", 1);
                book(&store, &[order.build()]).await.unwrap();
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    let count = |table: &str| ledger.sql(&format!("select count(*) from ledger.{table}"));
    assert_eq!(count("parked_order"), "0");
    assert_eq!(count("item"), ITEMS.to_string());
    assert_eq!(count("sale"), (ITEMS * WRITERS).to_string());
}

#[tokio::test]
async fn two_connections_have_orders_of_the_same_id() {
    let ledger = Ledger::new().await;
    let orders: Vec<Incoming> = [CONNECTION, OTHER_CONNECTION]
        .map(|connection| an_order(1).line("A", 1).of(RETAILER, connection).build())
        .into();
    ledger.apply(&orders).await;
    assert_eq!(ledger.sales().await.len(), 2);
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-1));
    ledger.assert_sound().await;
}

#[tokio::test]
async fn an_empty_batch_and_an_empty_order_are_fine() {
    let ledger = Ledger::new().await;
    assert!(ledger.apply(&[]).await.is_empty());
    assert_eq!(
        ledger.apply_one(&an_order(1).build()).await,
        Outcome::Recorded
    );
    ledger.assert_sound().await;
}
