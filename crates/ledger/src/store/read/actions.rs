//! What people did about orders that waited.

use jiff::Timestamp;
use retail::RetailerId;
use uuid::Uuid;

use super::Reader;
use crate::desk::{Act, ActionKind, ActionOutcome, Done, Subject};
use crate::store::StoreError;
use crate::store::row::{self, SqlTimestamp};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionView {
    pub acted_at: Timestamp,
    pub connection: Uuid,
    pub subject: Subject,
    pub act: Act,
    pub kind: ActionKind,
    pub done: Done,
}

/// An action's place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionKey {
    pub acted_at: Timestamp,
    pub request: Uuid,
    pub connection: Uuid,
    pub kind: String,
    pub key: String,
}

impl Reader {
    /// Up to `limit` actions after `after`, newest first.
    pub async fn list_actions(
        &self,
        retailer: RetailerId,
        connection: Option<Uuid>,
        order: Option<&str>,
        after: Option<&ActionKey>,
        limit: i64,
    ) -> Result<Vec<ActionView>, StoreError> {
        sqlx::query!(
            r#"select request_id, connection_id, subject_kind, subject_key, action, outcome, reason,
                detail, item_id, actor, note, acted_at as "acted_at: SqlTimestamp"
            from ledger.order_action
            where retailer_id = $1
                and ($2::uuid is null or connection_id = $2)
                and ($3::text is null or subject_kind = 'order' and subject_key = $3)
                and ($4::timestamptz is null or acted_at <= $4)
                and ($4::timestamptz is null or acted_at < $4
                    or (request_id, connection_id, subject_kind, subject_key)
                        > ($5::uuid, $6::uuid, $7::text, $8::text))
            order by acted_at desc, request_id, connection_id, subject_kind, subject_key
            limit $9"#,
            retailer.uuid(),
            connection,
            order,
            after.map(|key| row::at(key.acted_at)) as _,
            after.map(|key| key.request),
            after.map(|key| key.connection),
            after.map(|key| key.kind.as_str()),
            after.map(|key| key.key.as_str()),
            limit,
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|found| {
            Ok(ActionView {
                acted_at: found.acted_at.to_jiff(),
                connection: found.connection_id,
                subject: Subject::from_texts(&found.subject_kind, found.subject_key)?,
                act: Act {
                    request: found.request_id,
                    actor: found.actor,
                    note: found.note,
                },
                kind: ActionKind::from_text(&found.action)?,
                done: Done {
                    outcome: ActionOutcome::from_text(&found.outcome)?,
                    reason: found.reason.zip(found.detail),
                    item: found.item_id,
                },
            })
        })
        .collect()
    }
}

impl ActionView {
    #[must_use]
    pub fn key(&self) -> ActionKey {
        ActionKey {
            acted_at: self.acted_at,
            request: self.act.request,
            connection: self.connection,
            kind: self.subject.kind().to_owned(),
            key: self.subject.key().to_owned(),
        }
    }
}
