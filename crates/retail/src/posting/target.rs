//! What a snapshot asks for by itself, checked; what was recorded before plays no part.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::ItemId;
use crate::money::{Money, MoneyError};
use crate::order::{LineKind, Order, OrderLine, OrderPayment, PaymentKind};
use crate::quantity::{Quantity, QuantityError};
use crate::sale::RecordedLine;
use crate::status::{Balance, SaleState};
use crate::stock::{Holding, StockRule};
use crate::text::{LineKey, PaymentKey};

use super::Refusal;

/// No line may hold more, in thousandths, and no payment be of more, in minor units: so that the
/// difference of any two snapshots can be booked, whichever came first.
const DIFFERENCE_LIMIT: u64 = i64::MAX.unsigned_abs() / 2;

/// What an order's invoices have to do with its lines, and how much of each is invoiced.
#[derive(Clone, Copy)]
pub(super) struct Taking<'a> {
    pub rule: StockRule,
    pub invoiced: Option<&'a BTreeMap<LineKey, Quantity>>,
}

/// The sale that a snapshot alone would make, of which so much is invoiced.
pub(super) struct Target<'a> {
    pub balance: Balance,
    pub received: Money,
    pub refunded: Money,
    pub tax: Money,
    /// In the order's order. A line that names no item is of its stand-in.
    pub lines: Vec<RecordedLine>,
    pub payments: Payments<'a>,
}

/// What the order tells of each payment.
pub(super) type Payments<'a> = BTreeMap<(&'a PaymentKey, PaymentKind), &'a OrderPayment>;

impl<'a> Target<'a> {
    pub fn of(order: &'a Order, items: &[ItemId], taking: Taking<'_>) -> Result<Self, Refusal> {
        if order.lines.len() > Order::LINES_LIMIT {
            return Err(Refusal::TooManyLines(order.lines.len()));
        }
        let amounts = order.lines.iter().flat_map(|line| [line.net, line.tax]);
        let sum = Money::sum(order.currency(), amounts)?;
        if sum != order.total {
            return Err(Refusal::TotalsMismatch {
                lines: sum,
                total: order.total,
            });
        }
        let received = paid(order, PaymentKind::Received)?;
        Ok(Self {
            balance: Balance::of(order.total, received)?,
            received,
            refunded: paid(order, PaymentKind::Refunded)?,
            tax: Money::sum(order.currency(), order.lines.iter().map(|line| line.tax))?,
            lines: lines(order, items, taking)?,
            payments: payments(order)?,
        })
    }
}

/// What each line should hold of its item: what was sold less what went back, or nothing when the
/// sale is void.
fn lines(
    order: &Order,
    items: &[ItemId],
    taking: Taking<'_>,
) -> Result<Vec<RecordedLine>, Refusal> {
    let mut lines = Vec::with_capacity(order.lines.len());
    let mut keys = BTreeSet::new();
    for (line, item) in order.lines.iter().zip(items) {
        if !keys.insert(&line.key) {
            return Err(Refusal::LineTwice(line.key.clone()));
        }
        let Holding { deducted, awaiting } = taking.split(&line.key, held(order.state, line)?)?;
        lines.push(RecordedLine {
            key: line.key.clone(),
            item: *item,
            named: line.kind.names_item().then_some(order.version),
            deducted,
            awaiting,
        });
    }
    Ok(lines)
}

impl Taking<'_> {
    fn split(self, line: &LineKey, held: Quantity) -> Result<Holding, QuantityError> {
        let invoiced = self.invoiced.and_then(|invoiced| invoiced.get(line));
        self.rule.split(held, invoiced.copied().unwrap_or_default())
    }
}

fn held(state: SaleState, line: &OrderLine) -> Result<Quantity, Refusal> {
    if line.restocked < Quantity::ZERO {
        return Err(Refusal::RestockNegative(line.key.clone()));
    }
    // A line of negative quantity is a return within the order and puts stock back by itself:
    // there is nothing of it that a refund could return once more.
    if line.restocked > line.quantity.max(Quantity::ZERO) {
        return Err(Refusal::RestockExceedsQuantity(line.key.clone()));
    }
    let kept = line.quantity.checked_sub(line.restocked)?;
    if kept.milli().unsigned_abs() > DIFFERENCE_LIMIT {
        return Err(QuantityError::Overflow.into());
    }
    Ok(match (&line.kind, state) {
        (LineKind::Product(_), SaleState::Closed) => kept,
        (
            LineKind::Product(_),
            SaleState::Voided | SaleState::Unfinished | SaleState::NotImported,
        )
        | (
            LineKind::Shipping
            | LineKind::Handling
            | LineKind::GiftWrapping
            | LineKind::Fee
            | LineKind::Rounding,
            _,
        ) => Quantity::ZERO,
    })
}

fn payments(order: &Order) -> Result<Payments<'_>, Refusal> {
    let mut payments = BTreeMap::new();
    for payment in &order.payments {
        let OrderPayment {
            key, kind, amount, ..
        } = payment;
        if amount.minor().unsigned_abs() > DIFFERENCE_LIMIT {
            return Err(MoneyError::Overflow.into());
        }
        if payments.insert((key, *kind), payment).is_some() {
            return Err(Refusal::PaymentTwice(key.clone()));
        }
    }
    Ok(payments)
}

/// In the order's currency, or not at all.
fn paid(order: &Order, wanted: PaymentKind) -> Result<Money, MoneyError> {
    let amounts = order
        .payments
        .iter()
        .filter(|payment| payment.kind == wanted)
        .map(|payment| payment.amount);
    Money::sum(order.currency(), amounts)
}
