//! What can be told of an order that is refused.

use retail::{ConnectionId, OrderKey, Outline, OutlinedLine, SaleState, ShopOrderId};

use super::lines::{item, restocked};
use super::value::quantity;
use super::{instant, receipt_number};
use crate::payload::{Line, Payload};

pub(super) fn outline(
    connection: ConnectionId,
    order: Option<&ShopOrderId>,
    state: SaleState,
    payload: &Payload<'_>,
) -> Option<Box<Outline>> {
    let order = order?;
    let created = instant(&payload.date_created_gmt);
    let modified_at = instant(&payload.date_modified_gmt).or(created)?;
    let key = OrderKey {
        connection,
        order: order.clone(),
    };
    let lines = match (state, &payload.line_items) {
        (SaleState::Voided, _) | (_, None) => &[][..],
        (SaleState::Closed | SaleState::Unfinished | SaleState::NotImported, Some(lines)) => {
            &lines.0
        }
    };
    Some(shop::outline(
        &key,
        modified_at,
        receipt_number(&payload.number, &payload.id).ok(),
        created,
        lines.iter().filter_map(held),
    ))
}

fn held(line: &Line<'_>) -> Option<OutlinedLine> {
    let sold = quantity(&line.quantity).ok()?;
    let restocked = restocked(line).unwrap_or_default().min(sold);
    Some(OutlinedLine {
        item: item(line),
        quantity: sold.checked_sub(restocked).ok()?,
    })
}
