//! eCom's order as the canonical one. Pure.

mod lines;
mod outline;
mod parts;
mod payments;
mod value;

use jiff::Timestamp;
use jiff::fmt::strtime;
use retail::{
    ConnectionId, ContentHash, Currency, Customer, Money, MoneyError, Order, OrderKey,
    ReceiptNumber, ShopOrderId, Version,
};
use shop::{Reading, Reason, Refusal, content_hash};

use self::lines::{Terms, lines};
use self::outline::outline;
use self::parts::Charged;
use self::payments::{Settled, payments};
use self::value::{bad_amount, whole_amount};
use crate::loose::Scalar;
use crate::payload::{Payload, Person};
use crate::status::{self, Status};
use crate::text;

/// The order of `connection` that `payload` is, in the store's `currency`, or why it is none.
pub(crate) fn map(connection: ConnectionId, currency: Currency, payload: &Payload<'_>) -> Reading {
    let known = status::status(payload.payment_status.as_str());
    let status = known.unwrap_or(status::UNKNOWN);
    match order(connection, currency, status, payload) {
        Ok(order) => Reading::Order {
            order: Box::new(order),
            status_known: known.is_some(),
        },
        // An unfinished order is half an order: what is wrong with it is wrong with nothing yet.
        Err(_) if known.is_some_and(|status| !status.state.is_imported()) => {
            Reading::Nothing("an order that is still unfinished")
        }
        Err(wrong) => refused(connection, status, payload, wrong),
    }
}

/// An order whose currency is none that can be booked.
pub(crate) fn of_unknown_currency(
    connection: ConnectionId,
    error: MoneyError,
    payload: &Payload<'_>,
) -> Reading {
    let status = status::status(payload.payment_status.as_str()).unwrap_or(status::UNKNOWN);
    let wrong = Wrong::new(Reason::UnknownCurrency, error.to_string());
    refused(connection, status, payload, wrong)
}

fn refused(
    connection: ConnectionId,
    status: Status,
    payload: &Payload<'_>,
    Wrong { reason, detail }: Wrong,
) -> Reading {
    let order = order_id(&payload.id, &payload.internal_id);
    Reading::Refused(Refusal {
        outline: outline(connection, order.as_ref(), status, payload),
        order,
        reason,
        detail,
    })
}

