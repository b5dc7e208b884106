//! What must come of an order, from the set of its snapshots alone: the newest one that a sale can
//! be made of is the target. Own arithmetic on bare integers; `post` is never asked.

use std::collections::BTreeMap;

use retail::{
    Balance, ItemId, LineKey, LineKind, Order, PaymentKey, PaymentKind, SaleState, Version,
};

use crate::make::Snapshot;

#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub version: Version,
    pub state: SaleState,
    pub balance: Balance,
    pub total: i64,
    pub received: i64,
    pub refunded: i64,
    pub tax: i64,
    /// Key, item and thousandths held, in the order's order.
    pub lines: Vec<(LineKey, ItemId, i64)>,
    /// What is booked, zero amounts left out.
    pub payments: BTreeMap<(PaymentKey, PaymentKind), i64>,
}

/// `None`: no sale.
pub fn outcome<'a>(snapshots: impl IntoIterator<Item = &'a Snapshot>) -> Option<Outcome> {
    snapshots
        .into_iter()
        .filter(|snapshot| snapshot.order.state != SaleState::NotImported)
        .filter(|snapshot| adds_up(&snapshot.order))
        .max_by_key(|snapshot| snapshot.order.version)
        .map(target)
}

/// Whether lines and their taxes come to the shop's total.
pub fn adds_up(order: &Order) -> bool {
    let lines: i64 = order
        .lines
        .iter()
        .map(|line| line.net.minor() + line.tax.minor())
        .sum();
    lines == order.total.minor()
}

/// Stock that is not zero, in thousandths, when nothing but these sales ever moved it.
pub fn stock<'a>(outcomes: impl IntoIterator<Item = &'a Outcome>) -> BTreeMap<ItemId, i64> {
    let mut levels = BTreeMap::new();
    for outcome in outcomes {
        for (_, item, held) in &outcome.lines {
            *levels.entry(*item).or_insert(0) -= held;
        }
    }
    levels.retain(|_, level| *level != 0);
    levels
}

fn target(snapshot: &Snapshot) -> Outcome {
    let order = &snapshot.order;
    let total = order.total.minor();
    let paid = |kind| -> i64 {
        let amounts = order.payments.iter().filter(|p| p.kind == kind);
        amounts.map(|p| p.amount.minor()).sum()
    };
    let received = paid(PaymentKind::Received);
    Outcome {
        version: order.version,
        state: order.state,
        balance: if received >= total {
            Balance::Paid
        } else if received > 0 {
            Balance::PartPaid
        } else {
            Balance::Unpaid
        },
        total,
        received,
        refunded: paid(PaymentKind::Refunded),
        tax: order.lines.iter().map(|line| line.tax.minor()).sum(),
        lines: order
            .lines
            .iter()
            .zip(&snapshot.items)
            .map(|(line, item)| {
                let sold = line.quantity.milli() - line.restocked.milli();
                let held = match (order.state, &line.kind) {
                    (SaleState::Closed, LineKind::Product(_)) => sold,
                    (SaleState::Voided | SaleState::NotImported, _)
                    | (_, LineKind::Shipping | LineKind::Fee | LineKind::Rounding) => 0,
                };
                (line.key.clone(), *item, held)
            })
            .collect(),
        payments: order
            .payments
            .iter()
            .map(|p| ((p.key.clone(), p.kind), p.amount.minor()))
            .filter(|(_, amount)| *amount != 0)
            .collect(),
    }
}
