//! One order that a person asks for, whatever its age (WC-11).

use bus::PublishError;
use jiff::Timestamp;
use retail::ShopOrderId;
use shop::{Connection, Topic};

use crate::delivery_id::DeliveryId;
use crate::inbox::{Arrival, Came, Inbox};

/// The topic of such a question; no shop's own topic is like it.
const TOPIC: &str = "comptoir.asked";

/// Puts a hint at the order into the inbox, where it walks the road of every hint; returns when the broker has it
/// on disk.
pub(super) async fn hint(
    inbox: &Inbox,
    connection: &Connection,
    order: ShopOrderId,
    now: Timestamp,
) -> Result<(), PublishError> {
    let id = DeliveryId::asked(connection.id, &order, now);
    let arrival = Arrival {
        id: &id,
        connection,
        topic: Topic::new(TOPIC).expect("the constant is a topic"),
        order: Some(order),
        came: Came::Hinted { asked_at: None },
        received_at: now,
        body: &[],
    };
    inbox.keep(arrival).await.map(drop)
}