/// What an order is known by for ever: the id that people see, and where a merchant's prefix makes
/// that no id, the internal number.
pub(crate) fn order_id(id: &Scalar<'_>, internal_id: &Scalar<'_>) -> Option<ShopOrderId> {
    ShopOrderId::new(id.as_str())
        .ok()
        .or_else(|| ShopOrderId::new(internal_id.id()?).ok())
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
    currency: Currency,
    status: Status,
    payload: &Payload<'_>,
) -> Result<Order, Wrong> {
    let Payload {
        id,
        internal_id,
        vendor_order_number,
        payment_status,
        fulfillment_status,
        payment_method,
        payment_module,
        total,
        gift_card_redemption,
        coupon_discount,
        discount,
        prices_include_tax,
        refunded_amount,
        refunds,
        create_date,
        create_timestamp,
        update_date,
        update_timestamp,
        email,
        billing_person,
        shipping_person,
        items,
        shipping_option,
        taxes_on_shipping,
        handling_fee,
        custom_surcharges,
    } = payload;
    let order = order_id(id, internal_id).ok_or_else(|| Wrong::missing("id"))?;
    if payment_status.is_empty() {
        return Err(Wrong::missing("payment status"));
    }
    let created = instant(create_timestamp, create_date);
    let modified_at = instant(update_timestamp, update_date)
        .or(created)
        .ok_or_else(|| Wrong::missing("date of change"))?;
    let to_pay = whole_amount("total", total, currency)?;
    let by_gift_card = if gift_card_redemption.is_empty() {
        Money::zero(currency)
    } else {
        whole_amount("gift card's amount", gift_card_redemption, currency)?
    };
    // A gift card is a means of payment: the sale is what the goods cost.
    let total = to_pay
        .checked_add(by_gift_card)
        .map_err(|_| bad_amount("total"))?;
    let charged = Charged {
        items: items.as_deref().ok_or_else(|| Wrong::missing("lines"))?,
        are_items_handed_over: status::is_handed_over(fulfillment_status.as_str()),
        shipping: shipping_option.as_ref(),
        taxes_on_shipping: taxes_on_shipping.as_deref().unwrap_or_default(),
        handling: handling_fee.as_ref(),
        surcharges: custom_surcharges.as_deref().unwrap_or_default(),
    };
    let terms = Terms {
        coupon_discount,
        discount,
        prices_include_tax,
    };
    let settled = Settled {
        method: payment_method,
        module: payment_module,
        refunds: refunds.as_deref().unwrap_or_default(),
        refunded_amount,
    };
    // Who pays; where the merchant does not ask for that, who receives.
    let person = billing_person.as_ref().or(shipping_person.as_ref());
    let mut order = Order {
        receipt_number: receipt_number(vendor_order_number, &order)?,
        key: OrderKey { connection, order },
        version: Version {
            modified_at,
            content: ContentHash::new([0; 32]),
        },
        placed_at: created.unwrap_or(modified_at),
        state: status.state,
        shop_status: shop_status(payment_status, fulfillment_status),
        lines: lines(status, &charged, &terms, total)?,
        total,
        payments: payments(status.paid, &settled, to_pay, by_gift_card)?,
        customer: customer(email, person),
    };
    order.version.content = content_hash(&order);
    Ok(order)
}

/// Both of eCom's statuses: `PAID, SHIPPED`.
fn shop_status(payment: &Scalar<'_>, fulfilment: &Scalar<'_>) -> String {
    let payment = payment.as_str();
    match fulfilment.as_str() {
        "" => text::clean(payment),
        fulfilment => text::clean(&format!("{payment}, {fulfilment}")),
    }
}

fn customer(email: &Scalar<'_>, person: Option<&Person<'_>>) -> Option<Customer> {
    let (name, phone) = person.map(name_and_phone).unwrap_or_default();
    let email = text::clean(email.as_str());
    let nobody = email.is_empty() && name.is_empty() && phone.is_empty();
    (!nobody).then_some(Customer { email, name, phone })
}

fn name_and_phone(person: &Person<'_>) -> (String, String) {
    let Person {
        name,
        first_name,
        last_name,
        company_name,
        phone,
    } = person;
    let both = format!("{} {}", first_name.as_str(), last_name.as_str());
    let name = [name.as_str(), both.trim(), company_name.as_str()]
        .into_iter()
        .map(text::clean)
        .find(|name| !name.is_empty());
    (name.unwrap_or_default(), text::clean(phone.as_str()))
}

/// The number people know the order by.
fn receipt_number(number: &Scalar<'_>, order: &ShopOrderId) -> Result<ReceiptNumber, Wrong> {
    ReceiptNumber::new(&text::clean(number.as_str()))
        .or_else(|_| ReceiptNumber::new(order.as_str()))
        .map_err(|error| Wrong::new(Reason::Unreadable, error.to_string()))
}

/// Unix seconds, else `2026-01-05 09:00:00 +0000`.
pub(crate) fn instant(timestamp: &Scalar<'_>, date: &Scalar<'_>) -> Option<Timestamp> {
    const DATE: &str = "%Y-%m-%d %H:%M:%S %z";

    let seconds = timestamp.as_str().parse().ok();
    let instant = seconds
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .filter(|instant| *instant > Timestamp::UNIX_EPOCH)
        .or_else(|| {
            let date = strtime::parse(DATE, date.as_str()).ok()?;
            date.to_timestamp().ok()
        })?;
    (instant > Timestamp::UNIX_EPOCH).then_some(instant)
}
