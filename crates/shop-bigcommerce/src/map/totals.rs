//! What the order comes to in all, as far as the shop agrees with itself.

use retail::{Currency, Money};
use rust_decimal::Decimal;
use shop::Reason;

use super::Wrong;
use super::value::{bad_amount, exact_amount, whole_amount};
use crate::payload::{Fee, Order};
use shop::amount;

/// How far two of the shop's own sums may be apart, in minor units: it keeps four decimals and rounds
/// in more than one place. What is more is a mistake, and not ours to guess away.
pub(super) const ROUNDING_LIMIT_MINOR: u64 = 5;

/// The sums of an order. Tax is included.
pub(super) struct Totals {
    /// What was sold, whatever it was paid with.
    pub(super) total: Money,
    pub(super) tax: Money,
    /// Taken off goods and services in all; whether the lines know of it is another matter.
    pub(super) discounts: Money,
    pub(super) gift_certificate: Money,
    pub(super) store_credit: Money,
}

/// Holds `total_inc_tax` against what it is made of. Gift certificates and store credit are means of
/// payment; whether they are taken off the total already is not documented, and both are met.
pub(super) fn totals(
    order: &Order<'_>,
    fees: &[Fee<'_>],
    currency: Currency,
) -> Result<Totals, Wrong> {
    if order.total_inc_tax.is_empty() {
        return Err(Wrong::missing("total"));
    }
    let too_large = || bad_amount("total");
    let whole = |what, text| whole_amount(what, text, currency);
    let claimed = whole("total", &order.total_inc_tax)?;
    let gift_certificate = whole("gift certificate", &order.gift_certificate_amount)?;
    let store_credit = whole("store credit", &order.store_credit_amount)?;

    let exact = |what, text| exact_amount(what, text, currency);
    let discounts = add(
        exact("discount", &order.discount_amount)?,
        exact("coupon's discount", &order.coupon_discount)?,
    )?;
    let mut sum = exact("subtotal", &order.subtotal_inc_tax)?;
    for (what, cost) in [
        ("shipping cost", &order.shipping_cost_inc_tax),
        ("handling cost", &order.handling_cost_inc_tax),
        ("wrapping cost", &order.wrapping_cost_inc_tax),
    ] {
        sum = add(sum, exact(what, cost)?)?;
    }
    for fee in fees {
        sum = add(sum, exact("fee", &fee.cost_inc_tax)?)?;
    }
    let sum = Money::new(
        amount::rounded(add(sum, -discounts)?).ok_or_else(too_large)?,
        currency,
    );

    let before_credits =
        Money::sum(currency, [claimed, gift_certificate, store_credit]).map_err(|_| too_large())?;
    let total = [claimed, before_credits]
        .into_iter()
        .find(|total| is_near(*total, sum))
        .ok_or_else(|| {
            Wrong::new(
                Reason::TotalsMismatch,
                format!(
                    "goods, services and discounts come to {sum}, the order's total is {claimed}"
                ),
            )
        })?;
    Ok(Totals {
        total,
        tax: whole("tax", &order.total_tax)?,
        discounts: Money::new(amount::rounded(discounts).ok_or_else(too_large)?, currency),
        gift_certificate,
        store_credit,
    })
}

fn is_near(left: Money, right: Money) -> bool {
    left.minor().abs_diff(right.minor()) <= ROUNDING_LIMIT_MINOR
}

fn add(left: Decimal, right: Decimal) -> Result<Decimal, Wrong> {
    left.checked_add(right).ok_or_else(|| bad_amount("total"))
}
