//! What a payload is: an order, a hint at one, or neither.

use retail::{Currency, ShopOrderId};
use shop::{Connection, Reading, Reason, Refusal, ShopEvent, Source};

use crate::payload::{Event, Fetched, Identity, Payload};
use crate::verify;
use crate::{UNINSTALLED, map};

pub(crate) fn read(connection: &Connection, source: Source<'_>, body: &[u8]) -> Reading {
    match source {
        Source::Delivery { topic } if verify::is_of_an_order(topic) => read_event(body),
        Source::Delivery { topic: UNINSTALLED } => Reading::Event(ShopEvent::AppRemoved),
        Source::Delivery { topic: _ } => Reading::Nothing("an event that no sale depends on"),
        Source::Fetched => read_order(connection, body),
    }
}

/// Whatever happened to the order, even its deletion, the shop is asked: the event is not signed.
fn read_event(body: &[u8]) -> Reading {
    let event: Event<'_> = match serde_json::from_slice(body) {
        Ok(event) => event,
        Err(_) => return Reading::Nothing("an event that cannot be read"),
    };
    match verify::order(&event) {
        Some(order) => Reading::Hint(order),
        None => Reading::Nothing("an event of no order"),
    }
}

fn read_order(connection: &Connection, body: &[u8]) -> Reading {
    let refused = |order, reason, detail| {
        Reading::Refused(Refusal {
            order,
            reason,
            detail,
        })
    };
    // The parser's own words may quote the body, and with it a person.
    let unreadable = |order, error: &serde_json::Error| {
        let (line, column) = (error.line(), error.column());
        let detail = format!("the order cannot be read: line {line}, column {column}");
        refused(order, Reason::Unreadable, detail)
    };
    let Fetched { currency, order } = match serde_json::from_slice(body) {
        Ok(fetched) => fetched,
        Err(error) => return unreadable(None, &error),
    };
    let payload: Payload<'_> = match serde_json::from_str(order.get()) {
        Ok(payload) => payload,
        Err(error) => return unreadable(order_in(order.get()), &error),
    };
    match Currency::from_code(currency) {
        Ok(currency) => map::map(connection.id, currency, &payload),
        Err(error) => refused(
            order_in(order.get()),
            Reason::UnknownCurrency,
            error.to_string(),
        ),
    }
}

/// The order's id, from a document whose rest cannot be read.
fn order_in(document: &str) -> Option<ShopOrderId> {
    let Identity {
        id,
        internal_id,
        order_number: _,
    } = serde_json::from_str(document).ok()?;
    map::order_id(&id, &internal_id)
}
