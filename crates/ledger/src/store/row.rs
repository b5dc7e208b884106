//! Small conversions between domain values and columns.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use retail::posting::OrderUpdates;
use retail::{Balance, ContentHash, Currency, PaymentKind, SaleState, StockRule, Version};

use super::StoreError;
use crate::decide::{Cause, ItemKind, Naming, Origin, Outcome};

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
    let content = <[u8; 32]>::try_from(hash.as_slice())
        .map_err(|_| StoreError::corrupt("a version", "hash", "a hash of another length"))?;
    Ok(Some(Version {
        modified_at: modified_at.to_jiff(),
        content: ContentHash::new(content),
    }))
}

/// The columns of [`Naming`], all null or false in a line that the sale's own version names.
pub(super) struct NamingColumns<'a> {
    pub named_at: Vec<Option<SqlTimestamp>>,
    pub named_hash: Vec<Option<&'a [u8]>>,
    pub is_stand_in: Vec<bool>,
}

pub(super) fn naming_columns<'a>(
    namings: impl ExactSizeIterator<Item = &'a Naming>,
) -> NamingColumns<'a> {
    let mut columns = NamingColumns {
        named_at: Vec::with_capacity(namings.len()),
        named_hash: Vec::with_capacity(namings.len()),
        is_stand_in: Vec::with_capacity(namings.len()),
    };
    for naming in namings {
        let (older, is_stand_in) = match naming {
            Naming::Own => (None, false),
            Naming::Older(version) => (Some(version), false),
            Naming::Nobody => (None, true),
        };
        let (named_at, named_hash) = version_columns(older);
        columns.named_at.push(named_at);
        columns.named_hash.push(named_hash);
        columns.is_stand_in.push(is_stand_in);
    }
    columns
}

pub(super) fn naming_from(
    named_at: Option<SqlTimestamp>,
    named_hash: Option<Vec<u8>>,
    is_stand_in: bool,
) -> Result<Naming, StoreError> {
    Ok(match version_from(named_at, named_hash)? {
        Some(older) => Naming::Older(older),
        None if is_stand_in => Naming::Nobody,
        None => Naming::Own,
    })
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
        "handling" => Ok(ItemKind::Handling),
        "gift_wrapping" => Ok(ItemKind::GiftWrapping),
        "fee" => Ok(ItemKind::Fee),
        "rounding" => Ok(ItemKind::Rounding),
        other => Err(StoreError::corrupt("item", "kind", other)),
    }
}

pub(super) fn origin_from(text: &str) -> Result<Origin, StoreError> {
    match text {
        "order" => Ok(Origin::Order),
        "service" => Ok(Origin::Service),
        "catalogue" => Ok(Origin::Catalogue),
        other => Err(StoreError::corrupt("item", "origin", other)),
    }
}

pub(super) fn stock_rule_from(text: &str) -> Result<StockRule, StoreError> {
    StockRule::read(text).ok_or_else(|| StoreError::corrupt("sale", "stock_rule", text))
}

pub(super) const fn order_updates_str(updates: OrderUpdates) -> &'static str {
    match updates {
        OrderUpdates::Apply => "apply",
        OrderUpdates::Ask => "ask",
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

pub(super) fn cause_from(text: &str) -> Result<Cause, StoreError> {
    match text {
        "skipped" => Ok(Cause::Skipped),
        "parked" => Ok(Cause::Parked),
        "held" => Ok(Cause::Held),
        other => Err(StoreError::corrupt("shop_order", "open_cause", other)),
    }
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
