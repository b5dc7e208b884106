//! What was paid, and what was given back.

use jiff::Timestamp;
use retail::{Money, OrderPayment, PaymentKey, PaymentKind, SaleState};
use shop::Reason;

use super::Wrong;
use super::totals::Totals;
use super::value::{bad_amount, whole_amount};
use crate::date::instant;
use crate::payload::{Order, Refund, RefundPayment, Transaction};
use crate::scalar::Scalar;
use crate::status::{AWAITING_PAYMENT, Status};
use crate::text;

/// The events by which money comes in. An authorisation is a promise.
const RECEIVED: [&str; 3] = ["purchase", "capture", "settled"];
const DONE: &str = "ok";

const GIFT_CERTIFICATE: &str = "gift_certificate";
const STORE_CREDIT: &str = "store_credit";

/// By which the shop says of the whole order that its money has not come.
const NOT_RECEIVED: [&str; 7] = [
    "authorized",
    "capture pending",
    "declined",
    "held for review",
    "pending",
    "void",
    "void pending",
];

/// Received by transaction; where the shop lists none (payments outside it, orders made by API) the
/// status decides. Given back by refund, never by `refunded_amount`, which is always 0.
pub(super) fn payments(
    status: Status,
    order: &Order<'_>,
    transactions: &[Transaction<'_>],
    refunds: &[Refund<'_>],
    totals: &Totals,
) -> Result<Vec<OrderPayment>, Wrong> {
    let mut payments = Vec::new();
    for transaction in transactions {
        payments.extend(received(transaction, totals)?);
    }
    let is_paid_outside = transactions.is_empty() && is_paid(status, &order.payment_status);
    if is_paid_outside || !payments.is_empty() {
        for (method, amount) in [
            (GIFT_CERTIFICATE, totals.gift_certificate),
            (STORE_CREDIT, totals.store_credit),
        ] {
            if !payments.iter().any(|payment| payment.method == method) {
                payments.extend(payment(
                    method,
                    PaymentKind::Received,
                    method,
                    amount,
                    None,
                )?);
            }
        }
    }
    if is_paid_outside {
        let received = payments.iter().map(|payment| payment.amount);
        let rest = Money::sum(totals.total.currency(), received)
            .and_then(|received| totals.total.checked_sub(received))
            .map_err(|_| bad_amount("payment"))?;
        if rest.minor() > 0 {
            let method = text::clean(order.payment_method.as_str());
            payments.extend(payment("paid", PaymentKind::Received, &method, rest, None)?);
        }
    }
    for refund in refunds {
        payments.extend(given_back(refund, totals)?);
    }
    // A fixed order makes equal contents equal.
    payments.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(payments)
}

/// Whether an order without a single transaction is paid.
fn is_paid(status: Status, payment_status: &Scalar<'_>) -> bool {
    match status.state {
        SaleState::Closed => {
            status != AWAITING_PAYMENT && !NOT_RECEIVED.contains(&payment_status.as_str())
        }
        SaleState::Voided | SaleState::Unfinished | SaleState::NotImported => false,
    }
}

fn received(transaction: &Transaction<'_>, totals: &Totals) -> Result<Option<OrderPayment>, Wrong> {
    let Transaction {
        id,
        event,
        method,
        amount,
        currency,
        status,
        date_created,
        test,
    } = transaction;
    let is_money = RECEIVED.contains(&event.as_str()) && status.as_str() == DONE && !test.is_true();
    if !is_money {
        return Ok(None);
    }
    let own = totals.total.currency();
    if !currency.is_empty() && currency.as_str() != own.code() {
        return Err(Wrong::new(
            Reason::UnknownCurrency,
            format!("a payment is in another currency than the order's {own}"),
        ));
    }
    let id = id.id().ok_or_else(|| Wrong::missing("id on a payment"))?;
    payment(
        &format!("transaction:{id}"),
        PaymentKind::Received,
        &text::clean(method.as_str()),
        whole_amount("payment", amount, own)?,
        instant(date_created.as_str()),
    )
}

fn given_back(refund: &Refund<'_>, totals: &Totals) -> Result<Vec<OrderPayment>, Wrong> {
    let Refund {
        id,
        created,
        payments,
    } = refund;
    let mut given = Vec::new();
    for RefundPayment {
        id: part,
        provider_id,
        amount,
        is_declined,
    } in payments.as_deref().unwrap_or_default()
    {
        if is_declined.is_true() {
            continue;
        }
        let (id, part) = id
            .id()
            .zip(part.id())
            .ok_or_else(|| Wrong::missing("id on a refund"))?;
        given.extend(payment(
            &format!("refund:{id}:{part}"),
            PaymentKind::Refunded,
            &text::clean(provider_id.as_str()),
            whole_amount("refund", amount, totals.total.currency())?,
            instant(created.as_str()),
        )?);
    }
    Ok(given)
}

/// `None` when it is nothing.
fn payment(
    key: &str,
    kind: PaymentKind,
    method: &str,
    amount: Money,
    paid_at: Option<Timestamp>,
) -> Result<Option<OrderPayment>, Wrong> {
    if amount.minor() < 0 {
        return Err(bad_amount("payment"));
    }
    if amount.is_zero() {
        return Ok(None);
    }
    let key =
        PaymentKey::new(key).map_err(|error| Wrong::new(Reason::Unreadable, error.to_string()))?;
    Ok(Some(OrderPayment {
        key,
        kind,
        method: method.to_owned(),
        amount,
        paid_at,
    }))
}
