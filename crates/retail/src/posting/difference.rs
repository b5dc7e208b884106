//! What is to be booked: what is desired, less what was applied.

use std::collections::BTreeMap;

use crate::ids::ItemId;
use crate::money::{Currency, Money, MoneyError};
use crate::order::PaymentKind;
use crate::quantity::{Quantity, QuantityError};
use crate::sale::{RecordedLine, RecordedPayment};
use crate::text::{LineKey, PaymentKey};

use super::target::Payments;
use super::{Movement, PaymentChange};

/// Applied less desired, for each line and item: a line whose item changed gives back the one and
/// takes the other, and a line that vanished gives all back.
pub(super) fn movements(
    applied: &[RecordedLine],
    desired: &[RecordedLine],
) -> Result<Vec<Movement>, QuantityError> {
    let mut changes: BTreeMap<(&LineKey, ItemId), Quantity> = BTreeMap::new();
    for RecordedLine {
        key,
        item,
        named: _,
        deducted,
        awaiting: _,
    } in applied
    {
        let change = changes.entry((key, *item)).or_default();
        *change = change.checked_add(*deducted)?;
    }
    for RecordedLine {
        key,
        item,
        named: _,
        deducted,
        awaiting: _,
    } in desired
    {
        let change = changes.entry((key, *item)).or_default();
        *change = change.checked_sub(*deducted)?;
    }
    Ok(changes
        .into_iter()
        .filter(|(_, quantity)| !quantity.is_zero())
        .map(|((line, item), quantity)| Movement {
            line: line.clone(),
            item,
            quantity,
        })
        .collect())
}

/// Desired less booked, for each key, kind and currency: after a change of currency the old amount
/// is booked back in the old one and the new amount in the new. A payment told of otherwise, by another
/// means or at another instant, is a change of nothing that carries what is told now.
pub(super) fn payment_changes(
    booked: &[RecordedPayment],
    desired: Payments<'_>,
) -> Result<Vec<PaymentChange>, MoneyError> {
    let mut changes: BTreeMap<(&PaymentKey, PaymentKind, Currency), PaymentChange> = desired
        .into_iter()
        .filter(|(_, told)| !told.amount.is_zero())
        .map(|((key, kind), told)| {
            let change = PaymentChange {
                key: key.clone(),
                kind,
                amount: told.amount,
                method: told.method.clone(),
                paid_at: told.paid_at,
            };
            ((key, kind, told.amount.currency()), change)
        })
        .collect();
    for before in booked {
        let currency = before.amount.currency();
        let place = (&before.key, before.kind, currency);
        let change = changes.entry(place).or_insert_with(|| PaymentChange {
            key: before.key.clone(),
            kind: before.kind,
            amount: Money::zero(currency),
            method: String::new(),
            paid_at: None,
        });
        let is_told_alike = (&change.method, change.paid_at) == (&before.method, before.paid_at);
        let is_there = !change.amount.is_zero();
        change.amount = change.amount.checked_sub(before.amount)?;
        if change.amount.is_zero() && (is_told_alike || !is_there) {
            changes.remove(&place);
        }
    }
    Ok(changes.into_values().collect())
}
