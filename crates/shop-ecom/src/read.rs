//! What a payload is: an order, a hint at one, or neither.

use jiff::Timestamp;
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
    // The parser's own words may quote the body, and with it a person.
    let unreadable = |head: Option<(Option<ShopOrderId>, Option<Timestamp>)>,
                      error: &serde_json::Error| {
        let (order, changed) = head.unwrap_or_default();
        let (line, column) = (error.line(), error.column());
        Reading::Refused(Refusal {
            outline: shop::outline_of_unreadable(connection, order.as_ref(), changed),
            order,
            reason: Reason::Unreadable,
            detail: format!("the order cannot be read: line {line}, column {column}"),
        })
    };
    let Fetched { currency, order } = match serde_json::from_slice(body) {
        Ok(fetched) => fetched,
        Err(error) => return unreadable(None, &error),
    };
    let payload: Payload<'_> = match serde_json::from_str(order.get()) {
        Ok(payload) => payload,
        Err(error) => return unreadable(head(order.get()), &error),
    };
    match Currency::from_code(currency) {
        Ok(currency) => map::map(connection.id, currency, &payload),
        Err(error) => map::of_unknown_currency(connection.id, error, &payload),
    }
}

/// The order's id and when it changed, from a document whose rest cannot be read.
fn head(document: &str) -> Option<(Option<ShopOrderId>, Option<Timestamp>)> {
    let Identity {
        id,
        internal_id,
        order_number: _,
        update_date,
        update_timestamp,
    } = serde_json::from_str(document).ok()?;
    let changed = map::instant(&update_timestamp, &update_date);
    Some((map::order_id(&id, &internal_id), changed))
}
