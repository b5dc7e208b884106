use jiff::Timestamp;
use proto::convert::{WireError, instant_from};
use proto::ledger;
use serde::Serialize;

use super::Number;
use super::sale::known;

/// What somebody did to hand a sale over.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FulfilmentAct {
    pub(crate) act_id: String,
    pub(crate) sale_id: String,
    pub(crate) number: i32,
    pub(crate) step: &'static str,
    pub(crate) is_undone: bool,
    pub(crate) parts: Vec<FulfilmentPart>,
    pub(crate) tracking: Option<Tracking>,
    pub(crate) actor: String,
    pub(crate) note: String,
    pub(crate) done_at: Timestamp,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct FulfilmentPart {
    pub(crate) line_key: String,
    pub(crate) quantity: Number,
}

/// Where a parcel can be followed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Tracking {
    pub(crate) carrier: Option<String>,
    pub(crate) number: Option<String>,
    pub(crate) url: Option<String>,
}

impl TryFrom<ledger::FulfilmentAct> for FulfilmentAct {
    type Error = WireError;

    fn try_from(act: ledger::FulfilmentAct) -> Result<Self, WireError> {
        let step = step(act.step());
        let ledger::FulfilmentAct {
            act_id,
            sale_id,
            number,
            step: _,
            is_undone,
            parts,
            tracking,
            actor,
            note,
            done_at,
        } = act;
        let parts = parts.into_iter().map(FulfilmentPart::try_from);
        Ok(Self {
            act_id,
            sale_id,
            number,
            step,
            is_undone,
            parts: parts.collect::<Result<_, _>>()?,
            tracking: tracking.map(Tracking::from),
            actor,
            note,
            done_at: instant_from("done_at", done_at)?,
        })
    }
}

impl TryFrom<ledger::FulfilmentPart> for FulfilmentPart {
    type Error = WireError;

    fn try_from(part: ledger::FulfilmentPart) -> Result<Self, WireError> {
        let ledger::FulfilmentPart { line_key, quantity } = part;
        Ok(Self {
            line_key,
            quantity: Number::from_wire("quantity", quantity)?,
        })
    }
}

impl From<ledger::Tracking> for Tracking {
    fn from(tracking: ledger::Tracking) -> Self {
        let ledger::Tracking {
            carrier,
            number,
            url,
        } = tracking;
        Self {
            carrier: known(carrier),
            number: known(number),
            url: known(url),
        }
    }
}

const fn step(step: ledger::FulfilmentStep) -> &'static str {
    match step {
        ledger::FulfilmentStep::Unspecified => "unknown",
        ledger::FulfilmentStep::ToPick => "to_pick",
        ledger::FulfilmentStep::Picked => "picked",
        ledger::FulfilmentStep::Packed => "packed",
        ledger::FulfilmentStep::Shipped => "shipped",
        ledger::FulfilmentStep::Collected => "collected",
    }
}
