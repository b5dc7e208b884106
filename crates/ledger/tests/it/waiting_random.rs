//! Random histories of snapshots and of what people do, in any order: what must hold, holds.

use ledger::decide::{Incoming, Outcome};
use ledger::desk::{Act, Desk, DeskError, Subject};
use ledger::store::{ParkedFilter, SaleView};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use retail::{ConnectionId, ItemRef, SaleState, ShopOrderId, ShopVariantId, Sku};
use uuid::Uuid;

use crate::order::an_order;
use crate::support::{ASKING_CONNECTION, CONNECTION, Ledger, RETAILER};

/// Histories tried, each in a ledger of its own.
const CASES: u32 = 12;
const SKUS: [&str; 3] = ["A", "B", "C"];

#[derive(Clone, Debug)]
enum Step {
    Told(Snapshot),
    Retry(u64),
    RetryAll,
    Dismiss(u64),
    /// A variant is a SKU of ours.
    Remap(usize, usize),
    Apply(u64),
    Delete(usize),
    Restore,
}

#[derive(Clone, Debug)]
struct Snapshot {
    order: u64,
    second: i64,
    state: SaleState,
    /// Variant, SKU, units.
    lines: Vec<(usize, usize, i64)>,
    is_broken: bool,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let state = prop_oneof![
        6 => Just(SaleState::Closed),
        1 => Just(SaleState::Voided),
        1 => Just(SaleState::NotImported),
    ];
    let line = (0..4_usize, 0..SKUS.len(), 1..4_i64);
    let is_broken = prop_oneof![4 => Just(false), 1 => Just(true)];
    let snapshot = (1..5_u64, 0..5_i64, state, vec(line, 1..3), is_broken).prop_map(
        |(order, second, state, lines, is_broken)| Snapshot {
            order,
            second,
            state,
            lines,
            is_broken,
        },
    );
    let step = prop_oneof![
        10 => snapshot.prop_map(Step::Told),
        2 => (1..5_u64).prop_map(Step::Retry),
        1 => Just(Step::RetryAll),
        1 => (1..5_u64).prop_map(Step::Dismiss),
        1 => (0..4_usize, 0..SKUS.len()).prop_map(|(variant, sku)| Step::Remap(variant, sku)),
        2 => (1..5_u64).prop_map(Step::Apply),
        1 => (0..SKUS.len()).prop_map(Step::Delete),
        1 => Just(Step::Restore),
    ];
    vec(step, 1..30)
}

fn message(snapshot: &Snapshot, connection: ConnectionId, place: usize) -> Incoming {
    let mut order = an_order(snapshot.order)
        .at(snapshot.second)
        .state(snapshot.state)
        .delivery(&format!("delivery {place}"))
        .of(RETAILER, connection);
    for (variant, sku, units) in &snapshot.lines {
        let item = ItemRef {
            variant: ShopVariantId::new(&variant.to_string()).ok(),
            sku: Sku::new(SKUS[*sku]).ok(),
            barcode: None,
        };
        order = order.product(item, "Thing", *units);
    }
    if snapshot.is_broken {
        order = order.total(-1);
    }
    order.build()
}

/// What a person may be told instead of being obeyed.
fn allowed<T>(done: Result<T, DeskError>) -> Option<T> {
    match done {
        Ok(done) => Some(done),
        Err(
            DeskError::NotParked
            | DeskError::NotHeld
            | DeskError::UnknownSku(_)
            | DeskError::Refused { .. },
        ) => None,
        Err(error) => panic!("{error}"),
    }
}

