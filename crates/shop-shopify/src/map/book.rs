//! Lines with exact amounts become lines in whole minor units.

use retail::{LineKey, LineKind, Money, Order, OrderLine, Quantity};
use rust_decimal::Decimal;
use shop::Reason;

use super::Wrong;
use super::value::{minus, too_large};
use crate::amount;

/// How far the lines may be from the shop's total, in minor units. Shopify's rounding makes one or two;
/// what is more is a mistake, and not ours to guess away.
pub(super) const ROUNDING_LIMIT_MINOR: i64 = 5;

pub(super) const ONE: Quantity = Quantity::from_milli(Quantity::SCALE);

/// A line whose amounts are still exact.
pub(super) struct Part {
    pub(super) key: LineKey,
    pub(super) kind: LineKind,
    pub(super) name: String,
    pub(super) quantity: Quantity,
    pub(super) restocked: Quantity,
    pub(super) fulfilled: Quantity,
    /// With tax where the order's prices include it.
    pub(super) price: Decimal,
    pub(super) tax: Decimal,
    /// Whether tax that the shop tells of the order alone can be this line's.
    pub(super) bears_tax: bool,
}

impl Part {
    pub(super) fn is_nothing(&self) -> bool {
        let is_free = self.price.is_zero() && self.tax.is_zero();
        match self.kind {
            LineKind::Product(_) => is_free && self.quantity.is_zero(),
            LineKind::Shipping
            | LineKind::Handling
            | LineKind::GiftWrapping
            | LineKind::Fee
            | LineKind::Rounding => is_free,
        }
    }
}

/// Whole minor units for every part, and a line for what is then left of the shop's total.
pub(super) fn booked(
    parts: Vec<Part>,
    total: Money,
    taxes_included: bool,
) -> Result<Vec<OrderLine>, Wrong> {
    let currency = total.currency();
    let mut exact = Vec::with_capacity(2 * parts.len());
    for part in &parts {
        let within = if taxes_included {
            part.tax
        } else {
            Decimal::ZERO
        };
        exact.extend([minus(part.price, within)?, part.tax]);
    }
    let whole = amount::spread(&exact).ok_or_else(too_large)?;
    let sum = whole
        .iter()
        .try_fold(0_i64, |sum, each| sum.checked_add(*each))
        .ok_or_else(too_large)?;
    let left = total.minor().checked_sub(sum).ok_or_else(too_large)?;
    if left.unsigned_abs() > ROUNDING_LIMIT_MINOR.unsigned_abs() {
        let sum = Money::new(sum, currency);
        return Err(Wrong::new(
            Reason::TotalsMismatch,
            format!("the lines add up to {sum}, the order's total is {total}"),
        ));
    }
    let mut lines: Vec<OrderLine> = parts
        .into_iter()
        .zip(whole.chunks_exact(2))
        .map(|(part, amounts)| {
            let money =
                |index| Money::new(amounts.get(index).copied().unwrap_or_default(), currency);
            let Part {
                key,
                kind,
                name,
                quantity,
                restocked,
                fulfilled,
                price: _,
                tax: _,
                bears_tax: _,
            } = part;
            OrderLine {
                key,
                kind,
                name,
                quantity,
                restocked,
                fulfilled,
                net: money(0),
                tax: money(1),
            }
        })
        .collect();
    if left != 0 {
        lines.push(OrderLine {
            key: LineKey::new("rounding").expect("the text is a line key"),
            kind: LineKind::Rounding,
            name: "Rounding".to_owned(),
            quantity: ONE,
            restocked: Quantity::ZERO,
            fulfilled: Quantity::ZERO,
            net: Money::new(left, currency),
            tax: Money::zero(currency),
        });
    }
    if lines.len() > Order::LINES_LIMIT {
        return Err(too_many(lines.len()));
    }
    Ok(lines)
}

pub(super) fn too_many(count: usize) -> Wrong {
    Wrong::new(
        Reason::TooManyLines,
        format!(
            "the order has {count} lines or more; at most {} can be booked",
            Order::LINES_LIMIT
        ),
    )
}
