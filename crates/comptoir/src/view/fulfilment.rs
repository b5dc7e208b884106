use jiff::Timestamp;
use proto::convert::{WireError, instant_from};
use proto::ledger;
use serde::Serialize;

use super::Number;
use super::sale::{known, state};

/// An online sale as somebody hands it over (POS-2).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FulfilmentEntry {
    pub(crate) sale_id: String,
    pub(crate) outlet_id: String,
    pub(crate) connection_id: String,
    pub(crate) order_id: String,
    pub(crate) receipt_number: String,
    pub(crate) placed_at: Timestamp,
    pub(crate) customer_id: String,
    pub(crate) customer_name: Option<String>,
    pub(crate) shop_status: String,
    pub(crate) sale_state: &'static str,
    pub(crate) state: &'static str,
    /// A warning: the total is not received in full.
    pub(crate) is_unpaid: bool,
    /// A warning: the shop says otherwise since.
    pub(crate) has_held_update: bool,
    pub(crate) shipping_method: Option<String>,
    pub(crate) lines: Vec<FulfilmentLine>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct FulfilmentLine {
    pub(crate) line_key: String,
    pub(crate) item_id: String,
    pub(crate) sku: Option<String>,
    pub(crate) name: String,
    pub(crate) ordered: Number,
    pub(crate) restocked: Number,
    pub(crate) fulfilled: Number,
    pub(crate) remaining: Number,
    pub(crate) to_pick: Number,
    pub(crate) picked: Number,
    pub(crate) packed: Number,
    /// By people and by the shop, counted once.
    pub(crate) handed_over: Number,
}

impl TryFrom<ledger::FulfilmentEntry> for FulfilmentEntry {
    type Error = WireError;

    fn try_from(entry: ledger::FulfilmentEntry) -> Result<Self, WireError> {
        let sale_state = state(entry.sale_state());
        let state = fulfilment_state(entry.state());
        let ledger::FulfilmentEntry {
            sale_id,
            outlet_id,
            connection_id,
            order_id,
            receipt_number,
            placed_at,
            customer_id,
            customer_name,
            shop_status,
            sale_state: _,
            state: _,
            is_unpaid,
            has_held_update,
            shipping_method,
            lines,
        } = entry;
        Ok(Self {
            sale_id,
            outlet_id,
            connection_id,
            order_id,
            receipt_number,
            placed_at: instant_from("placed_at", placed_at)?,
            customer_id,
            customer_name: known(customer_name),
            shop_status,
            sale_state,
            state,
            is_unpaid,
            has_held_update,
            shipping_method: known(shipping_method),
            lines: lines
                .into_iter()
                .map(FulfilmentLine::try_from)
                .collect::<Result<_, _>>()?,
        })
    }
}

impl TryFrom<ledger::FulfilmentLine> for FulfilmentLine {
    type Error = WireError;

    fn try_from(line: ledger::FulfilmentLine) -> Result<Self, WireError> {
        let ledger::FulfilmentLine {
            line_key,
            item_id,
            sku,
            name,
            ordered,
            restocked,
            fulfilled,
            remaining,
            to_pick,
            picked,
            packed,
            handed_over,
        } = line;
        Ok(Self {
            line_key,
            item_id,
            sku: known(sku),
            name,
            ordered: Number::from_wire("ordered", ordered)?,
            restocked: Number::from_wire("restocked", restocked)?,
            fulfilled: Number::from_wire("fulfilled", fulfilled)?,
            remaining: Number::from_wire("remaining", remaining)?,
            to_pick: Number::from_wire("to_pick", to_pick)?,
            picked: Number::from_wire("picked", picked)?,
            packed: Number::from_wire("packed", packed)?,
            handed_over: Number::from_wire("handed_over", handed_over)?,
        })
    }
}

const fn fulfilment_state(state: ledger::FulfilmentState) -> &'static str {
    match state {
        ledger::FulfilmentState::Unspecified => "unknown",
        ledger::FulfilmentState::Open => "open",
        ledger::FulfilmentState::Done => "done",
    }
}
