//! What can be told of an order that is refused.

use retail::{
    ConnectionId, OrderKey, Outline, OutlinedLine, ReceiptNumber, SaleState, ShopOrderId,
};

use super::lines::stocked;
use super::modified_at;
use super::value::quantity;
use crate::date::instant;
use crate::payload::{Document, Line};

/// `state` is `None` where the status is none that BigCommerce has.
pub(super) fn outline(
    connection: ConnectionId,
    order: Option<&ShopOrderId>,
    state: Option<SaleState>,
    document: &Document<'_>,
) -> Option<Box<Outline>> {
    let order = order?;
    let created = instant(document.order.date_created.as_str());
    let key = OrderKey {
        connection,
        order: order.clone(),
    };
    let lines = match state {
        Some(SaleState::Voided) => &[][..],
        Some(SaleState::Closed | SaleState::Unfinished | SaleState::NotImported) | None => {
            &document.products
        }
    };
    Some(shop::outline(
        &key,
        modified_at(created, document).ok()?,
        ReceiptNumber::new(order.as_str()).ok(),
        created,
        lines.iter().filter_map(held),
    ))
}

fn held(line: &Line<'_>) -> Option<OutlinedLine> {
    Some(OutlinedLine {
        item: stocked(line)?,
        quantity: quantity(&line.quantity).ok()?,
    })
}
