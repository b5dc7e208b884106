//! What a payload is: an order, a hint at one, or neither.

use shop::{Connection, Reading, Reason, Refusal, Source};

use crate::envelope::Envelope;
use crate::map;
use crate::payload::{Document, Headless};
use crate::topic::{About, about};
use crate::verify::order;

pub(crate) fn read(connection: &Connection, source: Source<'_>, body: &[u8]) -> Reading {
    match source {
        Source::Delivery { topic } => match about(topic) {
            About::Nothing(why) => Reading::Nothing(why),
            About::Event(event) => Reading::Event(event),
            About::Order | About::OrderId | About::OrderEdit => read_delivery(topic, body),
        },
        Source::Fetched => read_order(connection, body),
    }
}

/// No delivery is a whole order: none carries payments.
fn read_delivery(topic: &str, body: &[u8]) -> Reading {
    match serde_json::from_slice::<Envelope>(body).map(|envelope| order(topic, envelope)) {
        Ok(Some(order)) => Reading::Hint(order),
        Ok(None) => Reading::Refused(Refusal {
            order: None,
            reason: Reason::Unreadable,
            detail: "the delivery does not say which order it is about".to_owned(),
            outline: None,
        }),
        Err(error) => Reading::Refused(Refusal {
            order: None,
            reason: Reason::Unreadable,
            detail: place("delivery", &error),
            outline: None,
        }),
    }
}

fn read_order(connection: &Connection, body: &[u8]) -> Reading {
    match serde_json::from_slice::<Document>(body) {
        Ok(document) => match document.data.order {
            Some(order) => map::map(connection.id, &order),
            None => Reading::Nothing("the shop has no such order"),
        },
        Err(error) => {
            let head = serde_json::from_slice::<Headless>(body)
                .ok()
                .and_then(|headless| headless.data.order);
            let order = head.as_ref().and_then(|head| head.id.order());
            let changed = head.and_then(|head| head.updated_at?.parse().ok());
            Reading::Refused(Refusal {
                outline: shop::outline_of_unreadable(connection, order.as_ref(), changed),
                order,
                reason: Reason::Unreadable,
                detail: place("order", &error),
            })
        }
    }
}

/// Where reading stopped. The parser's own words may quote the body, and with it a person.
fn place(what: &str, error: &serde_json::Error) -> String {
    format!(
        "the {what} cannot be read: line {}, column {}",
        error.line(),
        error.column()
    )
}
