//! BigCommerce's order as the canonical one. Pure.

mod lines;
mod outline;
mod payments;
mod totals;
mod value;

use jiff::Timestamp;
use retail::{
    ConnectionId, ContentHash, Currency, Customer, Order, OrderKey, ReceiptNumber, ShopOrderId,
    Version,
};
use shop::{Reading, Reason, Refusal, content_hash};

use self::lines::lines;
use self::outline::outline;
use self::payments::payments;
use self::totals::totals;
use crate::date::instant;
use crate::payload::{self, Billing, Document};
use crate::scalar::Scalar;
use crate::status::{Status, status_of};
use crate::text;

/// The order of `connection` that `document` is, or why it is none.
pub(crate) fn map(connection: ConnectionId, document: &Document<'_>) -> Reading {
    let order = &document.order;
    let refused = |state, Wrong { reason, detail }| {
        let id = order.id.id().and_then(|id| ShopOrderId::new(id).ok());
        Reading::Refused(Refusal {
            outline: outline(connection, id.as_ref(), state, document),
            order: id,
            reason,
            detail,
        })
    };
    let Some(status) = status_of(&order.status_id) else {
        return refused(None, no_status(&order.status_id));
    };
    match build(connection, status, document) {
        Ok(order) => Reading::Order {
            order: Box::new(order),
            status_known: true,
        },
        // A checkout left half way is half an order: what is wrong with it is wrong with nothing yet.
        Err(_) if !status.state.is_imported() => {
            Reading::Nothing("an order that is not placed yet")
        }
        Err(wrong) => refused(Some(status.state), wrong),
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

fn no_status(id: &Scalar<'_>) -> Wrong {
    /// An id that is said is at most this long.
    const ID_LIMIT_BYTES: usize = 20;

    let id = id.as_str();
    let is_number = id.len() <= ID_LIMIT_BYTES && id.bytes().all(|byte| byte.is_ascii_digit());
    match (id.is_empty(), is_number) {
        (true, _) => Wrong::missing("status"),
        (false, true) => Wrong::new(
            Reason::UnknownStatus,
            format!("status {id} is none of BigCommerce's fifteen"),
        ),
        (false, false) => Wrong::new(Reason::UnknownStatus, "the status is not a number"),
    }
}

fn build(
    connection: ConnectionId,
    status: Status,
    document: &Document<'_>,
) -> Result<Order, Wrong> {
    let Document {
        order,
        products,
        fees,
        refunds,
        transactions,
    } = document;
    let id = order
        .id
        .id()
        .and_then(|id| ShopOrderId::new(id).ok())
        .ok_or_else(|| Wrong::missing("id"))?;
    let receipt_number = ReceiptNumber::new(id.as_str())
        .map_err(|error| Wrong::new(Reason::Unreadable, error.to_string()))?;
    let created = instant(order.date_created.as_str());
    let modified_at = modified_at(created, document)?;
    let currency = currency(order)?;
    let totals = totals(order, fees, currency)?;
    let lines = lines(status, order, products, fees, &totals)?;
    let payments = payments(status, order, transactions, refunds, &totals)?;

    let mut order = Order {
        key: OrderKey {
            connection,
            order: id,
        },
        version: Version {
            modified_at,
            content: ContentHash::new([0; 32]),
        },
        receipt_number,
        placed_at: created.unwrap_or(modified_at),
        state: status.state,
        shop_status: shop_status(order, status),
        lines,
        total: totals.total,
        payments,
        customer: order.billing_address.as_ref().and_then(customer),
    };
    order.version.content = content_hash(&order);
    Ok(order)
}

/// As the store's people see it. To archive an order, which the store calls to delete it, changes what
/// they see and not its status: what was sold stays sold, and what was cancelled before stays cancelled.
fn shop_status(order: &payload::Order<'_>, status: Status) -> String {
    let words = text::first_of(&[
        order.custom_status.as_str(),
        order.status.as_str(),
        status.label,
    ]);
    if order.is_deleted.is_true() {
        format!("{words} (archived)")
    } else {
        words
    }
}

/// When anything of the order changed last. A payment or a refund is not promised to move the
/// order's own date, and a snapshot that has one more must count as the newer.
fn modified_at(created: Option<Timestamp>, document: &Document<'_>) -> Result<Timestamp, Wrong> {
    let own = instant(document.order.date_modified.as_str())
        .or(created)
        .ok_or_else(|| Wrong::missing("date of change"))?;
    let payments = document.transactions.iter().map(|row| &row.date_created);
    let refunds = document.refunds.iter().map(|row| &row.created);
    let latest = payments
        .chain(refunds)
        .filter_map(|date| instant(date.as_str()))
        .max();
    Ok(latest.map_or(own, |latest| latest.max(own)))
}

/// What the shopper paid in, not what prices were shown in.
fn currency(order: &payload::Order<'_>) -> Result<Currency, Wrong> {
    let code = if order.default_currency_code.is_empty() {
        &order.currency_code
    } else {
        &order.default_currency_code
    };
    Currency::from_code(code.as_str())
        .map_err(|error| Wrong::new(Reason::UnknownCurrency, error.to_string()))
}

fn customer(billing: &Billing<'_>) -> Option<Customer> {
    let Billing {
        first_name,
        last_name,
        company,
        email,
        phone,
    } = billing;
    let person = format!("{} {}", first_name.as_str(), last_name.as_str());
    let customer = Customer {
        email: text::clean(email.as_str()),
        name: text::first_of(&[&person, company.as_str()]),
        phone: text::clean(phone.as_str()),
    };
    let nobody = customer.email.is_empty() && customer.name.is_empty() && customer.phone.is_empty();
    (!nobody).then_some(customer)
}
