//! What is to be booked: what is desired, less what was applied.

use std::collections::BTreeMap;

use crate::ids::ItemId;
use crate::money::{Currency, Money, MoneyError};
use crate::order::PaymentKind;
use crate::quantity::{Quantity, QuantityError};
use crate::sale::{RecordedLine, RecordedPayment};
use crate::text::{LineKey, PaymentKey};

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
/// is booked back in the old one and the new amount in the new.
pub(super) fn payment_changes(
    booked: &[RecordedPayment],
    desired: BTreeMap<(&PaymentKey, PaymentKind), Money>,
) -> Result<Vec<PaymentChange>, MoneyError> {
    let mut changes: BTreeMap<(&PaymentKey, PaymentKind, Currency), Money> = desired
        .into_iter()
        .map(|((key, kind), amount)| ((key, kind, amount.currency()), amount))
        .collect();
    for RecordedPayment { key, kind, amount } in booked {
        let change = changes
            .entry((key, *kind, amount.currency()))
            .or_insert(Money::zero(amount.currency()));
        *change = change.checked_sub(*amount)?;
    }
    Ok(changes
        .into_iter()
        .filter(|(_, amount)| !amount.is_zero())
        .map(|((key, kind, _), amount)| PaymentChange {
            key: key.clone(),
            kind,
            amount,
        })
        .collect())
}
