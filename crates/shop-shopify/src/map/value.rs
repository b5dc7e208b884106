//! Quantities and amounts, exact or refused.

use retail::{Currency, Quantity};
use rust_decimal::Decimal;
use shop::Reason;

use super::Wrong;
use crate::amount;
use crate::payload::{Amount, MoneyBag, TaxLine};

/// The shop's side of `money`, in minor units, perhaps with a fraction. The buyer's side is never booked.
pub(super) fn minor(what: &str, money: &MoneyBag, currency: Currency) -> Result<Decimal, Wrong> {
    let MoneyBag {
        shop_money: Amount {
            amount,
            currency_code,
        },
    } = money;
    if currency_code != currency.code() {
        return Err(Wrong::new(
            Reason::Unreadable,
            format!("the {what} is not in {currency}, the order's currency"),
        ));
    }
    amount::minor(amount, currency).ok_or_else(|| bad_amount(what))
}

/// What tax lines add up to.
pub(super) fn tax(lines: &[TaxLine], currency: Currency) -> Result<Decimal, Wrong> {
    lines.iter().try_fold(Decimal::ZERO, |sum, line| {
        plus(sum, minor("tax", &line.price_set, currency)?)
    })
}

/// Nothing adds up to zero.
pub(super) fn sum(amounts: impl IntoIterator<Item = Decimal>) -> Result<Decimal, Wrong> {
    amounts.into_iter().try_fold(Decimal::ZERO, plus)
}

pub(super) fn plus(one: Decimal, other: Decimal) -> Result<Decimal, Wrong> {
    one.checked_add(other).ok_or_else(too_large)
}

pub(super) fn minus(one: Decimal, other: Decimal) -> Result<Decimal, Wrong> {
    one.checked_sub(other).ok_or_else(too_large)
}

/// `amount` of `whole` units, for `part` of them; nothing of nothing.
pub(super) fn share(amount: Decimal, part: i64, whole: i64) -> Result<Decimal, Wrong> {
    amount::share(amount, part, whole).ok_or_else(too_large)
}

pub(super) fn units(units: i64) -> Result<Quantity, Wrong> {
    Quantity::units(units).map_err(|_| bad_quantity("a line's quantity is too large"))
}

pub(super) fn bad_amount(what: &str) -> Wrong {
    Wrong::new(
        Reason::BadAmount,
        format!("the {what} is no amount that can be booked"),
    )
}

pub(super) fn too_large() -> Wrong {
    Wrong::new(Reason::BadAmount, "the order's amounts are too large")
}

pub(super) fn bad_quantity(detail: &str) -> Wrong {
    Wrong::new(Reason::BadQuantity, detail)
}
