//! Who had what done.

use jiff::Timestamp;
use retail::RetailerId;
use serde_json::Value;
use uuid::Uuid;

use super::row::{self, SqlTimestamp};
use super::{Act, Store, StoreError};

/// One write that somebody asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditView {
    pub done_at: Timestamp,
    pub act: Act,
    pub method: String,
    pub caller: Option<String>,
    pub token: Option<Uuid>,
    pub before: Option<Value>,
    pub after: Option<Value>,
    pub answer: Vec<u8>,
}

/// An entry's place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditKey {
    pub done_at: Timestamp,
    pub request: Uuid,
}

impl AuditView {
    #[must_use]
    pub const fn key(&self) -> AuditKey {
        AuditKey {
            done_at: self.done_at,
            request: self.act.request,
        }
    }
}

impl Store {
    /// Up to `limit` entries after `after`, the last one first.
    pub async fn list_audit(
        &self,
        retailer: RetailerId,
        after: Option<&AuditKey>,
        limit: i64,
    ) -> Result<Vec<AuditView>, StoreError> {
        let found = sqlx::query!(
            r#"select request_id, method, caller, token_id, actor, note, before, after, answer,
                done_at as "done_at: SqlTimestamp"
            from catalog.request
            where retailer_id = $1 and ($2::timestamptz is null or done_at <= $2)
                and ($2::timestamptz is null or done_at < $2 or request_id > $3::uuid)
            order by done_at desc, request_id
            limit $4"#,
            retailer.uuid(),
            after.map(|key| row::at(key.done_at)) as _,
            after.map(|key| key.request),
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        let entries = found.into_iter().map(|found| AuditView {
            done_at: found.done_at.to_jiff(),
            act: Act {
                request: found.request_id,
                actor: found.actor,
                note: found.note,
            },
            method: found.method,
            caller: found.caller,
            token: found.token_id,
            before: found.before,
            after: found.after,
            answer: found.answer,
        });
        Ok(entries.collect())
    }
}
