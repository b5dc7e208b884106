//! What Shopify tells of the order and not for certain of its lines: tax and tip.

use retail::{ItemRef, LineKey, LineKind, Quantity};
use rust_decimal::Decimal;

use super::Wrong;
use super::book::{ONE, Part, ROUNDING_LIMIT_MINOR};
use super::value::{minus, plus, sum, too_large};

/// Shopify may tell the tax of the order and not of its lines, or put all of it on the first line. Where
/// the lines' taxes cannot be right, the order's tax is spread over the prices that bear any.
pub(super) fn tax(
    parts: &mut [Part],
    stated: Option<Decimal>,
    taxes_included: bool,
) -> Result<(), Wrong> {
    let Some(stated) = stated else {
        return Ok(());
    };
    let told = sum(parts.iter().map(|part| part.tax))?;
    let adds_up = minus(told, stated)?.abs() <= Decimal::from(ROUNDING_LIMIT_MINOR);
    let fits = !taxes_included || parts.iter().all(|part| part.tax.abs() <= part.price.abs());
    let bearing = parts.iter().filter(|part| part.bears_tax);
    let base = sum(bearing.map(|part| part.price))?;
    if (adds_up && fits) || base.is_zero() {
        return Ok(());
    }
    for part in parts {
        part.tax = if part.bears_tax {
            stated
                .checked_mul(part.price)
                .and_then(|tax| tax.checked_div(base))
                .ok_or_else(too_large)?
        } else {
            Decimal::ZERO
        };
    }
    Ok(())
}

/// Shopify tells the tip beside the lines; whether it also stands among them depends on how it was given.
/// What the lines lack of the total says which.
pub(super) fn tip(
    parts: &mut Vec<Part>,
    tip: Decimal,
    total: Decimal,
    taxes_included: bool,
) -> Result<(), Wrong> {
    if tip.is_zero() {
        return Ok(());
    }
    let mut lines = sum(parts.iter().map(|part| part.price))?;
    if !taxes_included {
        lines = plus(lines, sum(parts.iter().map(|part| part.tax))?)?;
    }
    let missing = minus(total, lines)?;
    if minus(missing, tip)?.abs() < missing.abs() {
        parts.push(Part {
            key: LineKey::new("tip").expect("the text is a line key"),
            kind: LineKind::Fee,
            name: "Tip".to_owned(),
            quantity: ONE,
            restocked: Quantity::ZERO,
            fulfilled: Quantity::ZERO,
            price: tip,
            tax: Decimal::ZERO,
            bears_tax: false,
        });
    } else if let Some(part) = parts
        .iter_mut()
        .find(|part| part.price == tip && part.kind == LineKind::Product(ItemRef::default()))
    {
        part.kind = LineKind::Fee;
    }
    Ok(())
}
