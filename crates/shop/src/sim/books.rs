//! A simulated shop's own books: what must come of its orders, reckoned without a line of the mapping.

use std::collections::BTreeMap;

/// A thing on the shelf: by its SKU, and where it has none by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stocked {
    Sku(String),
    Name(String),
}

/// The sale that an order must have become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    /// The shop's.
    pub order_id: String,
    /// As people see it.
    pub receipt_number: String,
    pub voided: bool,
    /// ISO 4217; all amounts are in its minor units.
    pub currency: String,
    pub total: i64,
    pub tax: i64,
    pub received: i64,
    /// A positive amount.
    pub refunded: i64,
    /// Units that the sale holds of each thing; none when voided.
    pub held: BTreeMap<Stocked, i64>,
    /// Units of all things that are still to be handed over; none when voided.
    pub to_hand_over: i64,
    pub email: String,
}

/// Everything, as the shop stands now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// By the shop's order id.
    pub sales: BTreeMap<String, Sale>,
    /// Orders that are to be listed with a reason and not booked, with the reason's code.
    pub parked: BTreeMap<String, &'static str>,
    /// Orders that are no sale, and of which nobody needs to hear: drafts.
    pub drafts: BTreeMap<String, String>,
    /// Units sold of each thing that ever stood in a sale, zero included.
    pub sold: BTreeMap<Stocked, i64>,
}
