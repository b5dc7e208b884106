//! WooCommerce's order as the canonical one. Pure.

use jiff::{Timestamp, civil, tz};
use retail::{
    ConnectionId, ContentHash, Currency, Customer, ItemRef, LineKey, LineKind, Money, Order,
    OrderKey, OrderLine, OrderPayment, PaymentKey, PaymentKind, Quantity, ReceiptNumber, SaleState,
    ShopOrderId, ShopVariantId, Sku, Version,
};
use rust_decimal::Decimal;
use shop::{Reading, Reason, Refusal, content_hash};

use crate::loose::Scalar;
use crate::payload::{Billing, Charge, Line, Payload, Refund};
use crate::{amount, status, text};

/// How far the lines may be from the shop's total, in minor units. WooCommerce's rounding makes up
/// to two; what is more is a mistake, and not ours to guess away.
const ROUNDING_LIMIT_MINOR: u64 = 5;

/// A line's own record of how many of its units went back to the shop's stock.
const RESTOCKED: &str = "_restock_refunded_items";

/// The order of `connection` that `payload` is, or why it is none.
pub(crate) fn map(connection: ConnectionId, payload: &Payload<'_>) -> Reading {
    let known = status::state(payload.status.as_str());
    let state = known.unwrap_or(SaleState::NotImported);
    match order(connection, state, payload) {
        Ok(order) => Reading::Order {
            order: Box::new(order),
            status_known: known.is_some(),
        },
        // A draft is half an order: what is wrong with it is wrong with nothing yet.
        Err(_) if known == Some(SaleState::NotImported) => {
            Reading::Nothing("an order that is still a draft")
        }
        Err(Wrong { reason, detail }) => Reading::Refused(Refusal {
            order: payload.id.id().and_then(|id| ShopOrderId::new(id).ok()),
            reason,
            detail,
        }),
    }
}

/// What is wrong with an order, before it is said of which.
struct Wrong {
    reason: Reason,
    detail: String,
}

impl Wrong {
    fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
        }
    }

    fn missing(what: &str) -> Self {
        Self::new(Reason::Unreadable, format!("the order has no {what}"))
    }
}

fn order(
    connection: ConnectionId,
    state: SaleState,
    payload: &Payload<'_>,
) -> Result<Order, Wrong> {
    let Payload {
        id,
        code: _,
        number,
        status,
        currency,
        total,
        date_created_gmt,
        date_modified_gmt,
        date_paid_gmt,
        payment_method,
        billing,
        line_items,
        shipping_lines,
        fee_lines,
        refunds,
    } = payload;
    let order = id
        .id()
        .and_then(|id| ShopOrderId::new(id).ok())
        .ok_or_else(|| Wrong::missing("id"))?;
    if status.is_empty() {
        return Err(Wrong::missing("status"));
    }
    let line_items = line_items.as_ref().ok_or_else(|| Wrong::missing("lines"))?;
    let currency = Currency::from_code(currency.as_str())
        .map_err(|error| Wrong::new(Reason::UnknownCurrency, format!("{error}")))?;
    let created = instant(date_created_gmt);
    let modified_at = instant(date_modified_gmt)
        .or(created)
        .ok_or_else(|| Wrong::missing("date of change"))?;
    let total = whole_amount("total", total, currency)?;

    let mut parts = Vec::new();
    for line in &line_items.0 {
        parts.push(product(line, currency)?);
    }
    for charge in &shipping_lines.0 {
        parts.push(service(
            LineKind::Shipping,
            "shipping",
            &charge.method_title,
            charge,
            currency,
        )?);
    }
    // No charge, no line (SH-7).
    parts.retain(|part| {
        !(part.kind == LineKind::Shipping && part.net.is_zero() && part.tax.is_zero())
    });
    for charge in &fee_lines.0 {
        parts.push(service(
            LineKind::Fee,
            "fee",
            &charge.name,
            charge,
            currency,
        )?);
    }
    let lines = lines(parts, total)?;

    let mut order = Order {
        key: OrderKey { connection, order },
        version: Version {
            modified_at,
            content: ContentHash::new([0; 32]),
        },
        receipt_number: receipt_number(number, id)?,
        placed_at: created.unwrap_or(modified_at),
        state,
        shop_status: text::clean(status.as_str()),
        lines,
        total,
        payments: payments(total, instant(date_paid_gmt), payment_method, &refunds.0)?,
        customer: customer(&billing.0),
    };
    order.version.content = content_hash(&order);
    Ok(order)
}

/// A line whose amounts are still exact.
struct Part {
    key: LineKey,
    kind: LineKind,
    name: String,
    quantity: Quantity,
    restocked: Quantity,
    net: Decimal,
    tax: Decimal,
}

/// Discounts are in the line's total already; `subtotal` and the coupons are not looked at.
fn product(line: &Line<'_>, currency: Currency) -> Result<Part, Wrong> {
    let Line {
        id,
        name,
        product_id,
        variation_id,
        quantity: sold,
        total,
        total_tax,
        sku,
        meta_data,
    } = line;
    let restocked = meta_data
        .0
        .iter()
        .find(|meta| meta.key.as_str() == RESTOCKED)
        .map_or(Ok(Quantity::ZERO), |meta| quantity(&meta.value))?;
    Ok(Part {
        key: line_key("line", id)?,
        kind: LineKind::Product(ItemRef {
            variant: variant(product_id, variation_id),
            // A SKU that no table could hold is as good as none: the variant stands for the item.
            sku: Sku::new(sku.as_str()).ok(),
            barcode: None,
        }),
        name: name_or(name, "Unnamed product"),
        quantity: quantity(sold)?,
        restocked,
        net: exact_amount("line's total", total, currency)?,
        tax: exact_amount("line's tax", total_tax, currency)?,
    })
}

