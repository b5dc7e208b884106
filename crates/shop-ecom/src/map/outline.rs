//! What can be told of an order that is refused.

use retail::{ConnectionId, OrderKey, Outline, OutlinedLine, SaleState, ShopOrderId};

use super::parts::{item_ref, sold};
use super::{instant, receipt_number};
use crate::payload::{Item, Payload};
use crate::status::Status;

pub(crate) fn outline(
    connection: ConnectionId,
    order: Option<&ShopOrderId>,
    status: Status,
    payload: &Payload<'_>,
) -> Option<Box<Outline>> {
    let order = order?;
    let created = instant(&payload.create_timestamp, &payload.create_date);
    let modified_at = instant(&payload.update_timestamp, &payload.update_date).or(created)?;
    let key = OrderKey {
        connection,
        order: order.clone(),
    };
    let lines = match (status.state, status.restocked) {
        (SaleState::Voided, _) | (_, true) => &[][..],
        (SaleState::Closed | SaleState::Unfinished | SaleState::NotImported, false) => {
            payload.items.as_deref().unwrap_or_default()
        }
    };
    Some(shop::outline(
        &key,
        modified_at,
        receipt_number(&payload.vendor_order_number, order).ok(),
        created,
        lines.iter().filter_map(held),
    ))
}

fn held(line: &Item<'_>) -> Option<OutlinedLine> {
    Some(OutlinedLine {
        item: item_ref(line),
        quantity: sold(line).ok()?,
    })
}
