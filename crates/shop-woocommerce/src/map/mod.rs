//! WooCommerce's order as the canonical one. Pure.

mod lines;
mod outline;
mod payments;
mod value;
mod variation;

use jiff::{Timestamp, civil, tz};
use retail::{
    ConnectionId, ContentHash, Currency, Customer, Order, OrderKey, ReceiptNumber, SaleState,
    ShopOrderId, Version,
};
use shop::{Reading, Reason, Refusal, content_hash};

use self::lines::lines;
use self::outline::outline;
use self::payments::payments;
use self::value::whole_amount;
use crate::loose::Scalar;
use crate::payload::{Billing, Payload};
use crate::{status, text};

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
        Err(_) if known.is_some_and(|state| !state.is_imported()) => {
            Reading::Nothing("an order that is still a draft")
        }
        Err(Wrong { reason, detail }) => {
            let order = payload.id.id().and_then(|id| ShopOrderId::new(id).ok());
            Reading::Refused(Refusal {
                outline: outline(connection, order.as_ref(), state, payload),
                order,
                reason,
                detail,
            })
        }
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

    let is_handed_over = status::is_handed_over(status.as_str());
    let lines = lines(
        &line_items.0,
        &shipping_lines.0,
        &fee_lines.0,
        total,
        is_handed_over,
    )?;

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

/// The number people know the order by, whatever a plugin makes of it.
fn receipt_number(number: &Scalar<'_>, id: &Scalar<'_>) -> Result<ReceiptNumber, Wrong> {
    ReceiptNumber::new(&text::clean(number.as_str()))
        .or_else(|_| ReceiptNumber::new(id.as_str()))
        .map_err(|error| Wrong::new(Reason::Unreadable, error.to_string()))
}

/// WooCommerce's `*_gmt`: an instant without its zone, which is UTC. Dates of before computers are
/// PHP's for "none".
pub(crate) fn instant(text: &Scalar<'_>) -> Option<Timestamp> {
    let text = text.as_str();
    let instant = match text.parse::<civil::DateTime>() {
        Ok(utc) if !text.ends_with(['Z', 'z']) => tz::TimeZone::UTC.to_timestamp(utc).ok()?,
        Ok(_) | Err(_) => text.parse().ok()?,
    };
    (instant > Timestamp::UNIX_EPOCH).then_some(instant)
}
