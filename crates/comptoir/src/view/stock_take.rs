use jiff::Timestamp;
use proto::convert::{WireError, instant_from};
use proto::ledger;
use serde::Serialize;

use super::Number;
use super::sale::known;

/// Counting what is in an outlet.
#[expect(clippy::struct_field_names, reason = "named as on the wire")]
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StockTake {
    pub(crate) stock_take_id: String,
    pub(crate) outlet_id: String,
    pub(crate) number: i32,
    pub(crate) state: &'static str,
    pub(crate) started_at: Timestamp,
    pub(crate) started_by: String,
    pub(crate) note: String,
    /// `None` while it is open.
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) ended_by: Option<String>,
    pub(crate) end_note: Option<String>,
    pub(crate) counted_items: i64,
    pub(crate) differing_items: i64,
}

/// The last count of an item.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StockTakeLine {
    pub(crate) item_id: String,
    pub(crate) sku: Option<String>,
    pub(crate) name: String,
    pub(crate) counted: Number,
    pub(crate) on_hand: Number,
    pub(crate) difference: Number,
    pub(crate) counted_at: Timestamp,
    pub(crate) counted_by: String,
    pub(crate) counts: i32,
}

const fn state(state: ledger::StockTakeState) -> &'static str {
    match state {
        ledger::StockTakeState::Unspecified => "unknown",
        ledger::StockTakeState::Open => "open",
        ledger::StockTakeState::Posted => "posted",
        ledger::StockTakeState::Cancelled => "cancelled",
    }
}

impl TryFrom<ledger::StockTake> for StockTake {
    type Error = WireError;

    fn try_from(take: ledger::StockTake) -> Result<Self, WireError> {
        let state = state(take.state());
        let ledger::StockTake {
            stock_take_id,
            outlet_id,
            number,
            state: _,
            started_at,
            started_by,
            note,
            ended_at,
            ended_by,
            end_note,
            counted_items,
            differing_items,
        } = take;
        Ok(Self {
            stock_take_id,
            outlet_id,
            number,
            state,
            started_at: instant_from("started_at", started_at)?,
            started_by,
            note,
            ended_at: ended_at
                .map(|at| instant_from("ended_at", Some(at)))
                .transpose()?,
            ended_by: known(ended_by),
            end_note: known(end_note),
            counted_items,
            differing_items,
        })
    }
}

impl TryFrom<ledger::StockTakeLine> for StockTakeLine {
    type Error = WireError;

    fn try_from(line: ledger::StockTakeLine) -> Result<Self, WireError> {
        let ledger::StockTakeLine {
            item_id,
            sku,
            name,
            counted,
            on_hand,
            difference,
            counted_at,
            counted_by,
            counts,
        } = line;
        Ok(Self {
            item_id,
            sku: known(sku),
            name,
            counted: Number::from_wire("counted", counted)?,
            on_hand: Number::from_wire("on_hand", on_hand)?,
            difference: Number::from_wire("difference", difference)?,
            counted_at: instant_from("counted_at", counted_at)?,
            counted_by,
            counts,
        })
    }
}
