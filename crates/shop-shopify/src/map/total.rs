//! What the shop says the order comes to.
//!
//! A sale's total is what was sold, before money was given back: refunds are payments of their own. Shopify's
//! `totalPriceSet` is that, but it still counts what an edit removed. Where something left the order so, the
//! total is built up from what is left (`currentTotalPriceSet`) and what money was given back for.

use retail::{Currency, SaleState};
use rust_decimal::Decimal;

use super::Wrong;
use super::returned::Returned;
use super::value::{minor, plus};
use crate::payload::Order;

/// In minor units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stated {
    pub(super) total: Decimal,
    /// `None` where the shop does not say.
    pub(super) tax: Option<Decimal>,
}

/// `something_left`: a unit, a shipping line or a duty is no longer part of the order, and no money was
/// given back for it.
pub(super) fn stated(
    order: &Order,
    state: SaleState,
    something_left: bool,
    returned: &Returned<'_>,
    currency: Currency,
) -> Result<Stated, Wrong> {
    if !something_left || state == SaleState::Voided {
        return Ok(Stated {
            total: minor("total", &order.total_price_set, currency)?,
            tax: order
                .total_tax_set
                .as_ref()
                .map(|tax| minor("total tax", tax, currency))
                .transpose()?,
        });
    }
    let current = minor("current total", &order.current_total_price_set, currency)?;
    let tax = minor("current tax", &order.current_total_tax_set, currency)?;
    Ok(Stated {
        total: plus(current, returned.repaid_worth)?,
        tax: Some(plus(tax, returned.repaid_tax)?),
    })
}
