//! Keeping a delivery before anybody is told that it arrived.

use std::sync::Arc;

use bus::{Message, MessageId, PublishError, Publisher, Stored, subject};
use jiff::Timestamp;
use prost::Message as _;
use proto::connect::RawDelivery;
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

/// A delivery that is proven to come from the connection's shop.
pub(crate) struct Arrival<'a> {
    pub(crate) id: &'a DeliveryId,
    pub(crate) connection: &'a Connection,
    pub(crate) topic: Topic,
    pub(crate) order: Option<ShopOrderId>,
    pub(crate) received_at: Timestamp,
    pub(crate) body: &'a [u8],
}

impl Inbox {
    /// Seals the body and publishes it; returns when the broker has it on disk.
    pub(crate) async fn keep(&self, arrival: Arrival<'_>) -> Result<Stored, PublishError> {
        let Arrival {
            id,
            connection,
            topic,
            order,
            received_at,
            body,
        } = arrival;
        let subject = subject::inbox(&self.platform, connection.retailer, connection.id);
        let delivery = RawDelivery {
            delivery_id: id.to_string(),
            retailer_id: connection.retailer.to_string(),
            connection_id: connection.id.to_string(),
            received_at: Some(instant_into(received_at)),
            topic: topic.to_string(),
            order_id: order.map(|order| order.to_string()).unwrap_or_default(),
            sealed_body: self.keyring.seal(subject.as_str().as_bytes(), body).into(),
            origin: proto::connect::Origin::Unspecified.into(),
            asked_at: None,
        };
        let message_id =
            MessageId::new(id.as_str()).expect("a hash in hexadecimal is a message id");
        let message = Message::new(subject, delivery.encode_to_vec()).with_id(message_id);
        self.publisher.publish(message).await
    }
}
