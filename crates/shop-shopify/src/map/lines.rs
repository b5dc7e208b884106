//! An order's lines: products, shipping, duties, fees, the tip, and what rounding left.

use retail::{
    Barcode, Currency, ItemRef, LineKey, LineKind, Money, OrderLine, Quantity, SaleState,
    ShopVariantId, Sku,
};
use rust_decimal::Decimal;

use super::book::{ONE, Part, booked, too_many};
use super::returned::{Returned, whole};
use super::total::{Stated, stated};
use super::units::Units;
use super::value::{minor, minus, share, tax, too_large, units};
use super::{Wrong, settle};
use crate::id::Id;
use crate::payload::{self, AdditionalFee, Duty, LineItem, ShippingLine, Variant};
use crate::{amount, text};

/// The lines of an order, and the total that they add up to.
pub(super) fn lines(
    order: &payload::Order,
    state: SaleState,
    returned: &Returned<'_>,
    currency: Currency,
) -> Result<(Vec<OrderLine>, Money), Wrong> {
    if order.line_items.page_info.has_next_page {
        return Err(too_many(order.line_items.nodes.len()));
    }
    let mut sheet = Sheet {
        order,
        state,
        returned,
        currency,
        parts: Vec::with_capacity(order.line_items.nodes.len()),
        something_left: false,
    };
    for line in &order.line_items.nodes {
        sheet.product(line)?;
    }
    for line in whole("shipping lines", &order.shipping_lines)? {
        sheet.shipping(line)?;
    }
    for fee in &order.additional_fees {
        sheet.fee(fee)?;
    }
    let Sheet {
        mut parts,
        something_left,
        ..
    } = sheet;
    let Stated { total, tax } = stated(order, state, something_left, returned, currency)?;
    settle::tax(&mut parts, tax, order.taxes_included)?;
    let tip = minor("tip", &order.total_tip_received_set, currency)?;
    settle::tip(&mut parts, tip, total, order.taxes_included)?;
    // No charge, no line (SH-7); and none for what an edit removed altogether.
    parts.retain(|part| !part.is_nothing());
    let total = amount::rounded(total).ok_or_else(too_large)?;
    let total = Money::new(total, currency);
    Ok((booked(parts, total, order.taxes_included)?, total))
}

struct Sheet<'a> {
    order: &'a payload::Order,
    state: SaleState,
    returned: &'a Returned<'a>,
    currency: Currency,
    parts: Vec<Part>,
    something_left: bool,
}

