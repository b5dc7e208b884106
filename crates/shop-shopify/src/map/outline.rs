//! What can be told of an order that is refused.

use retail::{ConnectionId, OrderKey, Outline, OutlinedLine, ReceiptNumber, SaleState};

use super::lines::item;
use super::value::units;
use crate::payload::{LineItem, Order};

pub(super) fn outline(
    connection: ConnectionId,
    state: SaleState,
    payload: &Order,
) -> Option<Box<Outline>> {
    let key = OrderKey {
        connection,
        order: payload.id.order()?,
    };
    let lines = match state {
        SaleState::Voided => &[][..],
        SaleState::Closed | SaleState::Unfinished | SaleState::NotImported => {
            &payload.line_items.nodes
        }
    };
    Some(shop::outline(
        &key,
        payload.updated_at,
        ReceiptNumber::new(&payload.name).ok(),
        Some(payload.created_at),
        lines.iter().filter_map(held),
    ))
}

/// The units that are neither refunded nor removed. A gift card is in no stockroom.
fn held(line: &LineItem) -> Option<OutlinedLine> {
    let quantity = units(line.current_quantity).ok()?;
    (!line.is_gift_card).then(|| OutlinedLine {
        item: item(line.sku.as_deref(), line.variant.as_ref()),
        quantity,
    })
}
