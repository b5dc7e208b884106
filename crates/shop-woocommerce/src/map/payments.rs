//! What was paid, and what was given back.

use jiff::Timestamp;
use retail::{Money, OrderPayment, PaymentKey, PaymentKind};

use super::Wrong;
use super::value::{bad_amount, whole_amount};
use crate::loose::Scalar;
use crate::payload::Refund;
use crate::text;

/// Paid is a date, not an amount: who has one has paid the whole total. Refunds are named one by one.
pub(super) fn payments(
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