async fn take(ledger: &Ledger, desk: &Desk, connection: ConnectionId, step: &Step, place: usize) {
    let act = Act {
        request: Uuid::from_u128(1 + place as u128),
        actor: String::new(),
        note: "why not".to_owned(),
    };
    let order = |id: &u64| ShopOrderId::new(&id.to_string()).unwrap();
    match step {
        Step::Told(snapshot) => {
            let outcome = ledger
                .apply_one(&message(snapshot, connection, place))
                .await;
            assert_ne!(outcome, Outcome::UnknownConnection);
        }
        Step::Retry(id) => {
            allowed(desk.retry(&act, RETAILER, connection, &order(id)).await);
        }
        Step::RetryAll => {
            let filter = ParkedFilter::default();
            let counts = allowed(desk.retry_all(&act, RETAILER, &filter).await);
            assert_eq!(counts.unwrap().remaining, 0);
        }
        Step::Dismiss(id) => {
            let subject = Subject::Order(id.to_string());
            allowed(desk.dismiss(&act, RETAILER, connection, &subject).await);
        }
        Step::Remap(variant, sku) => {
            let subject = Subject::Variant(variant.to_string());
            let sku = Sku::new(SKUS[*sku]).unwrap();
            allowed(desk.remap(&act, RETAILER, connection, &subject, &sku).await);
        }
        Step::Apply(id) => {
            let order = order(id);
            let applied = desk.apply_held(&act, RETAILER, connection, &order, None);
            allowed(applied.await);
        }
        Step::Delete(sku) => {
            let sku = SKUS[*sku];
            ledger.sql(&format!(
                "update ledger.item set deleted_at = now() where sku = '{sku}' and deleted_at is null"
            ));
        }
        Step::Restore => {
            ledger.sql(
                "update ledger.item i set deleted_at = null where not exists (
                    select from ledger.item o where o.sku = i.sku and o.deleted_at is null)",
            );
        }
    }
}

/// What people see, by order.
fn seen(mut sales: Vec<SaleView>) -> Vec<SaleView> {
    sales.sort_by(|a, b| a.order.cmp(&b.order));
    sales
}

async fn holds(connection: ConnectionId, steps: &[Step]) {
    let ledger = Ledger::new().await;
    let desk = ledger.desk();
    for (place, step) in steps.iter().enumerate() {
        take(&ledger, &desk, connection, step, place).await;
    }
    ledger.assert_sound().await;

    // All acts asked for again under their ids do nothing.
    let (sales, levels) = (seen(ledger.sales().await), ledger.levels().await);
    let parked = "select parked_key, reason, dismissed_at from ledger.parked_order order by 1";
    let before = ledger.sql(parked);
    for (place, step) in steps.iter().enumerate() {
        match step {
            Step::Told(_) | Step::RetryAll | Step::Delete(_) | Step::Restore => {}
            // What was refused may be asked for again.
            Step::Retry(_) | Step::Dismiss(_) | Step::Remap(..) | Step::Apply(_) => {
                let noted = format!(
                    "select count(*) from ledger.order_action where request_id = '{}'",
                    Uuid::from_u128(1 + place as u128)
                );
                if ledger.sql(&noted) != "0" {
                    take(&ledger, &desk, connection, step, place).await;
                }
            }
        }
    }
    assert_eq!(seen(ledger.sales().await), sales);
    assert_eq!(ledger.levels().await, levels);
    assert_eq!(ledger.sql(parked), before);

    // Nor does a repeat of the newest that is recorded of each order, or of anything older.
    for (place, step) in steps.iter().enumerate() {
        let Step::Told(snapshot) = step else { continue };
        let told = message(snapshot, connection, place);
        let at = "select coalesce(max(version_at), '-infinity') from ledger.shop_order where shop_order_id";
        let is_old = format!(
            "select ({at} = '{}') >= '{}'::timestamptz",
            snapshot.order,
            crate::order::PLACED_AT + jiff::SignedDuration::from_secs(snapshot.second)
        );
        if ledger.sql(&is_old) == "t" {
            ledger.apply_one(&told).await;
        }
    }
    assert_eq!(ledger.levels().await.len(), levels.len());
    ledger.assert_sound().await;
}

#[test]
fn sh_12_whatever_people_do_in_whatever_order_the_ledger_stays_sound() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        max_shrink_iters: 40,
        ..Config::default()
    };
    let connection = prop_oneof![Just(CONNECTION), Just(ASKING_CONNECTION)];
    TestRunner::new(config)
        .run(&(connection, steps()), |(connection, steps)| {
            runtime.block_on(holds(connection, &steps));
            Ok(())
        })
        .unwrap();
}
