use jiff::Timestamp;
use proto::convert::{WireError, instant_from};
use proto::ledger;
use serde::Serialize;

use super::sale::known;
use super::{Number, StockEntry};

/// Goods on their way from one outlet to another.
#[expect(clippy::struct_field_names, reason = "named as on the wire")]
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Transfer {
    pub(crate) transfer_id: String,
    pub(crate) from_outlet_id: String,
    pub(crate) to_outlet_id: String,
    pub(crate) state: &'static str,
    pub(crate) reference: Option<String>,
    pub(crate) sent_at: Timestamp,
    pub(crate) sent_by: String,
    pub(crate) note: String,
    pub(crate) has_differences: bool,
    /// None in lists.
    pub(crate) lines: Vec<TransferLine>,
    /// None in lists.
    pub(crate) receipts: Vec<StockEntry>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct TransferLine {
    pub(crate) item_id: String,
    pub(crate) sku: Option<String>,
    pub(crate) name: String,
    pub(crate) sent: Number,
    pub(crate) received: Number,
    pub(crate) in_transit: Number,
    pub(crate) short: Number,
    pub(crate) over: Number,
}

const fn state(state: ledger::TransferState) -> &'static str {
    match state {
        ledger::TransferState::Unspecified => "unknown",
        ledger::TransferState::InTransit => "in_transit",
        ledger::TransferState::Received => "received",
    }
}

impl TryFrom<ledger::Transfer> for Transfer {
    type Error = WireError;

    fn try_from(transfer: ledger::Transfer) -> Result<Self, WireError> {
        let state = state(transfer.state());
        let ledger::Transfer {
            transfer_id,
            from_outlet_id,
            to_outlet_id,
            state: _,
            reference,
            sent_at,
            sent_by,
            note,
            has_differences,
            lines,
            receipts,
        } = transfer;
        Ok(Self {
            transfer_id,
            from_outlet_id,
            to_outlet_id,
            state,
            reference: known(reference),
            sent_at: instant_from("sent_at", sent_at)?,
            sent_by,
            note,
            has_differences,
            lines: lines
                .into_iter()
                .map(TransferLine::try_from)
                .collect::<Result<_, _>>()?,
            receipts: receipts
                .into_iter()
                .map(StockEntry::try_from)
                .collect::<Result<_, _>>()?,
        })
    }
}

impl TryFrom<ledger::TransferLine> for TransferLine {
    type Error = WireError;

    fn try_from(line: ledger::TransferLine) -> Result<Self, WireError> {
        let ledger::TransferLine {
            item_id,
            sku,
            name,
            sent,
            received,
            in_transit,
            short,
            over,
        } = line;
        Ok(Self {
            item_id,
            sku: known(sku),
            name,
            sent: Number::from_wire("sent", sent)?,
            received: Number::from_wire("received", received)?,
            in_transit: Number::from_wire("in_transit", in_transit)?,
            short: Number::from_wire("short", short)?,
            over: Number::from_wire("over", over)?,
        })
    }
}
