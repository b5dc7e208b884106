//! What an invoice does to the stock of its sale (EF-9).
//!
//! Like a snapshot it only moves the target: a line takes what is invoiced of it, and never more than it is to
//! hold. So invoices and snapshots end alike in whatever order they come.

use std::collections::{BTreeMap, BTreeSet};

use crate::quantity::{Quantity, QuantityError};
use crate::sale::{Recorded, RecordedLine};
use crate::stock::Holding;
use crate::text::LineKey;

use super::Movement;
use super::difference::movements;

/// What a document says was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InvoiceKind {
    Invoice,
    /// Takes back what invoices said before.
    CreditNote,
}

/// How much of a line it speaks of: more than nothing, and of a return so much of what comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoicedLine {
    pub key: LineKey,
    pub quantity: Quantity,
}

/// What an invoice changes in its sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoicing {
    pub invoiced: BTreeMap<LineKey, Quantity>,
    /// All the sale's lines from now on, in their order.
    pub lines: Vec<RecordedLine>,
    /// Empty when nothing moves.
    pub movements: Vec<Movement>,
}

/// Why an invoice is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvoiceRefusal {
    #[error("line {0} is in it twice")]
    LineTwice(LineKey),
    #[error("the sale has no line {0}")]
    UnknownLine(LineKey),
    #[error("line {0} has a quantity that is not more than nothing")]
    NotPositive(LineKey),
    #[error("more is credited of line {0} than was invoiced")]
    CreditExceedsInvoiced(LineKey),
    #[error(transparent)]
    Quantity(#[from] QuantityError),
}

impl InvoiceKind {
    pub const ALL: [Self; 2] = [Self::Invoice, Self::CreditNote];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::CreditNote => "credit_note",
        }
    }
}

/// Decides what a document of these lines does to what is `recorded`. More than a line holds may be invoiced: the
/// shop may have cancelled some of it since, or be about to.
pub fn invoice(
    recorded: &Recorded,
    kind: InvoiceKind,
    lines: &[InvoicedLine],
) -> Result<Invoicing, InvoiceRefusal> {
    let mut invoiced = recorded.invoiced.clone();
    let mut seen = BTreeSet::new();
    for InvoicedLine { key, quantity } in lines {
        if !seen.insert(key) {
            return Err(InvoiceRefusal::LineTwice(key.clone()));
        }
        if *quantity <= Quantity::ZERO {
            return Err(InvoiceRefusal::NotPositive(key.clone()));
        }
        let is_known = recorded.lines.iter().any(|line| line.key == *key);
        if !is_known && !invoiced.contains_key(key) {
            return Err(InvoiceRefusal::UnknownLine(key.clone()));
        }
        let sum = invoiced.entry(key.clone()).or_default();
        *sum = match kind {
            InvoiceKind::Invoice => sum.checked_add(*quantity)?,
            InvoiceKind::CreditNote => sum.checked_sub(*quantity)?,
        };
        if *sum < Quantity::ZERO {
            return Err(InvoiceRefusal::CreditExceedsInvoiced(key.clone()));
        }
    }
    let lines: Vec<RecordedLine> = recorded
        .lines
        .iter()
        .map(|line| {
            let held = line.deducted.checked_add(line.awaiting)?;
            let of_line = invoiced.get(&line.key).copied().unwrap_or_default();
            let Holding { deducted, awaiting } = recorded.stock_rule.split(held, of_line)?;
            Ok(RecordedLine {
                deducted,
                awaiting,
                ..line.clone()
            })
        })
        .collect::<Result<_, QuantityError>>()?;
    Ok(Invoicing {
        movements: movements(&recorded.lines, &lines)?,
        invoiced,
        lines,
    })
}
