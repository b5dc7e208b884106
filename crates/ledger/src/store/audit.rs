//! Entries of writes that are asked for without a request id of their own, each in the write's transaction.

use jiff::Timestamp;
use serde_json::Value;
use service::access::Caller;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{StoreError, row};

/// What was done. Nobody's name or address.
pub(super) struct Entry {
    pub(super) id: Uuid,
    pub(super) retailer: Uuid,
    /// As `Imports.BeginImport`.
    pub(super) method: &'static str,
    /// What it was done to, as `CONNECTION import ID`.
    pub(super) subject: String,
    /// `None`: nothing was there.
    pub(super) before: Option<Value>,
    pub(super) after: Value,
}

/// By whoever the call is from that is being answered.
pub(super) async fn enter(
    db: &mut PgConnection,
    entry: Entry,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Entry {
        id,
        retailer,
        method,
        subject,
        before,
        after,
    } = entry;
    let caller = Caller::current();
    sqlx::query!(
        "insert into ledger.audit_entry (entry_id, retailer_id, method, subject, caller, token_id, before,
            after, done_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id,
        retailer,
        method,
        subject,
        caller.as_ref().map(|caller| caller.name.as_str()),
        caller.as_ref().and_then(|caller| caller.token),
        before,
        after,
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
