//! Shopify's order as the canonical one. Pure.

mod book;
mod customer;
mod lines;
mod outline;
mod payments;
mod returned;
mod settle;
mod total;
mod units;
mod value;

use retail::{ConnectionId, ContentHash, Currency, OrderKey, ReceiptNumber, SaleState, Version};
use shop::{Reading, Reason, Refusal, content_hash};

use self::customer::customer;
use self::lines::lines;
use self::outline::outline;
use self::payments::payments;
use self::returned::Returned;
use crate::payload::Order;
use crate::text;

/// The order of `connection` that `payload` is, or why it is none.
pub(crate) fn map(connection: ConnectionId, payload: &Order) -> Reading {
    let state = state(payload);
    match order(connection, state, payload) {
        Ok(order) => Reading::Order {
            order: Box::new(order),
            status_known: true,
        },
        Err(_) if !state.is_imported() => Reading::Nothing("a test order"),
        Err(Wrong { reason, detail }) => Reading::Refused(Refusal {
            order: payload.id.order(),
            reason,
            detail,
            outline: outline(connection, state, payload),
        }),
    }
}

/// Unpaid orders are sales like paid ones (SH-11, POS-3), and refunded ones stay sales. A test order is
/// none.
fn state(order: &Order) -> SaleState {
    if order.test {
        SaleState::NotImported
    } else if order.cancelled_at.is_some() {
        SaleState::Voided
    } else {
        SaleState::Closed
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
    payload: &Order,
) -> Result<retail::Order, Wrong> {
    let order = payload.id.order().ok_or_else(|| Wrong::missing("id"))?;
    // A method that an edit took off again was one all the same: the sale may exist already.
    if payload.shipping_lines.nodes.is_empty() {
        return Err(Wrong::new(
            Reason::NoShippingMethod,
            "the order has no shipping method",
        ));
    }
    let currency = Currency::from_code(&payload.currency_code)
        .map_err(|error| Wrong::new(Reason::UnknownCurrency, error.to_string()))?;
    let returned = Returned::of(payload, state, currency)?;
    let (lines, total) = lines(payload, state, &returned, currency)?;
    let mut order = retail::Order {
        key: OrderKey { connection, order },
        version: Version {
            modified_at: payload.updated_at,
            content: ContentHash::new([0; 32]),
        },
        // As the shop shows it, `#` and all (SH-16).
        receipt_number: ReceiptNumber::new(&payload.name)
            .map_err(|error| Wrong::new(Reason::Unreadable, error.to_string()))?,
        placed_at: payload.created_at,
        state,
        shop_status: shop_status(payload),
        lines,
        total,
        payments: payments(&payload.transactions, currency)?,
        customer: customer(payload),
    };
    order.version.content = content_hash(&order);
    Ok(order)
}

/// Shopify's words, also those it made up since: `PAID, UNFULFILLED`.
fn shop_status(order: &Order) -> String {
    let cancelled = order.cancelled_at.map(|_| "CANCELLED");
    let words: Vec<&str> = cancelled
        .into_iter()
        .chain(order.display_financial_status.as_deref())
        .chain(order.display_fulfillment_status.as_deref())
        .collect();
    text::clean(&words.join(", "))
}
