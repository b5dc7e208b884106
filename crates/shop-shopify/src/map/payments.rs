//! What was paid, and what was given back.

use retail::{Currency, Money, OrderPayment, PaymentKey, PaymentKind};

use super::Wrong;
use super::returned::more;
use super::value::{bad_amount, minor};
use crate::amount;
use crate::operation::TRANSACTIONS_LIMIT;
use crate::payload::Transaction;
use crate::text;

/// Kinds of transaction that move money. An authorisation only promises some, and a void takes the promise
/// back. `CHANGE` is cash handed back at once.
const KINDS: [(&str, PaymentKind); 4] = [
    ("SALE", PaymentKind::Received),
    ("CAPTURE", PaymentKind::Received),
    ("REFUND", PaymentKind::Refunded),
    ("CHANGE", PaymentKind::Refunded),
];

/// The only state in which money has moved: a bank deposit is pending for days.
const SUCCESS: &str = "SUCCESS";

/// One payment for each transaction: an order paid by gift card and by card has two.
pub(super) fn payments(
    transactions: &[Transaction],
    currency: Currency,
) -> Result<Vec<OrderPayment>, Wrong> {
    if transactions.len() >= TRANSACTIONS_LIMIT {
        return Err(more("transactions"));
    }
    let mut payments = Vec::with_capacity(transactions.len());
    for transaction in transactions {
        payments.extend(payment(transaction, currency)?);
    }
    // A fixed order makes equal contents equal.
    payments.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(payments)
}

fn payment(transaction: &Transaction, currency: Currency) -> Result<Option<OrderPayment>, Wrong> {
    let Transaction {
        id,
        kind,
        status,
        gateway,
        created_at,
        processed_at,
        amount_set,
    } = transaction;
    let kind = KINDS
        .iter()
        .find(|(known, _)| known == kind)
        .map(|(_, kind)| *kind);
    let Some(kind) = kind.filter(|_| status == SUCCESS) else {
        return Ok(None);
    };
    let amount = amount::rounded(minor("payment", amount_set, currency)?)
        .filter(|minor| *minor >= 0)
        .ok_or_else(|| bad_amount("payment"))?;
    if amount == 0 {
        return Ok(None);
    }
    Ok(Some(OrderPayment {
        key: PaymentKey::new(&format!("transaction:{id}"))
            .map_err(|_| Wrong::missing("id on a transaction"))?,
        kind,
        method: text::clean(gateway.as_deref().unwrap_or_default()),
        amount: Money::new(amount, currency),
        paid_at: processed_at.or(*created_at),
    }))
}
