//! What a payload is: a hint at an order, a fetched order, or neither.

use jiff::Timestamp;
use retail::ShopOrderId;
use shop::{Connection, Reading, Reason, Refusal, ShopEvent, Source};

use crate::date::instant;
use crate::payload::{Document, Hook, HookData, Id, Named};
use crate::{APP_UNINSTALLED, map};

/// What every delivery about an order begins with: created, updated, statusUpdated, archived, its
/// refunds and its transactions.
const ORDER: &str = "store/order/";

pub(crate) fn read(connection: &Connection, source: Source<'_>, body: &[u8]) -> Reading {
    match source {
        Source::Delivery { topic } if topic.starts_with(ORDER) => read_hook(topic, body),
        Source::Delivery {
            topic: APP_UNINSTALLED,
        } => Reading::Event(ShopEvent::AppRemoved),
        Source::Delivery { topic: _ } => Reading::Nothing("a scope that no sale depends on"),
        Source::Fetched => read_document(connection, body),
    }
}

/// The order that a delivery of `scope` speaks of.
pub(crate) fn order_in(scope: &str, hook: &Hook<'_>) -> Option<ShopOrderId> {
    let data = hook.data.filter(|_| scope.starts_with(ORDER))?;
    let data: HookData<'_> = serde_json::from_str(data.get()).ok()?;
    let id = data.id.id().or_else(|| data.order_id.id())?;
    ShopOrderId::new(id).ok()
}

fn read_hook(scope: &str, body: &[u8]) -> Reading {
    let order = serde_json::from_slice::<Hook<'_>>(body)
        .ok()
        .and_then(|hook| order_in(scope, &hook));
    match order {
        Some(order) => Reading::Hint(order),
        None => Reading::Refused(Refusal {
            order: None,
            reason: Reason::Unreadable,
            detail: "the delivery does not say which order changed".to_owned(),
            outline: None,
        }),
    }
}

fn read_document(connection: &Connection, body: &[u8]) -> Reading {
    match serde_json::from_slice::<Document<'_>>(body) {
        Ok(document) => map::map(connection.id, &document),
        Err(error) => {
            let (order, changed) = named(body).unwrap_or_default();
            Reading::Refused(Refusal {
                outline: shop::outline_of_unreadable(connection, order.as_ref(), changed),
                order,
                reason: Reason::Unreadable,
                // The parser's own words may quote the body, and with it a person.
                detail: format!(
                    "the order cannot be read: line {}, column {}",
                    error.line(),
                    error.column()
                ),
            })
        }
    }
}

/// The order's id and when it changed, from a document whose rest cannot be read.
fn named(body: &[u8]) -> Option<(Option<ShopOrderId>, Option<Timestamp>)> {
    let Named { order } = serde_json::from_slice(body).ok()?;
    let Id { id, date_modified } = order;
    let id = id.id().and_then(|id| ShopOrderId::new(id).ok());
    Some((id, instant(date_modified.as_str())))
}
