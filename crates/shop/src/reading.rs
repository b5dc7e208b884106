//! What a payload turns out to be when it is read.

use std::fmt;

use retail::{EmailKey, Order, Outline, ShopOrderId};

/// Where a payload comes from: that decides what it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source<'a> {
    /// A delivery under this topic.
    Delivery { topic: &'a str },
    /// The shop's answer to [`crate::Platform::fetch`].
    Fetched,
}

/// What a payload says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A whole order. `status_known` is false when the shop's word for its status is not in the
    /// platform's table: then the order is not imported, and somebody should hear of it.
    Order {
        order: Box<Order>,
        status_known: bool,
    },
    /// This order changed, but the payload does not say how: it is to be fetched.
    Hint(ShopOrderId),
    /// Nothing that sales depend on, and why.
    Nothing(&'static str),
    /// Not about an order, but about the link to the shop.
    Event(ShopEvent),
    /// An order that cannot be booked as it is.
    Refused(Refusal),
}

/// What a shop tells about itself and us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShopEvent {
    /// The shopkeeper took the app out of the shop. A hint, as topics need not be under the signature: the shop
    /// itself says whether it still lets us in.
    AppRemoved,
    /// Somebody may want to know what is held of them, or have it erased. The body is in the delivery.
    Privacy(PrivacyKind),
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrivacyKind {
    /// A customer asks what is held of them.
    CustomerData,
    /// All that is held of a customer is to be erased.
    CustomerErasure,
    /// All that is held of the shop is to be erased.
    ShopErasure,
}

/// Whom a privacy request speaks of. `Debug` shows nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrivacySubject {
    /// `None` where the shop tells none.
    pub email: Option<EmailKey>,
    /// The person's orders, as far as the request is about them.
    pub orders: Vec<ShopOrderId>,
}

impl PrivacyKind {
    pub const ALL: [Self; 3] = [Self::CustomerData, Self::CustomerErasure, Self::ShopErasure];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CustomerData => "customer_data",
            Self::CustomerErasure => "customer_erasure",
            Self::ShopErasure => "shop_erasure",
        }
    }
}

/// Why a payload that should be an order is none. The order is parked with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// `None` when not even that is known.
    pub order: Option<ShopOrderId>,
    pub reason: Reason,
    /// In a shopkeeper's words; never personal data.
    pub detail: String,
    /// What could be read of the order all the same; `None` when not even its version could.
    pub outline: Option<Box<Outline>>,
}

/// The reasons, as codes that stay the same for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Not what the platform documents: not JSON, a field missing, a text where a number belongs.
    Unreadable,
    /// Nothing is shipped or handed over: such orders are listed, not imported (SH-5).
    NoShippingMethod,
    /// A status that is not in the platform's table, on a platform whose table is complete (BC-3).
    UnknownStatus,
    /// The lines do not add up to the shop's total.
    TotalsMismatch,
    /// A currency that cannot be booked.
    UnknownCurrency,
    /// An amount that cannot be booked.
    BadAmount,
    /// A quantity that cannot be booked.
    BadQuantity,
    /// More lines than [`Order::LINES_LIMIT`].
    TooManyLines,
    /// Longer, as a message, than the broker takes.
    TooLarge,
}

impl Reason {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::NoShippingMethod => "no_shipping_method",
            Self::UnknownStatus => "unknown_status",
            Self::TotalsMismatch => "totals_mismatch",
            Self::UnknownCurrency => "unknown_currency",
            Self::BadAmount => "bad_amount",
            Self::BadQuantity => "bad_quantity",
            Self::TooManyLines => "too_many_lines",
            Self::TooLarge => "too_large",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
