//! What an order's snapshot does to its sale and to stock. The heart of Comptoir.
//!
//! A snapshot is a target, not a change: movements are what is desired less what was applied, so a
//! repeat changes nothing, an older snapshot changes nothing that a newer one speaks of, and a
//! cancellation, a refund or an edit needs no case of its own. The newest snapshot is the one with
//! the greatest [`Version`] among those a sale can be made of; the end state therefore depends on
//! *which* snapshots were seen and never on their order, their number or the crashes between them.
//!
//! One thing may be missing from the newest snapshot: which item a line sells, once the shop has
//! deleted the product. The newest snapshot that does name it then speaks for the line, and it may
//! come late: see [`Posting::Repoint`].
//!
//! [`Version`]: crate::version::Version

mod difference;
mod invoice;
mod naming;
mod refusal;
mod target;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::ids::ItemId;
use crate::money::{Currency, Money, MoneyError};
use crate::order::{Order, PaymentKind};
use crate::quantity::Quantity;
use crate::sale::{Recorded, RecordedLine, RecordedPayment};
use crate::status::{Balance, SaleState};
use crate::stock::StockRule;
use crate::text::{LineKey, PaymentKey};

use self::difference::{movements, payment_changes};
use self::target::{Taking, Target};

pub use self::invoice::{InvoiceKind, InvoiceRefusal, InvoicedLine, Invoicing, invoice};
pub use self::refusal::Refusal;

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
    /// Of sales that are recorded first.
    pub stock_rule: StockRule,
}

/// What is to be done about a snapshot. A repeat is not an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posting {
    /// This version or a newer one was applied before, and nothing is missing: nothing to do.
    AlreadyRecorded,
    /// No sale is made of such a snapshot. A sale made before stays as it is (BC-4).
    NotImported { sale_exists: bool },
    /// A newer version that waits for a person (SH-12).
    Held,
    /// The sale becomes what the snapshot says.
    Record(Changes),
    /// An older snapshot names items that no newer one did: those lines are of these items from now
    /// on. The sale stays at its version in all else, whatever the policy: this is no update.
    Repoint(Repointing),
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
    /// The one that the sale was first recorded under.
    pub stock_rule: StockRule,
    /// The sale's lines from now on, in the order's order.
    pub lines: Vec<RecordedLine>,
    /// Changes of stock on hand, in line order; empty when nothing moves.
    pub movements: Vec<Movement>,
    pub payments: Vec<PaymentChange>,
}

/// Lines that turn out to be of other items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repointing {
    /// All the sale's lines from now on, in their order.
    pub lines: Vec<RecordedLine>,
    /// Given back on the one item, taken on the other; empty when the lines hold nothing, or only
    /// who names them has changed.
    pub movements: Vec<Movement>,
}

/// One change of one item's stock in the sale's outlet. Negative when goods leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    pub line: LineKey,
    pub item: ItemId,
    pub quantity: Quantity,
}

/// The difference to book under one payment key, in the amount's currency; zero when only the means or the
/// instant is told otherwise than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentChange {
    pub key: PaymentKey,
    pub kind: PaymentKind,
    pub amount: Money,
    /// Empty when the shop does not tell of the payment any more.
    pub method: String,
    pub paid_at: Option<Timestamp>,
}

/// Decides what `order` does to what is `recorded` of it.
///
/// `items` are those of the order's lines, in their order: the item that a line names; for a line
/// that names none, the stand-in, which counts only while no snapshot has named the line.
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
        SaleState::Unfinished | SaleState::NotImported => {
            return Ok(Posting::NotImported {
                sale_exists: recorded.is_some(),
            });
        }
        SaleState::Closed | SaleState::Voided => {}
    }
    if let Some(recorded) = recorded {
        match order.version.cmp(&recorded.version) {
            Ordering::Less => return Ok(post_older(recorded, order, items)),
            Ordering::Equal => return Ok(Posting::AlreadyRecorded),
            Ordering::Greater => match policy.updates {
                OrderUpdates::Ask => return Ok(Posting::Held),
                OrderUpdates::Apply => {}
            },
        }
    }

    let taking = Taking {
        rule: recorded.map_or(policy.stock_rule, |recorded| recorded.stock_rule),
        invoiced: recorded.map(|recorded| &recorded.invoiced),
    };
    let Target {
        balance,
        received,
        refunded,
        tax,
        mut lines,
        payments,
    } = Target::of(order, items, taking)?;
    let (lines_before, payments_before) = match recorded {
        Some(recorded) => (&*recorded.lines, &*recorded.payments),
        None => (&[][..], &[][..]),
    };
    naming::keep(lines_before, &mut lines);
    Ok(Posting::Record(Changes {
        state: order.state,
        balance,
        received,
        refunded,
        tax,
        stock_rule: taking.rule,
        movements: movements(lines_before, &lines)?,
        payments: payment_changes(payments_before, payments)?,
        lines,
    }))
}

/// A snapshot older than the recorded one can only name items. One that could not be booked names
/// none: in its own time it would have been refused.
fn post_older(recorded: &Recorded, order: &Order, items: &[ItemId]) -> Posting {
    if naming::is_complete(&recorded.lines, order.version) {
        return Posting::AlreadyRecorded;
    }
    // What its lines would hold is not asked: they are named, and no more.
    let taking = Taking {
        rule: recorded.stock_rule,
        invoiced: None,
    };
    let Ok(Target { lines, .. }) = Target::of(order, items, taking) else {
        return Posting::AlreadyRecorded;
    };
    let Some(lines) = naming::complete(&recorded.lines, &lines) else {
        return Posting::AlreadyRecorded;
    };
    match movements(&recorded.lines, &lines) {
        Ok(movements) => Posting::Repoint(Repointing { lines, movements }),
        // What was recorded is within bounds, and so is its opposite.
        Err(_) => Posting::AlreadyRecorded,
    }
}

impl Recorded {
    /// What is recorded once `changes`, decided for `order`, are.
    pub fn after(
        recorded: Option<&Self>,
        order: &Order,
        changes: &Changes,
    ) -> Result<Self, MoneyError> {
        let mut payments: BTreeMap<(PaymentKey, PaymentKind, Currency), RecordedPayment> = recorded
            .map_or(&[][..], |r| &r.payments)
            .iter()
            .map(|payment| {
                let currency = payment.amount.currency();
                (
                    (payment.key.clone(), payment.kind, currency),
                    payment.clone(),
                )
            })
            .collect();
        for change in &changes.payments {
            let PaymentChange {
                key,
                kind,
                amount,
                method,
                paid_at,
            } = change.clone();
            let place = (key.clone(), kind, amount.currency());
            let before = payments.get(&place).map(|booked| booked.amount);
            let booked = RecordedPayment {
                key,
                kind,
                amount: before
                    .unwrap_or(Money::zero(amount.currency()))
                    .checked_add(amount)?,
                method,
                paid_at,
            };
            payments.insert(place, booked);
        }
        Ok(Self {
            version: order.version,
            state: changes.state,
            total: order.total,
            stock_rule: changes.stock_rule,
            invoiced: recorded.map_or_else(BTreeMap::new, |r| r.invoiced.clone()),
            lines: changes.lines.clone(),
            payments: payments.into_values().collect(),
        })
    }

    /// What is recorded once `repointing` is: the same version, its lines of other items.
    #[must_use]
    pub fn repointed(self, repointing: &Repointing) -> Self {
        Self {
            lines: repointing.lines.clone(),
            ..self
        }
    }
}
