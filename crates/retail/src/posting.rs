//! What an order's snapshot does to its sale and to stock. The heart of Comptoir.
//!
//! A snapshot is a target, not a change: movements are what is desired less what was applied, so a
//! repeat changes nothing, an older snapshot changes nothing, and a cancellation, a refund or an
//! edit needs no case of its own. The newest snapshot is the one with the greatest [`Version`]
//! among those a sale can be made of; the end state therefore depends on *which* snapshots were
//! seen and never on their order, their number or the crashes between them.
//!
//! [`Version`]: crate::version::Version

use std::collections::BTreeMap;

use crate::ids::ItemId;
use crate::money::{Money, MoneyError};
use crate::order::{LineKind, Order, OrderLine, OrderPayment, PaymentKind};
use crate::quantity::{Quantity, QuantityError};
use crate::sale::{Recorded, RecordedLine, RecordedPayment};
use crate::status::{Balance, SaleState};
use crate::text::{LineKey, PaymentKey};

/// What a connection's settings say about updates of orders that are sales already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderUpdates {
    /// The sale follows the shop (WC-1).
    Apply,
    /// The update is kept and shown; the sale stays until a person applies it (SH-12).
    Ask,
}

/// The part of a connection's settings that a decision depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    pub updates: OrderUpdates,
}

/// What is to be done about a snapshot. A repeat is not an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posting {
    /// This version or a newer one was applied before: nothing to do.
    AlreadyRecorded,
    /// No sale is made of such a snapshot. A sale made before stays as it is (BC-4).
    NotImported { sale_exists: bool },
    /// A newer version that waits for a person (SH-12).
    Held,
    /// The sale becomes what the snapshot says.
    Record(Changes),
}

/// Everything that must change, all at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    pub state: SaleState,
    pub balance: Balance,
    /// Money taken in, refunds not subtracted.
    pub received: Money,
    /// Money given back, as a positive amount.
    pub refunded: Money,
    /// Tax within the total.
    pub tax: Money,
    /// The sale's lines from now on, in the order's order.
    pub lines: Vec<RecordedLine>,
    /// Changes of stock on hand, in line order; empty when nothing moves.
    pub movements: Vec<Movement>,
    pub payments: Vec<PaymentChange>,
}

/// One change of one item's stock in the sale's outlet. Negative when goods leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    pub line: LineKey,
    pub item: ItemId,
    pub quantity: Quantity,
}

/// The difference to book under one payment key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentChange {
    pub key: PaymentKey,
    pub kind: PaymentKind,
    pub amount: Money,
}

