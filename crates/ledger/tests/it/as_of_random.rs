//! Random sales, edits and refunds in two outlets: at every instant stock was what a replay up to it gives.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use ledger::decide::Incoming;
use ledger::store::{AsOf, LevelAsOf, LevelView};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use retail::SaleState;
use service::clock::{Clock as _, ManualClock};
use uuid::Uuid;

use crate::order::{PLACED_AT, an_order};
use crate::support::{CONNECTION, Ledger, OTHER_CONNECTION, RETAILER};

/// Histories tried, each in a ledger of its own.
const CASES: u32 = 12;
const SKUS: [&str; 4] = ["A", "B", "C", "D"];
/// Rows of a page: pages end everywhere.
const PAGE: i64 = 3;
/// Movements of an item in an outlet, in any case.
const MOVEMENTS: i64 = 10_000;

#[derive(Clone, Debug)]
struct Snapshot {
    order: u64,
    second: i64,
    state: SaleState,
    /// Units of each SKU.
    lines: Vec<(usize, i64)>,
    restocked: i64,
}

/// What is told at once, so many microseconds after what was told before.
#[derive(Clone, Debug)]
struct Told {
    after: i64,
    snapshots: Vec<Snapshot>,
}

/// On hand, in thousandths, by item and outlet.
type Levels = BTreeMap<(Uuid, Uuid), i64>;

fn told() -> impl Strategy<Value = Told> {
    let state = prop_oneof![
        6 => Just(SaleState::Closed),
        2 => Just(SaleState::Voided),
        1 => Just(SaleState::NotImported),
    ];
    let lines = vec((0..SKUS.len(), 1..5_i64), 1..4);
    let snapshot = (1..7_u64, 0..6_i64, state, lines, 0..2_i64).prop_map(
        |(order, second, state, lines, restocked)| Snapshot {
            order,
            second,
            state,
            lines,
            restocked,
        },
    );
    (0..4_i64, vec(snapshot, 1..5)).prop_map(|(after, snapshots)| Told { after, snapshots })
}

fn message(snapshot: &Snapshot, place: usize) -> Incoming {
    let connection = [CONNECTION, OTHER_CONNECTION][usize::from(snapshot.order > 3)];
    let mut order = an_order(snapshot.order)
        .of(RETAILER, connection)
        .at(snapshot.second)
        .state(snapshot.state)
        .delivery(&format!("delivery {place}"));
    for (sku, units) in &snapshot.lines {
        order = order.line(SKUS[*sku], *units);
    }
    order.restocked(0, snapshot.restocked).build()
}

async fn as_of(ledger: &Ledger, at: Timestamp) -> Vec<LevelAsOf> {
    let asked = AsOf {
        at,
        outlet: None,
        item: None,
        sku: None,
    };
    let mut all: Vec<LevelAsOf> = Vec::new();
    loop {
        let after = all.last().map(LevelAsOf::key);
        let page = ledger
            .reader
            .levels_as_of(RETAILER, &asked, after.as_ref(), PAGE);
        let page = page.await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

fn figures(levels: &[LevelAsOf]) -> Levels {
    let of = |level: &LevelAsOf| ((level.item, level.outlet), level.on_hand.milli());
    levels.iter().map(of).collect()
}

/// What every movement up to then adds up to.
fn replay(movements: &[(Uuid, Uuid, i64, Timestamp)], at: Timestamp) -> Levels {
    let mut levels = Levels::new();
    for (item, outlet, milli, booked_at) in movements {
        if *booked_at <= at {
            *levels.entry((*item, *outlet)).or_default() += milli;
        }
    }
    levels
}

async fn holds(history: Vec<Told>, others: Vec<i64>) {
    let clock = ManualClock::at(PLACED_AT);
    let ledger = Ledger::at(clock.clone()).await;
    // What the levels were after each batch, by its stamp; of several with one stamp, after the last.
    let mut seen: BTreeMap<Timestamp, Levels> = BTreeMap::new();
    for (number, Told { after, snapshots }) in history.iter().enumerate() {
        clock.advance(SignedDuration::from_micros(*after));
        let places = number * 10..;
        let messages = snapshots.iter().zip(places);
        let batch: Vec<Incoming> = messages.map(|(told, place)| message(told, place)).collect();
        ledger.apply(&batch).await;
        let levels = ledger.levels().await;
        let of = |level: LevelView| ((level.item, level.outlet), level.on_hand.milli());
        seen.insert(clock.now(), levels.into_iter().map(of).collect());
    }
    let mut movements = Vec::new();
    let now = ledger.levels().await;
    for level in &now {
        let of_it = ledger
            .reader
            .list_movements(RETAILER, level.item, level.outlet, None, MOVEMENTS)
            .await
            .unwrap();
        movements.extend(of_it.into_iter().map(|movement| {
            let milli = movement.quantity.milli();
            (level.item, level.outlet, milli, movement.recorded_at)
        }));
    }
    let others = others
        .iter()
        .map(|micros| PLACED_AT + SignedDuration::from_micros(*micros));
    let around = |stamp: &Timestamp| [-1, 0, 1].map(|by| *stamp + SignedDuration::from_micros(by));
    for at in seen.keys().flat_map(around).chain(others) {
        let told = figures(&as_of(&ledger, at).await);
        assert_eq!(told, replay(&movements, at), "{at}");
        let then = seen.range(..=at).next_back();
        let then = then.map(|(_, levels)| levels.clone());
        assert_eq!(told, then.unwrap_or_default(), "{at}");
    }
    let as_of_now: Vec<LevelAsOf> = now
        .into_iter()
        .map(|level| LevelAsOf {
            item: level.item,
            sku: level.sku,
            name: level.name,
            outlet: level.outlet,
            outlet_name: level.outlet_name,
            on_hand: level.on_hand,
            moved_at: level.changed_at.unwrap(),
        })
        .collect();
    assert_eq!(as_of(&ledger, clock.now()).await, as_of_now);
    ledger.assert_sound().await;
}

#[test]
fn r_07_stock_at_any_past_instant_is_a_replay_up_to_it() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(
            &(vec(told(), 1..16), vec(0..50_i64, 4)),
            |(history, others)| {
                runtime.block_on(holds(history, others));
                Ok(())
            },
        )
        .unwrap();
}
