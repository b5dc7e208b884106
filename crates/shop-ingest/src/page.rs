//! Pages of lists: their sizes.

use service::refusal::bad_field;
use tonic::Status;

/// Rows of a page when nothing is said, and at most.
const PAGE_DEFAULT: i64 = 50;
const PAGE_LIMIT: i64 = 500;

/// 0 means the default.
pub(crate) fn limit_of(asked: i32) -> Result<i64, Status> {
    match i64::from(asked) {
        0 => Ok(PAGE_DEFAULT),
        size @ 1..=PAGE_LIMIT => Ok(size),
        _ => Err(bad_field("page_size", "must be from 1 to 500, or 0 for 50")),
    }
}

/// Cuts a page that was read with one row too many. Its last row when there is more after it.
pub(crate) fn cut<T>(rows: &mut Vec<T>, limit: i64) -> Option<&T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last()
}

/// A page token that this service did not give.
pub(crate) fn unknown_token() -> Status {
    bad_field("page_token", "is not a token given by this service")
}
