//! Small conversions between domain values and columns.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use retail::listing::ImageHash;
use retail::{Currency, Money};

use super::StoreError;

pub(super) type SqlTimestamp = jiff_sqlx::Timestamp;

pub(super) fn at(instant: Timestamp) -> SqlTimestamp {
    instant.to_sqlx()
}

/// As the database keeps an instant: what is answered now is what is read later.
pub(super) fn as_kept(now: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}

pub(super) fn money_from(minor: i64, currency: &str) -> Result<Money, StoreError> {
    let currency = Currency::from_code(currency)
        .map_err(|_| StoreError::corrupt("variant", "currency", currency))?;
    Ok(Money::new(minor, currency))
}

pub(super) fn hash_from(bytes: &[u8]) -> Result<ImageHash, StoreError> {
    let hash = <[u8; 32]>::try_from(bytes)
        .map_err(|_| StoreError::corrupt("image", "hash", "a hash of another length"))?;
    Ok(ImageHash(hash))
}

/// Of a column that holds what is not below zero.
pub(super) fn unsigned(column: &'static str, value: i64) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| StoreError::corrupt("variant", column, "below zero"))
}

/// As a count of rows, or what was checked to be small, is stored.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
