//! Random histories through the store, in random batches, against the pure fold.

use std::collections::{BTreeMap, BTreeSet};

use ledger::decide::{Body, Incoming};
use proptest::collection::vec;
use proptest::prelude::*;
use retail::posting::{OrderUpdates, Policy, Posting, post};
use retail::sale::Recorded;
use retail::{
    Currency, ItemId, LineKind, Money, Order, OrderLine, Quantity, SaleState, ShopOrderId,
    StockRule,
};
use uuid::Uuid;

use crate::cases::hold;
use crate::order::an_order;
use crate::support::{CONNECTION, Ledger, OUTLET, RETAILER};

/// Histories tried, each with orders and SKUs of its own.
const CASES: u32 = 150;
/// Apart from each other, the orders of two cases.
const ORDERS_PER_CASE: u64 = 100;

#[derive(Clone, Debug)]
struct Snapshot {
    order: u64,
    second: i64,
    state: SaleState,
    /// Units of each SKU; of nothing but a name where the shop has forgotten it.
    lines: Vec<(usize, i64, bool)>,
    restocked: i64,
    in_euros: bool,
    paid: i64,
    refunded: i64,
    bad_total: bool,
}

const SKUS: [&str; 4] = ["A", "B", "C", "D"];

fn snapshots() -> impl Strategy<Value = Vec<Snapshot>> {
    let state = prop_oneof![
        6 => Just(SaleState::Closed),
        2 => Just(SaleState::Voided),
        1 => Just(SaleState::NotImported),
    ];
    let is_forgotten = prop_oneof![3 => Just(false), 1 => Just(true)];
    let lines = vec((0..SKUS.len(), 1..5_i64, is_forgotten), 0..4);
    // Less than nothing is refused.
    let restocked = prop_oneof![10 => 0..2_i64, 1 => Just(-1)];
    let in_euros = prop_oneof![4 => Just(false), 1 => Just(true)];
    let snapshot = (
        1..6_u64,
        0..6_i64,
        state,
        lines,
        restocked,
        0..3_i64,
        0..3_i64,
        0..10_u8,
        in_euros,
    )
        .prop_map(
            |(order, second, state, lines, restocked, paid, refunded, bad, in_euros)| Snapshot {
                order,
                second,
                state,
                lines,
                restocked,
                in_euros,
                paid: paid * 700,
                refunded: refunded * 300,
                bad_total: bad == 0,
            },
        );
    vec(snapshot, 1..40)
}

fn message(snapshot: &Snapshot, place: usize, case: u64) -> Incoming {
    let mut builder = an_order(case * ORDERS_PER_CASE + snapshot.order)
        .at(snapshot.second)
        .state(snapshot.state)
        .delivery(&format!("delivery {place}"));
    for (sku, units, is_forgotten) in &snapshot.lines {
        let sku = sku_of(case, SKUS[*sku]);
        builder = if *is_forgotten {
            builder.nameless(&sku, *units)
        } else {
            builder.line(&sku, *units)
        };
    }
    if !snapshot.lines.is_empty() {
        builder = builder.restocked(0, snapshot.restocked);
    }
    if snapshot.paid > 0 {
        builder = builder.paid(snapshot.paid);
    }
    if snapshot.refunded > 0 {
        builder = builder.refunded("refund:1", snapshot.refunded);
    }
    if snapshot.bad_total {
        builder = builder.total(-1);
    }
    if snapshot.in_euros {
        builder = builder.currency(Currency::EUR);
    }
    builder.build()
}

fn sku_of(case: u64, sku: &str) -> String {
    format!("{case}-{sku}")
}

fn order_of(message: &Incoming) -> &Order {
    match &message.body {
        Body::Order { order, email: _ } => order,
        Body::Refused(_) => panic!("none here"),
    }
}

/// What the rules alone say: the sales, and what left the outlet.
fn fold(messages: &[Incoming]) -> (BTreeMap<ShopOrderId, Recorded>, BTreeMap<&'static str, i64>) {
    let policy = Policy {
        updates: OrderUpdates::Apply,
        stock_rule: StockRule::AtOrder,
    };
    let mut sales: BTreeMap<ShopOrderId, Recorded> = BTreeMap::new();
    let mut levels = BTreeMap::new();
    for message in messages {
        let order = order_of(message);
        let items: Vec<ItemId> = order.lines.iter().map(item_of).collect();
        let recorded = sales.get(&order.key.order);
        let (after, movements) = match post(recorded, policy, order, &items) {
            Ok(Posting::Record(changes)) => {
                let after = Recorded::after(recorded, order, &changes).unwrap();
                (after, changes.movements)
            }
            Ok(Posting::Repoint(repointing)) => {
                let after = recorded.unwrap().clone().repointed(&repointing);
                (after, repointing.movements)
            }
            Ok(Posting::AlreadyRecorded | Posting::NotImported { .. } | Posting::Held) | Err(_) => {
                continue;
            }
        };
        sales.insert(order.key.order.clone(), after);
        for movement in &movements {
            if let Some(sku) = sku_named_by(movement.item) {
                *levels.entry(sku).or_insert(0) += movement.quantity.milli();
            }
        }
    }
    levels.retain(|_, on_hand| *on_hand != 0);
    (sales, levels)
}

