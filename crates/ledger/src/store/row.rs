//! Small conversions between domain values and columns.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use retail::posting::OrderUpdates;
use retail::{Balance, ContentHash, Currency, PaymentKind, SaleState, Version};

use super::StoreError;
use crate::decide::{ItemKind, Outcome};

pub(super) type SqlTimestamp = jiff_sqlx::Timestamp;

pub(super) fn at(instant: Timestamp) -> SqlTimestamp {
    instant.to_sqlx()
}

/// A version's two columns.
pub(super) fn version_columns(version: Option<&Version>) -> (Option<SqlTimestamp>, Option<&[u8]>) {
    match version {
        Some(Version {
            modified_at,
            content,
        }) => (Some(at(*modified_at)), Some(content.bytes())),
        None => (None, None),
    }
}

pub(super) fn version_from(
    modified_at: Option<SqlTimestamp>,
    hash: Option<Vec<u8>>,
) -> Result<Option<Version>, StoreError> {
    let (Some(modified_at), Some(hash)) = (modified_at, hash) else {
        return Ok(None);
    };
    let content = <[u8; 32]>::try_from(hash.as_slice()).map_err(|_| {
        StoreError::corrupt("shop_order", "version_hash", "a hash of another length")
    })?;
    Ok(Some(Version {
        modified_at: modified_at.to_jiff(),
        content: ContentHash::new(content),
    }))
}

pub(super) fn state_from(text: &str) -> Result<SaleState, StoreError> {
    match text {
        "closed" => Ok(SaleState::Closed),
        "voided" => Ok(SaleState::Voided),
        other => Err(StoreError::corrupt("sale", "state", other)),
    }
}

pub(super) fn balance_from(text: &str) -> Result<Balance, StoreError> {
    match text {
        "unpaid" => Ok(Balance::Unpaid),
        "part_paid" => Ok(Balance::PartPaid),
        "paid" => Ok(Balance::Paid),
        other => Err(StoreError::corrupt("sale", "balance", other)),
    }
}

pub(super) fn payment_kind_from(text: &str) -> Result<PaymentKind, StoreError> {
    match text {
        "received" => Ok(PaymentKind::Received),
        "refunded" => Ok(PaymentKind::Refunded),
        other => Err(StoreError::corrupt("payment", "kind", other)),
    }
}

pub(super) fn item_kind_from(text: &str) -> Result<ItemKind, StoreError> {
    match text {
        "product" => Ok(ItemKind::Product),
        "shipping" => Ok(ItemKind::Shipping),
        "fee" => Ok(ItemKind::Fee),
        "rounding" => Ok(ItemKind::Rounding),
        other => Err(StoreError::corrupt("item", "kind", other)),
    }
}

pub(super) fn order_updates_from(text: &str) -> Result<OrderUpdates, StoreError> {
    match text {
        "apply" => Ok(OrderUpdates::Apply),
        "ask" => Ok(OrderUpdates::Ask),
        other => Err(StoreError::corrupt("connection", "order_updates", other)),
    }
}

pub(super) fn currency_from(code: &str) -> Result<Currency, StoreError> {
    Currency::from_code(code).map_err(|_| StoreError::corrupt("sale", "currency", code))
}

/// The place that `with ordinality` counts from 1.
pub(super) fn place(ordinality: i64) -> usize {
    usize::try_from(ordinality - 1).unwrap_or(usize::MAX)
}

pub(super) fn outcome_from(text: &str) -> Result<Outcome, StoreError> {
    match text {
        "recorded" => Ok(Outcome::Recorded),
        "already_recorded" => Ok(Outcome::AlreadyRecorded),
        "not_imported" => Ok(Outcome::NotImported),
        "held" => Ok(Outcome::Held),
        "parked" => Ok(Outcome::Parked),
        other => Err(StoreError::corrupt("order_delivery", "outcome", other)),
    }
}
