//! An order's lines: products, shipping, handling, gift wrapping, fees, and what is left of the total.

use retail::{
    Barcode, Currency, ItemRef, LineKey, LineKind, Money, Order, OrderLine, Quantity,
    ShopVariantId, Sku,
};
use rust_decimal::Decimal;
use shop::Reason;

use super::Wrong;
use super::totals::{ROUNDING_LIMIT_MINOR, Totals};
use super::value::{bad_amount, exact_amount, quantity};
use crate::payload::{self, Discount, Fee, Line};
use crate::scalar::Scalar;
use crate::stand_in;
use crate::status::Status;
use crate::text;
use shop::amount;

const ONE: Quantity = Quantity::from_milli(Quantity::SCALE);

/// Sold like goods, and in no stockroom: a certificate is money, a download is endless.
const WITHOUT_STOCK: [&str; 2] = ["giftcertificate", "digital"];

/// The lines of an order whose sums are `totals`: they add up to its total and to its tax.
///
/// No line says that anything went back to stock: BigCommerce's refunds do not, and
/// `quantity_refunded` is about money (BC-4).
pub(super) fn lines(
    status: Status,
    order: &payload::Order<'_>,
    products: &[Line<'_>],
    fees: &[Fee<'_>],
    totals: &Totals,
) -> Result<Vec<OrderLine>, Wrong> {
    let currency = totals.total.currency();
    let mut parts = Vec::with_capacity(products.len() + fees.len() + 3);
    for line in products {
        parts.push(product(status, line, currency)?);
    }
    for (key, kind, name, cost, tax) in [
        (
            "shipping",
            LineKind::Shipping,
            "Shipping",
            &order.shipping_cost_inc_tax,
            &order.shipping_cost_tax,
        ),
        (
            "handling",
            LineKind::Handling,
            "Handling",
            &order.handling_cost_inc_tax,
            &order.handling_cost_tax,
        ),
        (
            "wrapping",
            LineKind::GiftWrapping,
            "Gift wrapping",
            &order.wrapping_cost_inc_tax,
            &order.wrapping_cost_tax,
        ),
    ] {
        let key = LineKey::new(key).expect("the text is a line key");
        let part = service(key, kind, name, cost, tax, currency)?;
        // No charge, no line.
        parts.extend((!part.gross.is_zero()).then_some(part));
    }
    for fee in fees {
        let Fee {
            id,
            display_name_customer,
            display_name_merchant,
            cost_inc_tax,
            cost_tax,
        } = fee;
        let name = text::first_of(&[
            display_name_customer.as_str(),
            display_name_merchant.as_str(),
            "Fee",
        ]);
        let key = line_key("fee", id)?;
        parts.push(service(
            key,
            LineKind::Fee,
            &name,
            cost_inc_tax,
            cost_tax,
            currency,
        )?);
    }
    whole(parts, totals)
}

/// A line whose amounts are still exact. `gross` includes the tax.
struct Part {
    key: LineKey,
    kind: LineKind,
    name: String,
    quantity: Quantity,
    fulfilled: Quantity,
    gross: Decimal,
    tax: PartTax,
}

/// A line's tax after discounts, in both ways that the shop can mean it. By the text of its documents
/// a line's tax is after a discount made by hand, by their example before it: the order's own tax
/// tells which.
struct PartTax {
    /// As if what the shop says were before discounts.
    lessened: Decimal,
    as_said: Decimal,
}

/// A part of a bundle is a line of its own, of price 0, whose stock leaves like any other's.
fn product(status: Status, line: &Line<'_>, currency: Currency) -> Result<Part, Wrong> {
    let Line {
        id,
        product_id: _,
        variant_id: _,
        name,
        sku: _,
        upc: _,
        kind: _,
        quantity: sold,
        quantity_shipped,
        quantity_refunded,
        total_inc_tax,
        total_tax,
        discounted_total_inc_tax,
        applied_discounts,
    } = line;
    let sold = quantity(sold)?;
    let amount_of = |what, text| exact_amount(what, text, currency);
    let before = amount_of("line's total", total_inc_tax)?;
    let gross = if discounted_total_inc_tax.is_empty() {
        discounted(before, applied_discounts.as_deref(), currency)?
    } else {
        amount_of("line's discounted total", discounted_total_inc_tax)?
    };
    Ok(Part {
        key: line_key("line", id)?,
        kind: stocked(line).map_or(LineKind::Fee, LineKind::Product),
        name: text::first_of(&[name.as_str(), "Unnamed product"]),
        quantity: sold,
        fulfilled: fulfilled(status, sold, quantity_shipped, quantity_refunded),
        gross,
        tax: part_tax(gross, before, amount_of("line's tax", total_tax)?)?,
    })
}

/// What of a line was shipped or paid back. Whether the same units were both, nobody says: most often what is
/// paid back was not sent. No sale is refused for what cannot be read here.
fn fulfilled(
    status: Status,
    sold: Quantity,
    shipped: &Scalar<'_>,
    refunded: &Scalar<'_>,
) -> Quantity {
    if status.is_handed_over() {
        return sold;
    }
    let units = |text| quantity(text).unwrap_or_default();
    let done_with = units(shipped).checked_add(units(refunded));
    done_with.map_or(sold, |done_with| done_with.min(sold))
}

/// What a line takes from a stockroom.
pub(super) fn stocked(line: &Line<'_>) -> Option<ItemRef> {
    let has_stock = !WITHOUT_STOCK.contains(&line.kind.as_str());
    has_stock.then(|| ItemRef {
        variant: variant(&line.product_id, &line.variant_id),
        // What no table could hold is as good as none: the variant stands for the item. So is what only stands in for one.
        sku: Sku::new(line.sku.as_str())
            .ok()
            .filter(|sku| !stand_in::is(sku.as_str())),
        barcode: Barcode::new(line.upc.as_str()).ok(),
    })
}

fn discounted(
    before: Decimal,
    discounts: Option<&[Discount<'_>]>,
    currency: Currency,
) -> Result<Decimal, Wrong> {
    discounts
        .unwrap_or_default()
        .iter()
        .try_fold(before, |rest, Discount { amount }| {
            rest.checked_sub(exact_amount("line's discount", amount, currency)?)
                .ok_or_else(|| bad_amount("line's discount"))
        })
}

/// Before discounts a line's tax is as much more as the line is.
fn part_tax(gross: Decimal, before: Decimal, as_said: Decimal) -> Result<PartTax, Wrong> {
    let lessened = if gross == before || before.is_zero() {
        as_said
    } else {
        as_said
            .checked_mul(gross)
            .and_then(|tax| tax.checked_div(before))
            .ok_or_else(|| bad_amount("line's tax"))?
    };
    Ok(PartTax { lessened, as_said })
}

fn service(
    key: LineKey,
    kind: LineKind,
    name: &str,
    cost: &Scalar<'_>,
    tax: &Scalar<'_>,
    currency: Currency,
) -> Result<Part, Wrong> {
    let tax = exact_amount("charge's tax", tax, currency)?;
    Ok(Part {
        key,
        kind,
        name: name.to_owned(),
        quantity: ONE,
        fulfilled: Quantity::ZERO,
        gross: exact_amount("charge", cost, currency)?,
        tax: PartTax {
            lessened: tax,
            as_said: tax,
        },
    })
}

/// Whole minor units for every part, and a line for what is then left of the shop's total and tax.
fn whole(parts: Vec<Part>, totals: &Totals) -> Result<Vec<OrderLine>, Wrong> {
    let currency = totals.total.currency();
    let too_large = || Wrong::new(Reason::BadAmount, "the order's amounts are too large");
    let gross = spread(parts.iter().map(|part| part.gross)).ok_or_else(too_large)?;
    let left = remainder(totals.total, &gross).ok_or_else(too_large)?;
    let (kind, name) = rest(left, totals)?;
    let (tax, tax_left) = taxes(&parts, left, totals)?;

    let mut lines = Vec::with_capacity(parts.len() + 1);
    for ((part, gross), tax) in parts.into_iter().zip(gross).zip(tax) {
        let Part {
            key,
            kind,
            name,
            quantity,
            fulfilled,
            gross: _,
            tax: _,
        } = part;
        lines.push(OrderLine {
            key,
            kind,
            name,
            quantity,
            restocked: Quantity::ZERO,
            fulfilled,
            net: Money::new(gross.checked_sub(tax).ok_or_else(too_large)?, currency),
            tax: Money::new(tax, currency),
        });
    }
    if left != 0 || tax_left != 0 {
        lines.push(OrderLine {
            key: LineKey::new("rest").expect("the text is a line key"),
            kind,
            name: name.to_owned(),
            quantity: ONE,
            restocked: Quantity::ZERO,
            fulfilled: Quantity::ZERO,
            net: Money::new(left.checked_sub(tax_left).ok_or_else(too_large)?, currency),
            tax: Money::new(tax_left, currency),
        });
    }
    if lines.len() > Order::LINES_LIMIT {
        let (count, limit) = (lines.len(), Order::LINES_LIMIT);
        return Err(Wrong::new(
            Reason::TooManyLines,
            format!("the order has {count} lines, more than {limit}"),
        ));
    }
    Ok(lines)
}

/// The tax of every part, and what is then left of the order's own: cents, or the tax within the
/// discount that no line carries. What is more is a mistake, and no line is given it.
fn taxes(parts: &[Part], left: i64, totals: &Totals) -> Result<(Vec<i64>, i64), Wrong> {
    let too_large = || Wrong::new(Reason::BadAmount, "the order's amounts are too large");
    let fit = |tax: fn(&Part) -> Decimal| -> Result<(Vec<i64>, i64), Wrong> {
        let tax = spread(parts.iter().map(tax)).ok_or_else(too_large)?;
        let tax_left = remainder(totals.tax, &tax).ok_or_else(too_large)?;
        Ok((tax, tax_left))
    };
    let is_within_rest = |tax_left: i64| {
        tax_left.unsigned_abs() <= ROUNDING_LIMIT_MINOR || (left..0).contains(&tax_left)
    };
    let lessened = fit(|part| part.tax.lessened)?;
    if is_within_rest(lessened.1) {
        return Ok(lessened);
    }
    let as_said = fit(|part| part.tax.as_said)?;
    if is_within_rest(as_said.1) {
        return Ok(as_said);
    }
    let lacking = Money::new(lessened.1, totals.total.currency());
    Err(Wrong::new(
        Reason::TotalsMismatch,
        format!(
            "the lines lack {lacking} of the order's tax of {}",
            totals.tax
        ),
    ))
}

/// What it is that the lines lack: cents, or a discount on the order that no line carries.
fn rest(left: i64, totals: &Totals) -> Result<(LineKind, &'static str), Wrong> {
    if left.unsigned_abs() <= ROUNDING_LIMIT_MINOR {
        return Ok((LineKind::Rounding, "Rounding"));
    }
    let most = totals
        .discounts
        .minor()
        .unsigned_abs()
        .saturating_add(ROUNDING_LIMIT_MINOR);
    if left < 0 && totals.discounts.minor() > 0 && left.unsigned_abs() <= most {
        return Ok((LineKind::Fee, "Discount"));
    }
    let left = Money::new(left, totals.total.currency());
    Err(Wrong::new(
        Reason::TotalsMismatch,
        format!(
            "the lines lack {left} of the order's total of {}",
            totals.total
        ),
    ))
}

fn spread(amounts: impl Iterator<Item = Decimal>) -> Option<Vec<i64>> {
    amount::spread(&amounts.collect::<Vec<_>>())
}

fn remainder(total: Money, parts: &[i64]) -> Option<i64> {
    parts
        .iter()
        .try_fold(total.minor(), |left, part| left.checked_sub(*part))
}

/// What the store calls the thing sold: `77:509`, since the API asks for both ids. `None` for a
/// product made up for one order: it goes by its name.
fn variant(product: &Scalar<'_>, variant: &Scalar<'_>) -> Option<ShopVariantId> {
    let product = product.id()?;
    match variant.id() {
        Some(variant) => ShopVariantId::new(&format!("{product}:{variant}")).ok(),
        None => ShopVariantId::new(product).ok(),
    }
}

fn line_key(prefix: &str, id: &Scalar<'_>) -> Result<LineKey, Wrong> {
    id.id()
        .and_then(|id| LineKey::new(&format!("{prefix}:{id}")).ok())
        .ok_or_else(|| Wrong::missing("id on a line"))
}
