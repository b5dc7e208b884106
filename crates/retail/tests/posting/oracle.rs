//! What must come of an order, from the set of its snapshots alone: the newest one that a sale can
//! be made of is the target, and lines it does not name are named by the newest one that does. Own
//! arithmetic on bare integers; `post` is never asked.

use std::collections::BTreeMap;

use retail::{
    Balance, Currency, ItemId, LineKey, LineKind, Order, PaymentKey, PaymentKind, SaleState,
    Version,
};

use crate::make::Snapshot;

#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub version: Version,
    pub state: SaleState,
    pub balance: Balance,
    pub currency: Currency,
    pub total: i64,
    pub received: i64,
    pub refunded: i64,
    pub tax: i64,
    /// Key, item and thousandths held, in the order's order.
    pub lines: Vec<(LineKey, ItemId, i64)>,
    /// What is booked, zero amounts left out.
    /// Each with its means.
    pub payments: BTreeMap<(PaymentKey, PaymentKind, Currency), (i64, String)>,
}

/// `None`: no sale.
pub fn outcome<'a>(snapshots: impl IntoIterator<Item = &'a Snapshot>) -> Option<Outcome> {
    let mut bookable: Vec<&Snapshot> = snapshots
        .into_iter()
        .filter(|snapshot| is_bookable(&snapshot.order))
        .collect();
    bookable.sort_by_key(|snapshot| snapshot.order.version);
    let (newest, earlier) = bookable.split_last()?;
    Some(target(newest, earlier))
}

/// Whether a sale can be made of it.
pub fn is_bookable(order: &Order) -> bool {
    order.state.is_imported() && adds_up(order) && restocks_soundly(order)
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

/// Whether every line gives back no more than it took, and no less than nothing.
pub fn restocks_soundly(order: &Order) -> bool {
    order.lines.iter().all(|line| {
        let most = line.quantity.milli().max(0);
        (0..=most).contains(&line.restocked.milli())
    })
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

/// Whether the shop says what the line is of.
pub fn is_named(kind: &LineKind) -> bool {
    match kind {
        LineKind::Product(item) => item.sku.is_some(),
        LineKind::Shipping
        | LineKind::Handling
        | LineKind::GiftWrapping
        | LineKind::Fee
        | LineKind::Rounding => true,
    }
}

/// `earlier` is sorted, the oldest first.
fn target(snapshot: &Snapshot, earlier: &[&Snapshot]) -> Outcome {
    let order = &snapshot.order;
    let total = order.total.minor();
    let paid = |kind| -> i64 {
        let amounts = order.payments.iter().filter(|p| p.kind == kind);
        amounts.map(|p| p.amount.minor()).sum()
    };
    let named_by = |teller: &Snapshot, key: &LineKey| -> Option<ItemId> {
        let mut lines = teller.order.lines.iter().zip(&teller.items);
        let told = lines.find(|(line, _)| line.key == *key && is_named(&line.kind));
        told.map(|(_, item)| *item)
    };
    let item = |key: &LineKey, stand_in: ItemId| -> ItemId {
        let newest_first = std::iter::once(snapshot).chain(earlier.iter().rev().copied());
        let mut names = newest_first.filter_map(|teller| named_by(teller, key));
        names.next().unwrap_or(stand_in)
    };
    let received = paid(PaymentKind::Received);
    Outcome {
        version: order.version,
        state: order.state,
        // What is asked, or is to be given back, and what of it was.
        balance: if (total >= 0 && received >= total) || (total < 0 && received <= total) {
            Balance::Paid
        } else if (total >= 0 && received > 0) || (total < 0 && received < 0) {
            Balance::PartPaid
        } else {
            Balance::Unpaid
        },
        currency: order.total.currency(),
        total,
        received,
        refunded: paid(PaymentKind::Refunded),
        tax: order.lines.iter().map(|line| line.tax.minor()).sum(),
        lines: order
            .lines
            .iter()
            .zip(&snapshot.items)
            .map(|(line, stand_in)| {
                let sold = line.quantity.milli() - line.restocked.milli();
                let held = match (order.state, &line.kind) {
                    (SaleState::Closed, LineKind::Product(_)) => sold,
                    (SaleState::Voided | SaleState::Unfinished | SaleState::NotImported, _)
                    | (
                        _,
                        LineKind::Shipping
                        | LineKind::Handling
                        | LineKind::GiftWrapping
                        | LineKind::Fee
                        | LineKind::Rounding,
                    ) => 0,
                };
                (line.key.clone(), item(&line.key, *stand_in), held)
            })
            .collect(),
        payments: order
            .payments
            .iter()
            .map(|p| {
                let key = (p.key.clone(), p.kind, p.amount.currency());
                (key, (p.amount.minor(), p.method.clone()))
            })
            .filter(|(_, (amount, _))| *amount != 0)
            .collect(),
    }
}
