//! An order's lines: products, shipping, fees, and what rounding left.

use retail::{
    Currency, ItemRef, LineKey, LineKind, Money, Order, OrderLine, Quantity, ShopVariantId, Sku,
};
use rust_decimal::Decimal;
use shop::Reason;

use super::Wrong;
use super::value::{exact_amount, quantity};
use super::variation::is_of_a_lost_variation;
use crate::loose::Scalar;
use crate::payload::{Charge, Line};
use crate::text;
use shop::amount;

/// How far the lines may be from the shop's total, in minor units. WooCommerce's rounding makes up
/// to two; what is more is a mistake, and not ours to guess away.
const ROUNDING_LIMIT_MINOR: u64 = 5;

/// A line's own record of how many of its units went back to the shop's stock.
const RESTOCKED: &str = "_restock_refunded_items";

const ONE: Quantity = Quantity::from_milli(Quantity::SCALE);

/// The lines of an order whose shop says `total`: they add up to it.
pub(super) fn lines(
    products: &[Line<'_>],
    shipping: &[Charge<'_>],
    fees: &[Charge<'_>],
    total: Money,
    is_handed_over: bool,
) -> Result<Vec<OrderLine>, Wrong> {
    let currency = total.currency();
    let mut parts = Vec::with_capacity(products.len() + shipping.len() + fees.len());
    for line in products {
        parts.push(product(line, is_handed_over, currency)?);
    }
    for charge in shipping {
        let part = service(Service::Shipping, &charge.method_title, charge, currency)?;
        // No charge, no line (SH-7).
        if !(part.net.is_zero() && part.tax.is_zero()) {
            parts.push(part);
        }
    }
    for charge in fees {
        parts.push(service(Service::Fee, &charge.name, charge, currency)?);
    }
    whole(parts, total)
}

/// A line whose amounts are still exact.
struct Part {
    key: LineKey,
    kind: LineKind,
    name: String,
    quantity: Quantity,
    restocked: Quantity,
    fulfilled: Quantity,
    net: Decimal,
    tax: Decimal,
}

/// Discounts are in the line's total already; `subtotal` and the coupons are not looked at.
fn product(line: &Line<'_>, is_handed_over: bool, currency: Currency) -> Result<Part, Wrong> {
    let Line {
        id,
        name,
        product_id: _,
        variation_id: _,
        quantity: sold,
        total,
        total_tax,
        sku: _,
        meta_data: _,
    } = line;
    let sold = quantity(sold)?;
    Ok(Part {
        key: line_key("line", id)?,
        kind: LineKind::Product(item(line)),
        name: name_or(name, "Unnamed product"),
        quantity: sold,
        restocked: restocked(line)?,
        fulfilled: if is_handed_over { sold } else { Quantity::ZERO },
        net: exact_amount("line's total", total, currency)?,
        tax: exact_amount("line's tax", total_tax, currency)?,
    })
}

pub(super) fn item(line: &Line<'_>) -> ItemRef {
    if is_of_a_lost_variation(line) {
        return ItemRef::default();
    }
    ItemRef {
        variant: variant(&line.product_id, &line.variation_id),
        // A SKU that no table could hold is as good as none: the variant stands for the item.
        sku: Sku::new(line.sku.as_str()).ok(),
        barcode: None,
    }
}

/// How many units went back to the shop's stock.
pub(super) fn restocked(line: &Line<'_>) -> Result<Quantity, Wrong> {
    let meta = &line.meta_data.0;
    meta.iter()
        .find(|meta| meta.key.as_str() == RESTOCKED && !meta.value.is_empty())
        .map_or(Ok(Quantity::ZERO), |meta| quantity(&meta.value))
}

#[derive(Clone, Copy)]
enum Service {
    Shipping,
    Fee,
}

fn service(
    service: Service,
    name: &Scalar<'_>,
    charge: &Charge<'_>,
    currency: Currency,
) -> Result<Part, Wrong> {
    let Charge {
        id,
        name: _,
        method_title: _,
        total,
        total_tax,
    } = charge;
    let (kind, prefix, unnamed) = match service {
        Service::Shipping => (LineKind::Shipping, "shipping", "Shipping"),
        Service::Fee => (LineKind::Fee, "fee", "Fee"),
    };
    Ok(Part {
        key: line_key(prefix, id)?,
        kind,
        name: name_or(name, unnamed),
        quantity: ONE,
        restocked: Quantity::ZERO,
        fulfilled: Quantity::ZERO,
        net: exact_amount("charge", total, currency)?,
        tax: exact_amount("charge's tax", total_tax, currency)?,
    })
}

/// Whole minor units for every part, and a line for what is then left of the shop's total.
fn whole(parts: Vec<Part>, total: Money) -> Result<Vec<OrderLine>, Wrong> {
    let currency = total.currency();
    let too_large = || Wrong::new(Reason::BadAmount, "the order's amounts are too large");
    let exact: Vec<Decimal> = parts.iter().flat_map(|part| [part.net, part.tax]).collect();
    let whole = amount::spread(&exact).ok_or_else(too_large)?;
    let sum = whole
        .iter()
        .try_fold(0_i64, |sum, each| sum.checked_add(*each))
        .ok_or_else(too_large)?;
    let left = total.minor().checked_sub(sum).ok_or_else(too_large)?;
    if left.unsigned_abs() > ROUNDING_LIMIT_MINOR {
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
                net: _,
                tax: _,
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

/// What the shop calls the thing sold: `12` for a simple product, `12:14` for variation 14 of product
/// 12, since the API asks for both. `None` for a product deleted since and for a plugin's line.
fn variant(product: &Scalar<'_>, variation: &Scalar<'_>) -> Option<ShopVariantId> {
    let product = product.id()?;
    match variation.id() {
        Some(variation) => ShopVariantId::new(&format!("{product}:{variation}")).ok(),
        None => ShopVariantId::new(product).ok(),
    }
}

fn line_key(prefix: &str, id: &Scalar<'_>) -> Result<LineKey, Wrong> {
    id.id()
        .and_then(|id| LineKey::new(&format!("{prefix}:{id}")).ok())
        .ok_or_else(|| Wrong::missing("id on a line"))
}

fn name_or(name: &Scalar<'_>, instead: &str) -> String {
    let name = text::unescaped(name.as_str());
    if name.is_empty() {
        instead.to_owned()
    } else {
        name
    }
}
