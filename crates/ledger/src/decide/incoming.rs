//! What the ledger is told, decoded and opened.

use bytes::Bytes;
use jiff::Timestamp;
use retail::{ConnectionId, EmailKey, ImportId, Order, Outline, RetailerId, ShopOrderId, Version};

/// One message of `order.>`.
#[derive(Clone, Debug)]
pub struct Incoming {
    pub retailer: RetailerId,
    pub connection: ConnectionId,
    pub delivery: Delivery,
    pub body: Body,
    /// The import that brings it; `None` for all that the shop's life brings.
    pub import: Option<ImportId>,
    /// The message as it came, its customer sealed: what is kept of an order that waits for a person.
    /// Empty where there is no order in it.
    pub kept: Bytes,
}

/// The delivery that carried the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub id: String,
    pub topic: String,
    pub received_at: Timestamp,
}

#[derive(Clone, Debug)]
pub enum Body {
    Order {
        order: Box<Order>,
        /// Whom the order's customer is matched by, or `None`: the connection's guest (POS-12).
        email: Option<EmailKey>,
    },
    Refused(Refused),
}

/// An order that cannot be read or booked, and why, in a shopkeeper's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// `None` when not even that is known.
    pub order: Option<ShopOrderId>,
    pub reason: String,
    pub detail: String,
    /// What could be read of it; `None` when not even its version could.
    pub outline: Option<Box<Outline>>,
}

impl Refused {
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        self.outline.as_ref().map(|outline| outline.version)
    }
}

impl Incoming {
    #[must_use]
    pub fn order_id(&self) -> Option<&ShopOrderId> {
        match &self.body {
            Body::Order { order, email: _ } => Some(&order.key.order),
            Body::Refused(refused) => refused.order.as_ref(),
        }
    }
}