/// A number for each SKU; the stand-ins, by the same names, count on from there.
fn item_of(line: &OrderLine) -> ItemId {
    let LineKind::Product(item) = &line.kind else {
        panic!("products only")
    };
    let (name, first) = match &item.sku {
        Some(sku) => (sku.as_str(), 0),
        None => (line.name.as_str(), SKUS.len()),
    };
    let place = SKUS.iter().position(|known| name.ends_with(known)).unwrap();
    ItemId::new(Uuid::from_u128((first + place) as u128))
}

/// `None`: a stand-in.
fn sku_named_by(item: ItemId) -> Option<&'static str> {
    SKUS.get(usize::try_from(item.uuid().as_u128()).unwrap())
        .copied()
}

async fn holds(ledger: &Ledger, case: u64, snapshots: &[Snapshot], cuts: &[usize]) {
    let messages: Vec<Incoming> = snapshots
        .iter()
        .enumerate()
        .map(|(place, snapshot)| message(snapshot, place, case))
        .collect();
    let (sales, levels) = fold(&messages);
    let mut rest = messages.as_slice();
    for cut in cuts.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (batch, after) = rest.split_at((*cut).min(rest.len()));
        ledger.apply(batch).await;
        rest = after;
    }
    let orders: BTreeSet<&ShopOrderId> = messages
        .iter()
        .map(|message| &order_of(message).key.order)
        .collect();
    for order in orders {
        let receipt = ledger
            .reader
            .receipt(RETAILER, CONNECTION.uuid(), order)
            .await
            .unwrap()
            .unwrap();
        let recorded = sales.get(order);
        assert_eq!(receipt.sale.is_some(), recorded.is_some(), "{order}");
        let Some((sale, recorded)) = receipt.sale.zip(recorded) else {
            continue;
        };
        assert_eq!(
            (sale.state, sale.total),
            (recorded.state, recorded.total),
            "{order}"
        );
        let deducted: Vec<Quantity> = sale.lines.iter().map(|line| line.deducted).collect();
        let expected: Vec<Quantity> = recorded.lines.iter().map(|line| line.deducted).collect();
        assert_eq!(deducted, expected, "{order}");
        let skus: Vec<Option<String>> = sale.lines.into_iter().map(|line| line.sku).collect();
        let expected = recorded.lines.iter().map(|line| sku_named_by(line.item));
        let expected: Vec<Option<String>> = expected
            .map(|sku| sku.map(|sku| sku_of(case, sku)))
            .collect();
        assert_eq!(skus, expected, "{order}");
        let payments: BTreeMap<(&str, &str), Money> = sale
            .payments
            .iter()
            .map(|payment| {
                (
                    (payment.key.as_str(), payment.kind.as_str()),
                    payment.amount,
                )
            })
            .collect();
        let booked = recorded
            .payments
            .iter()
            .filter(|payment| !payment.amount.is_zero());
        let booked: BTreeMap<(&str, &str), Money> = booked
            .map(|payment| {
                (
                    (payment.key.as_str(), payment.kind.as_str()),
                    payment.amount,
                )
            })
            .collect();
        assert_eq!(payments, booked, "{order}");
    }
    for sku in SKUS {
        let on_hand = ledger
            .on_hand(&sku_of(case, sku), OUTLET)
            .await
            .unwrap_or(0);
        let expected = levels.get(sku).copied().unwrap_or(0);
        assert_eq!(on_hand * Quantity::SCALE, expected, "{sku}");
    }
}

#[test]
fn random_histories_in_random_batches_equal_the_pure_fold() {
    let histories = (snapshots(), vec(1..12_usize, 1..6));
    hold(
        CASES,
        &histories,
        &async |ledger, case, (snapshots, cuts)| {
            holds(ledger, case, &snapshots, &cuts).await;
        },
    );
}
