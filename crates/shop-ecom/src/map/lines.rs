//! An order's lines, made to add up to the shop's total.

use retail::{LineKey, LineKind, Money, Order, OrderLine, Quantity};
use rust_decimal::Decimal;
use shop::Reason;

use super::Wrong;
use super::parts::{Charged, Part, parts};
use super::value::{bad_amount, exact_amount, sum};
use crate::amount;
use crate::loose::Scalar;
use crate::status::Status;

/// How far the lines may be from the shop's total, in minor units; what is more is a mistake, and
/// not ours to guess away.
const ROUNDING_LIMIT_MINOR: u64 = 5;

const ONE: Quantity = Quantity::from_milli(Quantity::SCALE);

/// What an order takes off its prices, and how these are to be understood, as it came.
pub(super) struct Terms<'a> {
    pub(super) coupon_discount: &'a Scalar<'a>,
    pub(super) discount: &'a Scalar<'a>,
    pub(super) prices_include_tax: &'a Scalar<'a>,
}

/// The lines of an order that cost `total` in all: they add up to it.
///
/// The documents leave two things open: whether `discount` has the coupon in it, and orders exist
/// whose `pricesIncludeTax` is not what their total was reckoned by. The total is what the buyer
/// paid: of the four readings the one that comes nearest to it is taken, the documented one first.
pub(super) fn lines(
    status: Status,
    charged: &Charged<'_>,
    terms: &Terms<'_>,
    total: Money,
) -> Result<Vec<OrderLine>, Wrong> {
    let Terms {
        coupon_discount,
        discount,
        prices_include_tax,
    } = terms;
    let currency = total.currency();
    let parts = parts(status, charged, currency)?;
    let coupon = exact_amount("coupon", coupon_discount, currency)?;
    let discount = exact_amount("discount", discount, currency)?;
    let without_coupon = discount
        .checked_sub(coupon)
        .ok_or_else(|| bad_amount("discount"))?;

    let said = if prices_include_tax.is_true() {
        [Tax::Included, Tax::OnTop]
    } else {
        [Tax::OnTop, Tax::Included]
    };
    let mut best: Option<Fit> = None;
    for tax in said {
        for discount in [discount, without_coupon] {
            if discount < Decimal::ZERO {
                continue;
            }
            let fit = fit(&parts, tax, coupon, discount, total)?;
            let is_nearer = best
                .as_ref()
                .is_none_or(|best| fit.left.unsigned_abs() < best.left.unsigned_abs());
            if is_nearer {
                best = Some(fit);
            }
        }
    }
    let best = best.ok_or_else(|| bad_amount("discount"))?;
    if best.left.unsigned_abs() > ROUNDING_LIMIT_MINOR {
        let sum = Money::new(total.minor().saturating_sub(best.left), currency);
        return Err(Wrong::new(
            Reason::TotalsMismatch,
            format!("the lines add up to {sum}, the order's total is {total}"),
        ));
    }
    whole(parts, &best, total)
}

#[derive(Clone, Copy)]
enum Tax {
    Included,
    OnTop,
}

/// What the parts come to, read in one way.
struct Fit {
    /// Net and tax of each part, one after the other, then the discount that no line bears.
    exact: Vec<Decimal>,
    /// What is missing of the shop's total, in minor units.
    left: i64,
}

fn fit(
    parts: &[Part],
    tax: Tax,
    coupon: Decimal,
    discount: Decimal,
    total: Money,
) -> Result<Fit, Wrong> {
    let too_large = || bad_amount("order's total");
    let coupon = borne(coupon, parts, |part| part.coupon_share);
    let discount = borne(discount, parts, |part| part.discount_share);
    let mut exact = Vec::with_capacity(parts.len() * 2 + 1);
    for (index, part) in parts.iter().enumerate() {
        let amount = match tax {
            Tax::Included => part.gross.checked_sub(part.tax),
            Tax::OnTop => Some(part.net),
        };
        let net = amount
            .and_then(|amount| amount.checked_sub(coupon.of(index)))
            .and_then(|amount| amount.checked_sub(discount.of(index)))
            .ok_or_else(too_large)?;
        exact.extend([net, part.tax]);
    }
    exact.push(-sum("discount", [coupon.nobody, discount.nobody])?);
    let sum =
        amount::rounded(sum("order's total", exact.iter().copied())?).ok_or_else(too_large)?;
    let left = total.minor().checked_sub(sum).ok_or_else(too_large)?;
    Ok(Fit { exact, left })
}

