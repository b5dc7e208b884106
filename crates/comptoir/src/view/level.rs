use jiff::Timestamp;
use proto::convert::{WireError, instant_from};
use proto::ledger;
use serde::Serialize;

use super::sale::known;
use super::{Movement, Number};

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Level {
    pub(crate) item_id: String,
    pub(crate) sku: Option<String>,
    pub(crate) name: String,
    pub(crate) outlet_id: String,
    pub(crate) outlet_name: String,
    pub(crate) on_hand: Number,
    pub(crate) version: i64,
    pub(crate) changed_at: Timestamp,
    /// What shops are not to sell.
    pub(crate) safety_stock: Number,
    /// What shops may sell.
    pub(crate) available: Number,
    /// In stock as its parts.
    pub(crate) is_kit: bool,
}

/// Why a level is what it is.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Explanation {
    pub(crate) level: Level,
    /// Newest first.
    pub(crate) movements: Vec<Movement>,
    /// What the movements not shown add up to.
    pub(crate) earlier: Number,
}

impl TryFrom<ledger::Level> for Level {
    type Error = WireError;

    fn try_from(level: ledger::Level) -> Result<Self, WireError> {
        let ledger::Level {
            item_id,
            sku,
            name,
            outlet_id,
            outlet_name,
            on_hand,
            version,
            changed_at,
            safety_stock,
            available,
            is_kit,
        } = level;
        Ok(Self {
            item_id,
            sku: known(sku),
            name,
            outlet_id,
            outlet_name,
            on_hand: Number::from_wire("on_hand", on_hand)?,
            version,
            changed_at: instant_from("changed_at", changed_at)?,
            safety_stock: Number::from_wire("safety_stock", safety_stock)?,
            available: Number::from_wire("available", available)?,
            is_kit,
        })
    }
}

impl TryFrom<ledger::ExplainLevelResponse> for Explanation {
    type Error = WireError;

    fn try_from(response: ledger::ExplainLevelResponse) -> Result<Self, WireError> {
        let ledger::ExplainLevelResponse {
            level,
            movements,
            earlier,
        } = response;
        Ok(Self {
            level: level.ok_or(WireError::Missing("level"))?.try_into()?,
            movements: movements
                .into_iter()
                .map(Movement::try_from)
                .collect::<Result<_, _>>()?,
            earlier: Number::from_wire("earlier", earlier)?,
        })
    }
}
