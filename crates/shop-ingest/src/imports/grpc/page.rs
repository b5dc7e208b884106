//! Pages of a plan: the tokens of where they go on.

use tonic::Status;
use uuid::Uuid;

use crate::page::unknown_token;
use crate::store::{LevelPlace, PlannedLevel};

/// Longer page tokens are none of ours, in bytes.
const TOKEN_LIMIT_BYTES: usize = 2_048;
/// Between the parts of a page token.
const SEPARATOR: char = '\u{1f}';

/// The order after which a page begins; empty: the first.
pub(super) fn after_order(token: &str) -> Result<&str, Status> {
    if token.len() > TOKEN_LIMIT_BYTES || token.contains('\0') {
        return Err(unknown_token());
    }
    Ok(token)
}

/// The level after which a page begins.
pub(super) fn after_level(token: &str) -> Result<Option<LevelPlace>, Status> {
    if after_order(token)?.is_empty() {
        return Ok(None);
    }
    let (rest, outlet) = token.rsplit_once(SEPARATOR).ok_or_else(unknown_token)?;
    let (sku, key) = rest.split_once(SEPARATOR).ok_or_else(unknown_token)?;
    Ok(Some(LevelPlace {
        sku: sku.to_owned(),
        key: key.to_owned(),
        outlet: Uuid::try_parse(outlet).map_err(|_| unknown_token())?,
    }))
}

/// What [`after_level`] reads.
pub(super) fn token_of(last: &PlannedLevel) -> String {
    format!(
        "{}{SEPARATOR}{}{SEPARATOR}{}",
        last.sku, last.key, last.outlet
    )
}
