//! What was paid, and what was given back.

use std::collections::{BTreeMap, HashMap};

use retail::{Money, OrderPayment, PaymentKey, PaymentKind};
use shop::Reason;

use super::value::{bad_amount, whole_amount};
use super::{Wrong, instant};
use crate::loose::Scalar;
use crate::payload::Refund;
use crate::status::Paid;
use crate::text;

/// The most refunds of one order: as many as it may have lines.
const REFUNDS_LIMIT: usize = 1_000;

/// What an order says of money, as it came.
pub(super) struct Settled<'a> {
    pub(super) method: &'a Scalar<'a>,
    pub(super) module: &'a Scalar<'a>,
    pub(super) refunds: &'a [Refund<'a>],
    pub(super) refunded_amount: &'a Scalar<'a>,
}

/// eCom names no payments: paid is a status. A gift card is drawn on when the order is placed, so
/// what it paid is received whether or not the rest is.
pub(super) fn payments(
    paid: Paid,
    settled: &Settled<'_>,
    to_pay: Money,
    by_gift_card: Money,
) -> Result<Vec<OrderPayment>, Wrong> {
    let Settled {
        method,
        module,
        refunds: listed,
        refunded_amount,
    } = settled;
    let method = [method, module]
        .into_iter()
        .map(|method| text::clean(method.as_str()))
        .find(|method| !method.is_empty())
        .unwrap_or_default();
    let refunds = refunds(paid, listed, refunded_amount, to_pay)?;
    let (rest, card) = match paid {
        Paid::Yes | Paid::AndGivenBack => (true, true),
        Paid::No => (false, true),
        // What was given back must have come in before.
        Paid::Cancelled => (!refunds.is_empty(), !refunds.is_empty()),
    };
    let received = |key: &str, method: &str, amount: Money| OrderPayment {
        key: PaymentKey::new(key).expect("the text is a payment key"),
        kind: PaymentKind::Received,
        method: method.to_owned(),
        amount,
        paid_at: None,
    };
    let mut payments = Vec::new();
    if card && by_gift_card.minor() > 0 {
        payments.push(received("gift-card", "gift card", by_gift_card));
    }
    if rest && to_pay.minor() > 0 {
        payments.push(received("paid", &method, to_pay));
    }
    payments.extend(refunds.into_iter().map(|(key, amount)| OrderPayment {
        key,
        kind: PaymentKind::Refunded,
        method: method.clone(),
        amount,
        paid_at: None,
    }));
    Ok(payments)
}

/// The refunds one by one, and what more the order says was given back.
fn refunds(
    paid: Paid,
    refunds: &[Refund<'_>],
    refunded_amount: &Scalar<'_>,
    to_pay: Money,
) -> Result<Vec<(PaymentKey, Money)>, Wrong> {
    if refunds.len() > REFUNDS_LIMIT {
        let count = refunds.len();
        return Err(Wrong::new(
            Reason::TooLarge,
            format!("the order has {count} refunds, more than {REFUNDS_LIMIT}"),
        ));
    }
    let currency = to_pay.currency();
    let mut named = BTreeMap::new();
    let mut of_second: HashMap<i64, usize> = HashMap::new();
    let mut listed = Money::zero(currency);
    for Refund { date, amount } in refunds {
        let amount = whole_amount("refund", amount, currency)?;
        let amount = amount
            .minor()
            .checked_abs()
            .ok_or_else(|| bad_amount("refund"))?;
        if amount == 0 {
            continue;
        }
        let amount = Money::new(amount, currency);
        listed = listed
            .checked_add(amount)
            .map_err(|_| bad_amount("refund"))?;
        // A refund has no id; its second is what stays the same.
        let second = instant(&Scalar::default(), date).map_or(0, jiff::Timestamp::as_second);
        let nth = of_second.entry(second).or_default();
        *nth += 1;
        named.insert((second, *nth), amount);
    }
    let mut refunds = Vec::with_capacity(named.len() + 1);
    for ((second, nth), amount) in named {
        let key = match (second, nth) {
            (0, nth) => format!("refund:{nth}"),
            (second, 1) => format!("refund:{second}"),
            (second, nth) => format!("refund:{second}.{nth}"),
        };
        refunds.push((payment_key(&key), amount));
    }
    let said = if refunded_amount.is_empty() {
        Money::zero(currency)
    } else {
        whole_amount("refunded amount", refunded_amount, currency)?
    };
    let all = match paid {
        // A merchant may set the status without a word on money.
        Paid::AndGivenBack if said.is_zero() && listed.is_zero() => to_pay,
        Paid::Yes | Paid::No | Paid::AndGivenBack | Paid::Cancelled => said,
    };
    let rest = all.checked_sub(listed).map_err(|_| bad_amount("refund"))?;
    if rest.minor() > 0 {
        refunds.push((payment_key("refund:rest"), rest));
    }
    Ok(refunds)
}

fn payment_key(text: &str) -> PaymentKey {
    PaymentKey::new(text).expect("the text is a payment key")
}
