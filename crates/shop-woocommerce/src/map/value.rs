//! Quantities and amounts, exact or refused.

use retail::{Currency, Money, Quantity};
use rust_decimal::Decimal;
use shop::Reason;

use super::Wrong;
use crate::loose::Scalar;
use shop::amount;

/// Exact to the thousandth: what is finer is not booked as something else.
pub(super) fn quantity(text: &Scalar<'_>) -> Result<Quantity, Wrong> {
    let bad = || Wrong::new(Reason::BadQuantity, "a line's quantity cannot be booked");
    let quantity: Quantity = amount::decimal(text.as_str())
        .ok_or_else(bad)?
        .normalize()
        .to_string()
        .parse()
        .map_err(|_| bad())?;
    if quantity < Quantity::ZERO {
        return Err(bad());
    }
    Ok(quantity)
}

pub(super) fn exact_amount(
    what: &str,
    text: &Scalar<'_>,
    currency: Currency,
) -> Result<Decimal, Wrong> {
    amount::minor(text.as_str(), currency).ok_or_else(|| bad_amount(what))
}

pub(super) fn whole_amount(
    what: &str,
    text: &Scalar<'_>,
    currency: Currency,
) -> Result<Money, Wrong> {
    if text.is_empty() {
        return Err(Wrong::missing(what));
    }
    amount::rounded(exact_amount(what, text, currency)?)
        .map(|minor| Money::new(minor, currency))
        .ok_or_else(|| bad_amount(what))
}

pub(super) fn bad_amount(what: &str) -> Wrong {
    Wrong::new(
        Reason::BadAmount,
        format!("the {what} is no amount that can be booked"),
    )
}
