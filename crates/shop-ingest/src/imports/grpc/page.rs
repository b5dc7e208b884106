//! Pages of a plan: their sizes, and the tokens of where they go on.

use tonic::Status;
use uuid::Uuid;

use crate::store::{LevelPlace, PlannedLevel};
use service::refusal::bad_field;

/// Rows of a page when nothing is said, and at most.
const PAGE_DEFAULT: i64 = 50;
const PAGE_LIMIT: i64 = 500;
/// Longer page tokens are none of ours, in bytes.
const TOKEN_LIMIT_BYTES: usize = 2_048;
/// Between the parts of a page token.
const SEPARATOR: char = '\u{1f}';

/// The order after which a page begins; empty: the first.
pub(super) fn after_order(token: &str) -> Result<&str, Status> {
    if token.len() > TOKEN_LIMIT_BYTES || token.contains('\0') {
        return Err(unknown());
    }
    Ok(token)
}

/// The level after which a page begins.
pub(super) fn after_level(token: &str) -> Result<Option<LevelPlace>, Status> {
    if after_order(token)?.is_empty() {
        return Ok(None);
    }
    let (rest, outlet) = token.rsplit_once(SEPARATOR).ok_or_else(unknown)?;
    let (sku, key) = rest.split_once(SEPARATOR).ok_or_else(unknown)?;
    Ok(Some(LevelPlace {
        sku: sku.to_owned(),
        key: key.to_owned(),
        outlet: Uuid::try_parse(outlet).map_err(|_| unknown())?,
    }))
}

/// What [`after_level`] reads.
pub(super) fn token_of(last: &PlannedLevel) -> String {
    format!(
        "{}{SEPARATOR}{}{SEPARATOR}{}",
        last.sku, last.key, last.outlet
    )
}

/// 0 means the default.
pub(super) fn page_size(asked: i32) -> Result<i64, Status> {
    match i64::from(asked) {
        0 => Ok(PAGE_DEFAULT),
        size @ 1..=PAGE_LIMIT => Ok(size),
        _ => Err(bad_field("page_size", "must be from 1 to 500, or 0 for 50")),
    }
}

/// Cuts a page to its size. The last row of a page after which there is more.
pub(super) fn cut<T>(rows: &mut Vec<T>, limit: i64) -> Option<&T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last()
}

fn unknown() -> Status {
    bad_field("page_token", "is not a token given by this service")
}