impl Sheet<'_> {
    fn product(&mut self, line: &LineItem) -> Result<(), Wrong> {
        let LineItem {
            id,
            name,
            sku,
            quantity: _,
            current_quantity: _,
            unfulfilled_quantity: _,
            is_gift_card,
            taxable,
            variant,
            original_total_set,
            discount_allocations,
            tax_lines,
            duties,
        } = line;
        let Units {
            ordered,
            charged,
            taken,
            restocked,
            fulfilled,
        } = Units::of(line, self.state, self.returned.units(id))?;
        self.something_left |= charged != ordered;
        let mut price = minor("line's total", original_total_set, self.currency)?;
        for discount in discount_allocations {
            let off = minor("discount", &discount.allocated_amount_set, self.currency)?;
            price = minus(price, off)?;
        }
        let of_charged = |amount| {
            if ordered == 0 {
                Ok(amount)
            } else {
                share(amount, charged, ordered)
            }
        };
        let mut price = of_charged(price)?;
        let tax = of_charged(tax(tax_lines, self.currency)?)?;
        let mut charges = Vec::with_capacity(duties.len());
        for duty in duties {
            let part = self.duty(duty, of_charged)?;
            if self.order.duties_included {
                price = minus(price, part.price)?;
            }
            charges.push(part);
        }
        // A gift card is owed, not sold: no item, no stock.
        let kind = if *is_gift_card {
            LineKind::Fee
        } else {
            LineKind::Product(item(sku.as_deref(), variant.as_ref()))
        };
        self.parts.push(Part {
            key: key("line", id)?,
            kind,
            name: name_or(name, "Unnamed product"),
            quantity: units(taken)?,
            restocked: units(restocked)?,
            fulfilled: units(fulfilled)?,
            price,
            tax,
            bears_tax: *taxable && !is_gift_card,
        });
        self.parts.extend(charges);
        Ok(())
    }

    /// Duties are no revenue of the product: a line of their own.
    fn duty(
        &mut self,
        duty: &Duty,
        of_charged: impl Fn(Decimal) -> Result<Decimal, Wrong>,
    ) -> Result<Part, Wrong> {
        let Duty {
            id,
            price,
            tax_lines,
        } = duty;
        let dropped = self.returned.dropped(id);
        self.something_left |= !dropped.is_zero();
        let price = of_charged(minor("duty", price, self.currency)?)?;
        Ok(Part {
            key: key("duty", id)?,
            kind: LineKind::Fee,
            name: "Duties".to_owned(),
            quantity: ONE,
            restocked: Quantity::ZERO,
            fulfilled: Quantity::ZERO,
            price: minus(price, dropped)?,
            tax: of_charged(tax(tax_lines, self.currency)?)?,
            bears_tax: false,
        })
    }

    fn shipping(&mut self, line: &ShippingLine) -> Result<(), Wrong> {
        let ShippingLine {
            id,
            title,
            is_removed,
            discounted_price_set,
            tax_lines,
        } = line;
        let charged = minor("shipping charge", discounted_price_set, self.currency)?;
        let dropped = match self.state {
            SaleState::Voided => Decimal::ZERO,
            SaleState::Closed | SaleState::Unfinished | SaleState::NotImported if *is_removed => {
                charged
            }
            SaleState::Closed | SaleState::Unfinished | SaleState::NotImported => {
                self.returned.dropped(id)
            }
        };
        self.something_left |= !dropped.is_zero();
        let price = minus(charged, dropped)?;
        let mut tax = tax(tax_lines, self.currency)?;
        if !dropped.is_zero() {
            // Of the tax, what falls on the part that is left.
            tax = tax
                .checked_mul(price)
                .and_then(|tax| tax.checked_div(charged))
                .ok_or_else(too_large)?;
        }
        self.parts.push(Part {
            key: key("shipping", id)?,
            kind: LineKind::Shipping,
            name: name_or(title, "Shipping"),
            quantity: ONE,
            restocked: Quantity::ZERO,
            fulfilled: Quantity::ZERO,
            price,
            tax,
            bears_tax: true,
        });
        Ok(())
    }

    fn fee(&mut self, fee: &AdditionalFee) -> Result<(), Wrong> {
        let AdditionalFee {
            id,
            name,
            price,
            tax_lines,
        } = fee;
        self.parts.push(Part {
            key: key("fee", id)?,
            kind: LineKind::Fee,
            name: name_or(name, "Fee"),
            quantity: ONE,
            restocked: Quantity::ZERO,
            fulfilled: Quantity::ZERO,
            price: minor("fee", price, self.currency)?,
            tax: tax(tax_lines, self.currency)?,
            bears_tax: false,
        });
        Ok(())
    }
}

/// The SKU is the line's own, as it was when the order was placed. A text that no table could hold is as
/// good as none: the variant stands for the item.
pub(super) fn item(sku: Option<&str>, variant: Option<&Variant>) -> ItemRef {
    ItemRef {
        variant: variant.and_then(|variant| ShopVariantId::new(variant.id.as_str()).ok()),
        sku: sku.and_then(|sku| Sku::new(sku).ok()),
        barcode: variant
            .and_then(|variant| variant.barcode.as_deref())
            .and_then(|barcode| Barcode::new(barcode).ok()),
    }
}

fn key(prefix: &str, id: &Id) -> Result<LineKey, Wrong> {
    LineKey::new(&format!("{prefix}:{id}")).map_err(|_| Wrong::missing("id on a line"))
}

fn name_or(name: &str, instead: &str) -> String {
    let name = text::clean(name);
    if name.is_empty() {
        instead.to_owned()
    } else {
        name
    }
}