/// A discount, and who bears how much of it.
struct Borne {
    shares: Vec<Decimal>,
    /// What no item can bear: goods of no price, or a discount on shipping.
    nobody: Decimal,
}

impl Borne {
    fn of(&self, index: usize) -> Decimal {
        self.shares.get(index).copied().unwrap_or_default()
    }
}

/// Each item bears what the order says it does, if that is all of it; it is not reckoned anew when
/// an order is edited. Otherwise all bear it by their price.
fn borne(discount: Decimal, parts: &[Part], own: fn(&Part) -> Decimal) -> Borne {
    let is_item = |part: &&Part| matches!(part.kind, LineKind::Product(_));
    let shares: Vec<Decimal> = parts.iter().take_while(is_item).map(own).collect();
    let is_all = sum("discount", shares.iter().copied())
        .is_ok_and(|all| amount::rounded(all) == amount::rounded(discount));
    if is_all {
        let nobody = shares.iter().fold(discount, |left, share| {
            left.checked_sub(*share).unwrap_or_default()
        });
        return Borne { shares, nobody };
    }
    let prices: Vec<Decimal> = parts
        .iter()
        .take_while(is_item)
        .map(|part| part.gross)
        .collect();
    let can_bear = sum("price", prices.iter().copied()).is_ok_and(|all| discount <= all);
    match amount::share(discount, &prices) {
        Some(shares) if can_bear => Borne {
            shares,
            nobody: Decimal::ZERO,
        },
        Some(_) | None => Borne {
            shares: Vec::new(),
            nobody: discount,
        },
    }
}

/// Whole minor units for every part, and a line for what is then left of the shop's total.
fn whole(parts: Vec<Part>, fit: &Fit, total: Money) -> Result<Vec<OrderLine>, Wrong> {
    let currency = total.currency();
    let whole = amount::spread(&fit.exact).ok_or_else(|| bad_amount("order's total"))?;
    let money = |index| Money::new(whole.get(index).copied().unwrap_or_default(), currency);
    let nobody = money(parts.len() * 2);
    let mut lines: Vec<OrderLine> = parts
        .into_iter()
        .enumerate()
        .map(|(index, part)| {
            let Part {
                key,
                kind,
                name,
                quantity,
                restocked,
                fulfilled,
                gross: _,
                net: _,
                tax: _,
                coupon_share: _,
                discount_share: _,
            } = part;
            OrderLine {
                key,
                kind,
                name,
                quantity,
                restocked,
                fulfilled,
                net: money(index * 2),
                tax: money(index * 2 + 1),
            }
        })
        .collect();
    let own = |key: &str, kind: LineKind, name: &str, net: Money| OrderLine {
        key: LineKey::new(key).expect("the text is a line key"),
        kind,
        name: name.to_owned(),
        quantity: ONE,
        restocked: Quantity::ZERO,
        fulfilled: Quantity::ZERO,
        net,
        tax: Money::zero(currency),
    };
    if !nobody.is_zero() {
        lines.push(own("discount", LineKind::Fee, "Discount", nobody));
    }
    if fit.left != 0 {
        let left = Money::new(fit.left, currency);
        lines.push(own("rounding", LineKind::Rounding, "Rounding", left));
    }
    if lines.len() > Order::LINES_LIMIT {
        let count = lines.len();
        return Err(Wrong::new(
            Reason::TooManyLines,
            format!(
                "the order has {count} lines, more than {}",
                Order::LINES_LIMIT
            ),
        ));
    }
    Ok(lines)
}
