//! Enumerations.

use retail::{Balance, PaymentKind, SaleState};

use super::WireError;
use crate::{ledger, order};

#[must_use]
pub const fn state_into(state: SaleState) -> order::SaleState {
    match state {
        SaleState::Unfinished => order::SaleState::Unfinished,
        SaleState::NotImported => order::SaleState::NotImported,
        SaleState::Closed => order::SaleState::Closed,
        SaleState::Voided => order::SaleState::Voided,
    }
}

pub fn state_from(field: &'static str, state: i32) -> Result<SaleState, WireError> {
    match order::SaleState::try_from(state) {
        Ok(order::SaleState::Unfinished) => Ok(SaleState::Unfinished),
        Ok(order::SaleState::NotImported) => Ok(SaleState::NotImported),
        Ok(order::SaleState::Closed) => Ok(SaleState::Closed),
        Ok(order::SaleState::Voided) => Ok(SaleState::Voided),
        Ok(order::SaleState::Unspecified) => Err(WireError::Missing(field)),
        Err(error) => Err(WireError::invalid(field, error)),
    }
}

#[must_use]
pub const fn balance_into(balance: Balance) -> ledger::Balance {
    match balance {
        Balance::Unpaid => ledger::Balance::Unpaid,
        Balance::PartPaid => ledger::Balance::PartPaid,
        Balance::Paid => ledger::Balance::Paid,
    }
}

#[must_use]
pub const fn payment_kind_into(kind: PaymentKind) -> order::PaymentKind {
    match kind {
        PaymentKind::Received => order::PaymentKind::Received,
        PaymentKind::Refunded => order::PaymentKind::Refunded,
    }
}

pub fn payment_kind_from(field: &'static str, kind: i32) -> Result<PaymentKind, WireError> {
    match order::PaymentKind::try_from(kind) {
        Ok(order::PaymentKind::Received) => Ok(PaymentKind::Received),
        Ok(order::PaymentKind::Refunded) => Ok(PaymentKind::Refunded),
        Ok(order::PaymentKind::Unspecified) => Err(WireError::Missing(field)),
        Err(error) => Err(WireError::invalid(field, error)),
    }
}
