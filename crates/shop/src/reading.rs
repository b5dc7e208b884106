//! What a payload turns out to be when it is read.

use std::fmt;

use retail::{Order, Outline, ShopOrderId};

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
    /// An order that cannot be booked as it is.
    Refused(Refusal),
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
