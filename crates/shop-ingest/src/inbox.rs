//! Keeping a delivery before anybody is told that it arrived.

use std::sync::Arc;

use bus::{Message, MessageId, PublishError, Publisher, Stored, subject};
use jiff::Timestamp;
use prost::Message as _;
use proto::connect::{Origin, RawDelivery};
use proto::convert::instant_into;
use retail::{PlatformCode, ShopOrderId};
use service::seal::Keyring;
use shop::{Connection, Topic};

use crate::delivery_id::DeliveryId;

/// The way into one platform's inbox.
#[derive(Clone)]
pub(crate) struct Inbox {
    pub(crate) publisher: Publisher,
    pub(crate) platform: PlatformCode,
    pub(crate) keyring: Arc<Keyring>,
}

/// A delivery that is proven to come from the connection's shop, or that we asked it for.
pub(crate) struct Arrival<'a> {
    pub(crate) id: &'a DeliveryId,
    pub(crate) connection: &'a Connection,
    pub(crate) topic: Topic,
    pub(crate) order: Option<ShopOrderId>,
    pub(crate) came: Came,
    pub(crate) received_at: Timestamp,
    pub(crate) body: &'a [u8],
}

/// How a delivery came to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// The shop sent it.
    Sent,
    /// The shop was asked at this moment of its own clock, and answered with the whole order.
    Listed { asked_at: Option<Timestamp> },
    /// The same, and it answered that the order changed.
    Hinted { asked_at: Option<Timestamp> },
}

impl Came {
    fn into_wire(self) -> (Origin, Option<Timestamp>) {
        match self {
            Self::Sent => (Origin::Unspecified, None),
            Self::Listed { asked_at } => (Origin::Listed, asked_at),
            Self::Hinted { asked_at } => (Origin::Hinted, asked_at),
        }
    }

    /// `None` for what this build does not know.
    pub(crate) fn from_wire(origin: i32, asked_at: Option<Timestamp>) -> Option<Self> {
        Some(match Origin::try_from(origin).ok()? {
            Origin::Unspecified => Self::Sent,
            Origin::Listed => Self::Listed { asked_at },
            Origin::Hinted => Self::Hinted { asked_at },
        })
    }

    /// The shop's clock at a moment before the order was read, or will be.
    pub(crate) const fn asked_at(self) -> Option<Timestamp> {
        match self {
            Self::Sent => None,
            Self::Listed { asked_at } | Self::Hinted { asked_at } => asked_at,
        }
    }
}

impl Inbox {
    /// Seals the body and publishes it; returns when the broker has it on disk.
    pub(crate) async fn keep(&self, arrival: Arrival<'_>) -> Result<Stored, PublishError> {
        let Arrival {
            id,
            connection,
            topic,
            order,
            came,
            received_at,
            body,
        } = arrival;
        let (origin, asked_at) = came.into_wire();
        let subject = subject::inbox(&self.platform, connection.retailer, connection.id);
        let delivery = RawDelivery {
            delivery_id: id.to_string(),
            retailer_id: connection.retailer.to_string(),
            connection_id: connection.id.to_string(),
            received_at: Some(instant_into(received_at)),
            topic: topic.to_string(),
            order_id: order.map(|order| order.to_string()).unwrap_or_default(),
            sealed_body: self.keyring.seal(subject.as_str().as_bytes(), body).into(),
            origin: origin.into(),
            asked_at: asked_at.map(instant_into),
            released: false,
        };
        let message_id =
            MessageId::new(id.as_str()).expect("a hash in hexadecimal is a message id");
        let message = Message::new(subject, delivery.encode_to_vec()).with_id(message_id);
        self.publisher.publish(message).await
    }
}