fn service(
    kind: LineKind,
    prefix: &str,
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
    Ok(Part {
        key: line_key(prefix, id)?,
        name: name_or(name, prefix),
        kind,
        quantity: ONE,
        restocked: Quantity::ZERO,
        net: exact_amount("charge", total, currency)?,
        tax: exact_amount("charge's tax", total_tax, currency)?,
    })
}

const ONE: Quantity = Quantity::from_milli(Quantity::SCALE);

/// Whole minor units for every part, and a line for what is then left of the shop's total.
fn lines(parts: Vec<Part>, total: Money) -> Result<Vec<OrderLine>, Wrong> {
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
                net: _,
                tax: _,
            } = part;
            OrderLine {
                key,
                kind,
                name,
                quantity,
                restocked,
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

/// Paid is a date, not an amount: who has one has paid the whole total. Refunds are named one by one.
fn payments(
    total: Money,
    paid_at: Option<Timestamp>,
    method: &Scalar<'_>,
    refunds: &[Refund<'_>],
) -> Result<Vec<OrderPayment>, Wrong> {
    let method = text::clean(method.as_str());
    let mut payments = Vec::new();
    if paid_at.is_some() && total.minor() > 0 {
        payments.push(OrderPayment {
            key: PaymentKey::new("paid").expect("the text is a payment key"),
            kind: PaymentKind::Received,
            method: method.clone(),
            amount: total,
            paid_at,
        });
    }
    for Refund {
        id,
        total: refunded,
    } in refunds
    {
        let refunded = whole_amount("refund", refunded, total.currency())?;
        if refunded.is_zero() {
            continue;
        }
        let key = id
            .id()
            .and_then(|id| PaymentKey::new(&format!("refund:{id}")).ok())
            .ok_or_else(|| Wrong::missing("id on a refund"))?;
        let amount = refunded
            .minor()
            .checked_abs()
            .ok_or_else(|| bad_amount("refund"))?;
        payments.push(OrderPayment {
            key,
            kind: PaymentKind::Refunded,
            method: method.clone(),
            amount: Money::new(amount, total.currency()),
            paid_at: None,
        });
    }
    // WooCommerce lists the newest first; a fixed order makes equal contents equal.
    payments.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(payments)
}

fn customer(billing: &Billing<'_>) -> Option<Customer> {
    let Billing {
        first_name,
        last_name,
        company,
        email,
        phone,
    } = billing;
    let person = text::clean(&format!("{} {}", first_name.as_str(), last_name.as_str()));
    let customer = Customer {
        email: text::clean(email.as_str()),
        name: if person.is_empty() {
            text::clean(company.as_str())
        } else {
            person
        },
        phone: text::clean(phone.as_str()),
    };
    let nobody = customer.email.is_empty() && customer.name.is_empty() && customer.phone.is_empty();
    (!nobody).then_some(customer)
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

/// The number people know the order by, whatever a plugin makes of it.
fn receipt_number(number: &Scalar<'_>, id: &Scalar<'_>) -> Result<ReceiptNumber, Wrong> {
    ReceiptNumber::new(&text::clean(number.as_str()))
        .or_else(|_| ReceiptNumber::new(id.as_str()))
        .map_err(|error| Wrong::new(Reason::Unreadable, error.to_string()))
}

/// WooCommerce's `*_gmt`: an instant without its zone, which is UTC. Dates of before computers are
/// PHP's for "none".
fn instant(text: &Scalar<'_>) -> Option<Timestamp> {
    let text = text.as_str();
    let instant = match text.parse::<civil::DateTime>() {
        Ok(utc) if !text.ends_with(['Z', 'z']) => tz::TimeZone::UTC.to_timestamp(utc).ok()?,
        Ok(_) | Err(_) => text.parse().ok()?,
    };
    (instant > Timestamp::UNIX_EPOCH).then_some(instant)
}

/// Exact to the thousandth: what is finer is not booked as something else.
fn quantity(text: &Scalar<'_>) -> Result<Quantity, Wrong> {
    let bad = || Wrong::new(Reason::BadQuantity, "a line's quantity cannot be booked");
    let quantity: Quantity = amount::decimal(text.as_str())
        .ok_or_else(bad)?
        .normalize()
        .to_string()
        .parse()
        .map_err(|_| bad())?;
    if quantity < Quantity::ZERO {
        return Err(bad());
    }
    Ok(quantity)
}

fn exact_amount(what: &str, text: &Scalar<'_>, currency: Currency) -> Result<Decimal, Wrong> {
    amount::minor(text.as_str(), currency).ok_or_else(|| bad_amount(what))
}

fn whole_amount(what: &str, text: &Scalar<'_>, currency: Currency) -> Result<Money, Wrong> {
    if text.is_empty() {
        return Err(Wrong::missing(what));
    }
    amount::rounded(exact_amount(what, text, currency)?)
        .map(|minor| Money::new(minor, currency))
        .ok_or_else(|| bad_amount(what))
}

fn bad_amount(what: &str) -> Wrong {
    Wrong::new(
        Reason::BadAmount,
        format!("the {what} is no amount that can be booked"),
    )
}