/// Why a snapshot cannot be booked. The order is parked with this reason; others go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("lines add up to {lines} but the shop's total is {total}")]
    TotalsMismatch { lines: Money, total: Money },
    #[error("the sale is in {recorded} and the order now in {order}")]
    CurrencyChanged {
        recorded: crate::money::Currency,
        order: crate::money::Currency,
    },
    #[error("line {0} is named twice")]
    LineTwice(LineKey),
    #[error("payment {0} is named twice")]
    PaymentTwice(PaymentKey),
    #[error("line {0} returns more to stock than it sold")]
    RestockExceedsQuantity(LineKey),
    #[error("order has {0} lines, more than {limit}", limit = Order::LINES_LIMIT)]
    TooManyLines(usize),
    #[error(transparent)]
    Money(#[from] MoneyError),
    #[error(transparent)]
    Quantity(#[from] QuantityError),
}

/// Decides what `order` does to what is `recorded` of it.
///
/// `items` names the item of each of the order's lines, in their order.
///
/// # Panics
/// When `items` is not as long as the order's lines: the caller's defect, not the shop's.
pub fn post(
    recorded: Option<&Recorded>,
    policy: Policy,
    order: &Order,
    items: &[ItemId],
) -> Result<Posting, Refusal> {
    assert_eq!(items.len(), order.lines.len(), "one item for each line");
    match order.state {
        SaleState::NotImported => {
            return Ok(Posting::NotImported {
                sale_exists: recorded.is_some(),
            });
        }
        SaleState::Closed | SaleState::Voided => {}
    }
    if let Some(recorded) = recorded {
        if order.version <= recorded.version {
            return Ok(Posting::AlreadyRecorded);
        }
        match policy.updates {
            OrderUpdates::Ask => return Ok(Posting::Held),
            OrderUpdates::Apply => {}
        }
        if recorded.total.currency() != order.currency() {
            return Err(Refusal::CurrencyChanged {
                recorded: recorded.total.currency(),
                order: order.currency(),
            });
        }
    }
    check(order)?;

    let lines = desired_lines(order, items)?;
    let movements = movements(recorded.map_or(&[], |r| &r.lines), &lines)?;
    let payments = payment_changes(recorded.map_or(&[], |r| &r.payments), &order.payments)?;
    let received = paid(order, PaymentKind::Received)?;
    Ok(Posting::Record(Changes {
        state: order.state,
        balance: Balance::of(order.total, received)?,
        received,
        refunded: paid(order, PaymentKind::Refunded)?,
        tax: Money::sum(order.currency(), order.lines.iter().map(|line| line.tax))?,
        lines,
        movements,
        payments,
    }))
}

impl Recorded {
    /// What is recorded once `changes`, decided for `order`, are.
    pub fn after(
        recorded: Option<&Self>,
        order: &Order,
        changes: &Changes,
    ) -> Result<Self, MoneyError> {
        let mut payments: BTreeMap<(PaymentKey, PaymentKind), RecordedPayment> = recorded
            .map_or(&[][..], |r| &r.payments)
            .iter()
            .map(|payment| ((payment.key.clone(), payment.kind), payment.clone()))
            .collect();
        for PaymentChange { key, kind, amount } in &changes.payments {
            let booked = payments
                .entry((key.clone(), *kind))
                .or_insert(RecordedPayment {
                    key: key.clone(),
                    kind: *kind,
                    amount: Money::zero(amount.currency()),
                });
            booked.amount = booked.amount.checked_add(*amount)?;
        }
        Ok(Self {
            version: order.version,
            state: changes.state,
            total: order.total,
            lines: changes.lines.clone(),
            payments: payments.into_values().collect(),
        })
    }
}

fn check(order: &Order) -> Result<(), Refusal> {
    if order.lines.len() > Order::LINES_LIMIT {
        return Err(Refusal::TooManyLines(order.lines.len()));
    }
    let amounts = order.lines.iter().flat_map(|line| [line.net, line.tax]);
    let lines = Money::sum(order.currency(), amounts)?;
    if lines != order.total {
        return Err(Refusal::TotalsMismatch {
            lines,
            total: order.total,
        });
    }
    Ok(())
}

/// What each line should hold of its item: what was sold less what went back, or nothing when the
/// sale is void.
fn desired_lines(order: &Order, items: &[ItemId]) -> Result<Vec<RecordedLine>, Refusal> {
    let mut lines: Vec<RecordedLine> = Vec::with_capacity(order.lines.len());
    let mut keys = std::collections::BTreeSet::new();
    for (line, item) in order.lines.iter().zip(items) {
        if !keys.insert(&line.key) {
            return Err(Refusal::LineTwice(line.key.clone()));
        }
        lines.push(RecordedLine {
            key: line.key.clone(),
            item: *item,
            deducted: desired_deduction(order.state, line)?,
        });
    }
    Ok(lines)
}

fn desired_deduction(state: SaleState, line: &OrderLine) -> Result<Quantity, Refusal> {
    match line.kind {
        LineKind::Product(_) => {}
        LineKind::Shipping | LineKind::Fee | LineKind::Rounding => return Ok(Quantity::ZERO),
    }
    let kept = line.quantity.checked_sub(line.restocked)?;
    // A line of negative quantity is a return within the order and puts stock back.
    if line.quantity >= Quantity::ZERO && kept < Quantity::ZERO {
        return Err(Refusal::RestockExceedsQuantity(line.key.clone()));
    }
    Ok(match state {
        SaleState::Closed => kept,
        SaleState::Voided | SaleState::NotImported => Quantity::ZERO,
    })
}

/// Applied less desired, for each line and item: a line whose item changed gives back the one and
/// takes the other, and a line that vanished gives all back.
fn movements(
    applied: &[RecordedLine],
    desired: &[RecordedLine],
) -> Result<Vec<Movement>, QuantityError> {
    let mut changes: BTreeMap<(&LineKey, ItemId), Quantity> = BTreeMap::new();
    for RecordedLine {
        key,
        item,
        deducted,
    } in applied
    {
        let change = changes.entry((key, *item)).or_default();
        *change = change.checked_add(*deducted)?;
    }
    for RecordedLine {
        key,
        item,
        deducted,
    } in desired
    {
        let change = changes.entry((key, *item)).or_default();
        *change = change.checked_sub(*deducted)?;
    }
    Ok(changes
        .into_iter()
        .filter(|(_, quantity)| !quantity.is_zero())
        .map(|((line, item), quantity)| Movement {
            line: line.clone(),
            item,
            quantity,
        })
        .collect())
}

fn payment_changes(
    booked: &[RecordedPayment],
    desired: &[OrderPayment],
) -> Result<Vec<PaymentChange>, Refusal> {
    let mut targets: BTreeMap<(&PaymentKey, PaymentKind), Money> = BTreeMap::new();
    for OrderPayment {
        key, kind, amount, ..
    } in desired
    {
        if targets.insert((key, *kind), *amount).is_some() {
            return Err(Refusal::PaymentTwice(key.clone()));
        }
    }
    let mut changes = BTreeMap::new();
    for RecordedPayment { key, kind, amount } in booked {
        let target = targets
            .remove(&(key, *kind))
            .unwrap_or(Money::zero(amount.currency()));
        changes.insert((key, *kind), target.checked_sub(*amount)?);
    }
    changes.extend(targets);
    Ok(changes
        .into_iter()
        .filter(|(_, amount)| !amount.is_zero())
        .map(|((key, kind), amount)| PaymentChange {
            key: key.clone(),
            kind,
            amount,
        })
        .collect())
}

fn paid(order: &Order, wanted: PaymentKind) -> Result<Money, MoneyError> {
    let amounts = order
        .payments
        .iter()
        .filter(|payment| payment.kind == wanted)
        .map(|payment| payment.amount);
    Money::sum(order.currency(), amounts)
}
