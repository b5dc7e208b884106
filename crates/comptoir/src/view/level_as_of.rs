use jiff::Timestamp;
use proto::convert::{WireError, instant_from};
use proto::ledger;
use serde::Serialize;

use super::Number;
use super::sale::known;

/// A level as it was.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LevelAsOf {
    pub(crate) item_id: String,
    pub(crate) sku: Option<String>,
    pub(crate) name: String,
    pub(crate) outlet_id: String,
    pub(crate) outlet_name: String,
    /// The instant that was asked for.
    pub(crate) as_of: Timestamp,
    pub(crate) on_hand: Number,
    /// When the last movement was booked that it counts.
    pub(crate) moved_at: Timestamp,
}

impl LevelAsOf {
    pub(crate) fn from_wire(as_of: Timestamp, level: ledger::LevelAsOf) -> Result<Self, WireError> {
        let ledger::LevelAsOf {
            item_id,
            sku,
            name,
            outlet_id,
            outlet_name,
            on_hand,
            moved_at,
        } = level;
        Ok(Self {
            item_id,
            sku: known(sku),
            name,
            outlet_id,
            outlet_name,
            as_of,
            on_hand: Number::from_wire("on_hand", on_hand)?,
            moved_at: instant_from("moved_at", moved_at)?,
        })
    }
}
