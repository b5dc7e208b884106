//! What a payload is: an order, a hint at one, or neither.

use jiff::Timestamp;
use retail::ShopOrderId;
use shop::{Connection, Reading, Reason, Refusal, Source};

use crate::payload::{Envelope, Payload};
use crate::{map, note};

/// Sent when an order goes to the trash, with nothing but its id; wrongly sent for products as well.
const ORDER_DELETED: &str = "order.deleted";
/// Created, updated, restored: the body is the whole order as it was when the delivery was built.
const ORDER: &str = "order.";

pub(crate) fn read(connection: &Connection, source: Source<'_>, body: &[u8]) -> Reading {
    match source {
        Source::Delivery { topic } if topic == note::TOPIC => read_note(body),
        Source::Delivery {
            topic: ORDER_DELETED,
        } => Reading::Nothing("an order that may be in the trash; its sale stays"),
        Source::Delivery { topic } if !topic.starts_with(ORDER) => {
            Reading::Nothing("a topic that no sale depends on")
        }
        Source::Delivery { topic: _ } | Source::Fetched => read_order(connection, body),
    }
}

fn read_note(body: &[u8]) -> Reading {
    match serde_json::from_slice::<Envelope<'_>>(body) {
        Ok(envelope) => note::read(&envelope.arg.0),
        Err(_) => Reading::Nothing("a note that cannot be read"),
    }
}

fn read_order(connection: &Connection, body: &[u8]) -> Reading {
    let payload: Payload<'_> = match serde_json::from_slice(body) {
        Ok(payload) => payload,
        Err(error) => {
            let (order, changed) = head(body).unwrap_or_default();
            return Reading::Refused(Refusal {
                outline: shop::outline_of_unreadable(connection, order.as_ref(), changed),
                order,
                reason: Reason::Unreadable,
                // The parser's own words may quote the body, and with it a person.
                detail: format!(
                    "the order cannot be read: line {}, column {}",
                    error.line(),
                    error.column()
                ),
            });
        }
    };
    if payload.id.is_empty() && !payload.code.is_empty() {
        return Reading::Nothing("the shop's own error in place of an order");
    }
    map::map(connection.id, &payload)
}

/// The order's id and when it changed, from a body whose rest cannot be read.
fn head(body: &[u8]) -> Option<(Option<ShopOrderId>, Option<Timestamp>)> {
    let envelope: Envelope<'_> = serde_json::from_slice(body).ok()?;
    let order = envelope.id.id().and_then(|id| ShopOrderId::new(id).ok());
    Some((order, map::instant(&envelope.date_modified_gmt)))
}
