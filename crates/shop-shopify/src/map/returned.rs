//! What an order's refunds took back.
//!
//! A refund that gave money back leaves the sale its lines and its total: what went back is a payment. One
//! that gave none (goods taken off an order that is not paid, or an edit that Shopify tells as a refund)
//! takes what it names off the sale.

use std::collections::BTreeMap;

use retail::{Currency, SaleState};
use rust_decimal::Decimal;
use shop::Reason;

use super::Wrong;
use super::value::{bad_quantity, minor, plus};
use crate::id::Id;
use crate::operation::REFUNDS_LIMIT;
use crate::payload::{
    Order, Paged, Refund, RefundDuty, RefundLineItem, RefundShippingLine, RefundTransaction,
};

/// Of a line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct UnitsBack {
    /// Units that money was given back for.
    pub(super) repaid: i64,
    /// Units that only left the order.
    pub(super) dropped: i64,
    /// Of both: units that the shop put back to its stock.
    pub(super) restocked: i64,
}

/// Of an order.
#[derive(Debug, Default)]
pub(super) struct Returned<'a> {
    units: BTreeMap<&'a Id, UnitsBack>,
    /// Amounts of shipping lines and duties that only left the order.
    dropped: BTreeMap<&'a Id, Decimal>,
    /// What the goods, shipping and duties were worth that money was given back for, tax included.
    pub(super) repaid_worth: Decimal,
    /// The tax in it.
    pub(super) repaid_tax: Decimal,
}

impl<'a> Returned<'a> {
    /// A cancelled order keeps its amounts for the record: nothing is dropped from it.
    pub(super) fn of(
        order: &'a Order,
        state: SaleState,
        currency: Currency,
    ) -> Result<Self, Wrong> {
        if order.refunds.len() >= REFUNDS_LIMIT {
            return Err(more("refunds"));
        }
        let mut returned = Self::default();
        for refund in &order.refunds {
            let drops = state != SaleState::Voided && !gave_money(refund, currency)?;
            returned.add(refund, drops, order, currency)?;
        }
        Ok(returned)
    }

    pub(super) fn units(&self, line: &Id) -> UnitsBack {
        self.units.get(line).copied().unwrap_or_default()
    }

    pub(super) fn dropped(&self, charge: &Id) -> Decimal {
        self.dropped.get(charge).copied().unwrap_or_default()
    }

    fn add(
        &mut self,
        refund: &'a Refund,
        drops: bool,
        order: &Order,
        currency: Currency,
    ) -> Result<(), Wrong> {
        let Refund {
            total_refunded_set: _,
            duties,
            lines,
            shipping_lines,
            transactions: _,
        } = refund;
        for RefundLineItem {
            quantity,
            restocked,
            line_item,
            subtotal_set,
            total_tax_set,
        } in whole("refunded lines", lines)?
        {
            let units = self.units.entry(&line_item.id).or_default();
            let count = |to: &mut i64| {
                *to = to
                    .checked_add(*quantity)
                    .filter(|_| *quantity >= 0)
                    .ok_or_else(|| bad_quantity("a refunded quantity cannot be booked"))?;
                Ok(())
            };
            count(if drops {
                &mut units.dropped
            } else {
                &mut units.repaid
            })?;
            if *restocked {
                count(&mut units.restocked)?;
            }
            if !drops {
                let tax = minor("refunded tax", total_tax_set, currency)?;
                let net = minor("refunded amount", subtotal_set, currency)?;
                self.repay(net, tax, order.taxes_included)?;
            }
        }
        for RefundShippingLine {
            shipping_line,
            subtotal_amount_set,
            tax_amount_set,
        } in whole("refunded shipping lines", shipping_lines)?
        {
            let amount = minor("refunded shipping", subtotal_amount_set, currency)?;
            let tax = minor("refunded tax", tax_amount_set, currency)?;
            if drops {
                self.drop_charge(&shipping_line.id, amount)?;
            } else {
                self.repay(amount, tax, order.taxes_included)?;
            }
        }
        for RefundDuty {
            amount_set,
            original_duty,
        } in duties.iter().flatten()
        {
            let amount = minor("refunded duty", amount_set, currency)?;
            match original_duty {
                Some(duty) if drops => self.drop_charge(&duty.id, amount)?,
                Some(_) | None if !order.duties_included => {
                    self.repaid_worth = plus(self.repaid_worth, amount)?;
                }
                Some(_) | None => {}
            }
        }
        Ok(())
    }

    fn repay(&mut self, amount: Decimal, tax: Decimal, taxes_included: bool) -> Result<(), Wrong> {
        self.repaid_worth = plus(self.repaid_worth, amount)?;
        self.repaid_tax = plus(self.repaid_tax, tax)?;
        if !taxes_included {
            self.repaid_worth = plus(self.repaid_worth, tax)?;
        }
        Ok(())
    }

    fn drop_charge(&mut self, charge: &'a Id, amount: Decimal) -> Result<(), Wrong> {
        let dropped = self.dropped.entry(charge).or_default();
        *dropped = plus(*dropped, amount)?;
        Ok(())
    }
}

/// Also when the money is still on its way.
fn gave_money(refund: &Refund, currency: Currency) -> Result<bool, Wrong> {
    let is_refund = |RefundTransaction { kind }: &RefundTransaction| kind == "REFUND";
    Ok(refund.transactions.nodes.iter().any(is_refund)
        || !minor("refunded total", &refund.total_refunded_set, currency)?.is_zero())
}

/// All of a list, or a refusal: half a list of what went back would be booked as the whole.
pub(super) fn whole<'a, T>(what: &str, list: &'a Paged<T>) -> Result<&'a [T], Wrong> {
    if list.page_info.has_next_page {
        return Err(more(what));
    }
    Ok(&list.nodes)
}

pub(super) fn more(what: &str) -> Wrong {
    Wrong::new(
        Reason::Unreadable,
        format!("the order has more {what} than are read"),
    )
}
