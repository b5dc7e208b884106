//! What is known of an order that cannot be booked as its shop tells it.

use jiff::Timestamp;

use crate::order::ItemRef;
use crate::quantity::Quantity;
use crate::text::ReceiptNumber;
use crate::version::Version;

/// As much of a refused order as could be read: enough to know the same order again, to show it to people, and
/// to keep what the shop holds for it from being sold twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    pub version: Version,
    pub receipt_number: Option<ReceiptNumber>,
    pub placed_at: Option<Timestamp>,
    /// In the order's order; none of what is void, of services, and of what cannot be read.
    pub lines: Vec<OutlinedLine>,
}

/// What the shop holds for a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutlinedLine {
    pub item: ItemRef,
    pub quantity: Quantity,
}
