use jiff::Timestamp;
use proto::convert::{WireError, instant_from};
use proto::ledger;
use serde::Serialize;

use super::sale::known;
use super::{Level, Number};

/// What somebody did to stock, all of it at once.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StockEntry {
    pub(crate) entry_id: String,
    pub(crate) outlet_id: String,
    pub(crate) cause: &'static str,
    /// Of an adjustment.
    pub(crate) reason: Option<&'static str>,
    pub(crate) reference: Option<String>,
    pub(crate) transfer_id: Option<String>,
    pub(crate) actor: String,
    pub(crate) note: String,
    pub(crate) recorded_at: Timestamp,
    /// None in lists.
    pub(crate) lines: Vec<StockEntryLine>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct StockEntryLine {
    pub(crate) item_id: String,
    pub(crate) sku: Option<String>,
    pub(crate) name: String,
    pub(crate) quantity: Number,
}

/// An item of which more was sold than there is.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OversoldLevel {
    pub(crate) level: Level,
    /// The one placed last goes without first.
    pub(crate) orders: Vec<OversoldOrder>,
    /// What is missing beyond these orders.
    pub(crate) unexplained: Number,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct OversoldOrder {
    pub(crate) sale_id: String,
    pub(crate) connection_id: String,
    pub(crate) order_id: String,
    pub(crate) receipt_number: String,
    pub(crate) placed_at: Timestamp,
    pub(crate) to_hand_over: Number,
    pub(crate) missing: Number,
}

/// What moved stock.
pub(crate) const fn cause(cause: ledger::MovementCause) -> &'static str {
    match cause {
        ledger::MovementCause::Unspecified => "unknown",
        ledger::MovementCause::Sale => "sale",
        ledger::MovementCause::Adjustment => "adjustment",
        ledger::MovementCause::GoodsReceived => "goods_received",
        ledger::MovementCause::StockTake => "stock_take",
        ledger::MovementCause::TransferSent => "transfer_sent",
        ledger::MovementCause::TransferReceived => "transfer_received",
    }
}

const fn reason(reason: ledger::AdjustmentReason) -> Option<&'static str> {
    match reason {
        ledger::AdjustmentReason::Unspecified => None,
        ledger::AdjustmentReason::Damaged => Some("damaged"),
        ledger::AdjustmentReason::Expired => Some("expired"),
        ledger::AdjustmentReason::Lost => Some("lost"),
        ledger::AdjustmentReason::Found => Some("found"),
        ledger::AdjustmentReason::InternalUse => Some("internal_use"),
        ledger::AdjustmentReason::ReturnedToSupplier => Some("returned_to_supplier"),
        ledger::AdjustmentReason::Correction => Some("correction"),
        ledger::AdjustmentReason::Other => Some("other"),
    }
}

impl StockEntry {
    /// "adjustment: damaged", in words.
    pub(crate) fn what(&self) -> String {
        let detail = self.reason.or(self.reference.as_deref());
        let what = match detail {
            Some(detail) => format!("{}: {detail}", self.cause),
            None => self.cause.to_owned(),
        };
        what.replace('_', " ")
    }
}

impl TryFrom<ledger::StockEntry> for StockEntry {
    type Error = WireError;

    fn try_from(entry: ledger::StockEntry) -> Result<Self, WireError> {
        let (cause, reason) = (cause(entry.cause()), reason(entry.reason()));
        let ledger::StockEntry {
            entry_id,
            outlet_id,
            cause: _,
            reason: _,
            reference,
            transfer_id,
            actor,
            note,
            recorded_at,
            lines,
        } = entry;
        Ok(Self {
            entry_id,
            outlet_id,
            cause,
            reason,
            reference: known(reference),
            transfer_id: known(transfer_id),
            actor,
            note,
            recorded_at: instant_from("recorded_at", recorded_at)?,
            lines: lines
                .into_iter()
                .map(StockEntryLine::try_from)
                .collect::<Result<_, _>>()?,
        })
    }
}

impl TryFrom<ledger::StockEntryLine> for StockEntryLine {
    type Error = WireError;

    fn try_from(line: ledger::StockEntryLine) -> Result<Self, WireError> {
        let ledger::StockEntryLine {
            item_id,
            sku,
            name,
            quantity,
        } = line;
        Ok(Self {
            item_id,
            sku: known(sku),
            name,
            quantity: Number::from_wire("quantity", quantity)?,
        })
    }
}

impl TryFrom<ledger::OversoldLevel> for OversoldLevel {
    type Error = WireError;

    fn try_from(oversold: ledger::OversoldLevel) -> Result<Self, WireError> {
        let ledger::OversoldLevel {
            level,
            orders,
            unexplained,
        } = oversold;
        Ok(Self {
            level: level.ok_or(WireError::Missing("level"))?.try_into()?,
            orders: orders
                .into_iter()
                .map(OversoldOrder::try_from)
                .collect::<Result<_, _>>()?,
            unexplained: Number::from_wire("unexplained", unexplained)?,
        })
    }
}

impl TryFrom<ledger::OversoldOrder> for OversoldOrder {
    type Error = WireError;

    fn try_from(order: ledger::OversoldOrder) -> Result<Self, WireError> {
        let ledger::OversoldOrder {
            sale_id,
            connection_id,
            order_id,
            receipt_number,
            placed_at,
            to_hand_over,
            missing,
        } = order;
        Ok(Self {
            sale_id,
            connection_id,
            order_id,
            receipt_number,
            placed_at: instant_from("placed_at", placed_at)?,
            to_hand_over: Number::from_wire("to_hand_over", to_hand_over)?,
            missing: Number::from_wire("missing", missing)?,
        })
    }
}
