//! What the ledger has recorded of an order: the state that the next snapshot is held against.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::ids::ItemId;
use crate::money::Money;
use crate::order::PaymentKind;
use crate::quantity::Quantity;
use crate::status::SaleState;
use crate::stock::StockRule;
use crate::text::{LineKey, PaymentKey};
use crate::version::Version;

/// The recorded sale of one order, as far as a decision needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The newest snapshot applied.
    pub version: Version,
    pub state: SaleState,
    /// The sale's total; its currency is the sale's, as of this version.
    pub total: Money,
    pub stock_rule: StockRule,
    /// How much of each line is invoiced, credit notes subtracted; never less than nothing. Also of lines that the
    /// order has no more: they may come back.
    pub invoiced: BTreeMap<LineKey, Quantity>,
    pub lines: Vec<RecordedLine>,
    pub payments: Vec<RecordedPayment>,
}

/// How much of an item a line has taken from stock so far. Also kept, at zero, for lines whose
/// product moves no stock any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedLine {
    pub key: LineKey,
    pub item: ItemId,
    /// The snapshot that named the item, the newest of those that did; `None`: none has yet, and
    /// the item is a stand-in.
    pub named: Option<Version>,
    pub deducted: Quantity,
    /// What it holds besides, and takes once it is invoiced (EF-11).
    pub awaiting: Quantity,
}

/// What has been booked under one payment key so far, in the amount's currency. An order that
/// changed its currency has both, the old one at zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedPayment {
    pub key: PaymentKey,
    pub kind: PaymentKind,
    pub amount: Money,
    /// As the newest snapshot that told of it said.
    pub method: String,
    pub paid_at: Option<Timestamp>,
}
