use jiff::Timestamp;
use proto::convert::{WireError, instant_from};
use proto::{ledger, order};
use serde::Serialize;

use super::sale::state;
use super::{MovedKit, Number, StockEntry, cause};

#[expect(clippy::struct_field_names, reason = "named as on the wire")]
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Movement {
    pub(crate) movement_id: String,
    pub(crate) item_id: String,
    pub(crate) outlet_id: String,
    pub(crate) quantity: Number,
    pub(crate) on_hand_after: Number,
    pub(crate) sale_id: String,
    pub(crate) receipt_number: String,
    pub(crate) line_key: String,
    pub(crate) revision: i32,
    pub(crate) sale_state: &'static str,
    pub(crate) recorded_at: Timestamp,
    pub(crate) delivery: Option<Delivery>,
    pub(crate) cause: &'static str,
    /// What somebody did; `None` where a sale moved it.
    pub(crate) entry: Option<StockEntry>,
    /// What the line sold, where this is a part of it.
    pub(crate) kit: Option<MovedKit>,
}

#[expect(clippy::struct_field_names, reason = "named as on the wire")]
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Delivery {
    pub(crate) delivery_id: String,
    pub(crate) received_at: Timestamp,
    pub(crate) topic: String,
}

impl TryFrom<ledger::Movement> for Movement {
    type Error = WireError;

    fn try_from(movement: ledger::Movement) -> Result<Self, WireError> {
        let sale_state = state(movement.sale_state());
        let cause = cause(movement.cause());
        let ledger::Movement {
            movement_id,
            item_id,
            outlet_id,
            quantity,
            on_hand_after,
            sale_id,
            receipt_number,
            line_key,
            revision,
            sale_state: _,
            recorded_at,
            delivery,
            cause: _,
            entry,
            kit,
        } = movement;
        Ok(Self {
            movement_id,
            item_id,
            outlet_id,
            quantity: Number::from_wire("quantity", quantity)?,
            on_hand_after: Number::from_wire("on_hand_after", on_hand_after)?,
            sale_id,
            receipt_number,
            line_key,
            revision,
            sale_state,
            recorded_at: instant_from("recorded_at", recorded_at)?,
            delivery: delivery.map(Delivery::try_from).transpose()?,
            cause,
            entry: entry.map(StockEntry::try_from).transpose()?,
            kit: kit.map(MovedKit::try_from).transpose()?,
        })
    }
}

impl TryFrom<order::Delivery> for Delivery {
    type Error = WireError;

    fn try_from(delivery: order::Delivery) -> Result<Self, WireError> {
        let order::Delivery {
            delivery_id,
            received_at,
            topic,
        } = delivery;
        Ok(Self {
            delivery_id,
            received_at: instant_from("received_at", received_at)?,
            topic,
        })
    }
}
