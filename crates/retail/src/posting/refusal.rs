//! Why a snapshot cannot be booked.

use crate::money::{Money, MoneyError};
use crate::order::Order;
use crate::quantity::QuantityError;
use crate::text::{LineKey, PaymentKey};

/// The order is parked with this reason; others go on. It follows from the snapshot alone, never
/// from what was recorded before: else the end would depend on the order of arrival.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("lines add up to {lines} but the shop's total is {total}")]
    TotalsMismatch { lines: Money, total: Money },
    #[error("line {0} is named twice")]
    LineTwice(LineKey),
    #[error("payment {0} is named twice")]
    PaymentTwice(PaymentKey),
    #[error("line {0} returns less than nothing to stock")]
    RestockNegative(LineKey),
    #[error("line {0} returns more to stock than it sold")]
    RestockExceedsQuantity(LineKey),
    #[error("order has {0} lines, more than {limit}", limit = Order::LINES_LIMIT)]
    TooManyLines(usize),
    #[error(transparent)]
    Money(#[from] MoneyError),
    #[error(transparent)]
    Quantity(#[from] QuantityError),
}
