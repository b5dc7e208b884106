use jiff::Timestamp;
use proto::convert::{WireError, instant_from};
use proto::ledger;
use serde::Serialize;

use super::Delivery;
use super::sale::known;

/// An order that could not be booked, with the reason.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ParkedOrder {
    pub(crate) connection_id: String,
    pub(crate) order_id: Option<String>,
    pub(crate) reason: String,
    pub(crate) detail: String,
    pub(crate) delivery: Option<Delivery>,
    pub(crate) first_parked_at: Timestamp,
    pub(crate) last_parked_at: Timestamp,
    pub(crate) times: i32,
    pub(crate) receipt_number: Option<String>,
    pub(crate) placed_at: Option<Timestamp>,
}

impl TryFrom<ledger::ParkedOrder> for ParkedOrder {
    type Error = WireError;

    fn try_from(parked: ledger::ParkedOrder) -> Result<Self, WireError> {
        let ledger::ParkedOrder {
            connection_id,
            order_id,
            reason,
            detail,
            delivery,
            first_parked_at,
            last_parked_at,
            times,
            receipt_number,
            placed_at,
        } = parked;
        Ok(Self {
            connection_id,
            order_id: known(order_id),
            reason,
            detail,
            delivery: delivery.map(Delivery::try_from).transpose()?,
            first_parked_at: instant_from("first_parked_at", first_parked_at)?,
            last_parked_at: instant_from("last_parked_at", last_parked_at)?,
            times,
            receipt_number: known(receipt_number),
            placed_at: placed_at
                .map(|at| instant_from("placed_at", Some(at)))
                .transpose()?,
        })
    }
}
