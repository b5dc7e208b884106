//! What is kept of an order that is refused.

use jiff::Timestamp;
use retail::{
    ContentHash, Order, OrderKey, Outline, OutlinedLine, Quantity, ReceiptNumber, ShopOrderId,
    Version,
};

use crate::connection::Connection;
use crate::content::outline_hash;

/// The outline of an order that its shop changed at `modified_at`. Lines that hold nothing are left out, and
/// those beyond [`Order::LINES_LIMIT`].
#[must_use]
pub fn outline(
    order: &OrderKey,
    modified_at: Timestamp,
    receipt_number: Option<ReceiptNumber>,
    placed_at: Option<Timestamp>,
    lines: impl IntoIterator<Item = OutlinedLine>,
) -> Box<Outline> {
    let holds = |line: &OutlinedLine| line.quantity != Quantity::ZERO;
    let mut outline = Outline {
        version: Version {
            modified_at,
            content: ContentHash::new([0; 32]),
        },
        receipt_number,
        placed_at,
        lines: lines
            .into_iter()
            .filter(holds)
            .take(Order::LINES_LIMIT)
            .collect(),
    };
    outline.version.content = outline_hash(order, &outline);
    Box::new(outline)
}

/// The outline of an order of which nothing can be read but which it is and when it changed.
#[must_use]
pub fn outline_of_unreadable(
    connection: &Connection,
    order: Option<&ShopOrderId>,
    modified_at: Option<Timestamp>,
) -> Option<Box<Outline>> {
    let key = OrderKey {
        connection: connection.id,
        order: order?.clone(),
    };
    Some(outline(&key, modified_at?, None, None, []))
}
