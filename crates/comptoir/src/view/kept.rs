use jiff::Timestamp;
use proto::connect;
use proto::convert::{WireError, instant_from};
use serde::Serialize;

use super::sale::known;

/// A delivery that is kept as it came.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Kept {
    pub(crate) delivery_id: String,
    pub(crate) received_at: Timestamp,
    pub(crate) topic: String,
    pub(crate) order_id: Option<String>,
    pub(crate) came: &'static str,
    pub(crate) body_bytes: i64,
}

/// The same with its body; what is no text in it is lost.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Raw {
    #[serde(flatten)]
    pub(crate) delivery: Kept,
    pub(crate) body: String,
}

impl TryFrom<connect::KeptDelivery> for Kept {
    type Error = WireError;

    fn try_from(kept: connect::KeptDelivery) -> Result<Self, WireError> {
        let came = match kept.origin() {
            connect::Origin::Unspecified => "sent",
            connect::Origin::Listed => "listed",
            connect::Origin::Hinted => "hinted",
        };
        let connect::KeptDelivery {
            delivery_id,
            received_at,
            topic,
            order_id,
            origin: _,
            body_bytes,
        } = kept;
        Ok(Self {
            delivery_id,
            received_at: instant_from("received_at", received_at)?,
            topic,
            order_id: known(order_id),
            came,
            body_bytes,
        })
    }
}

impl TryFrom<connect::GetDeliveryResponse> for Raw {
    type Error = WireError;

    fn try_from(answer: connect::GetDeliveryResponse) -> Result<Self, WireError> {
        let connect::GetDeliveryResponse { delivery, body } = answer;
        let delivery = delivery.ok_or(WireError::Missing("delivery"))?;
        Ok(Self {
            delivery: Kept::try_from(delivery)?,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }
}
