//! Who had what done.

use jiff::Timestamp;
use retail::RetailerId;
use uuid::Uuid;

use super::Reader;
use crate::desk::Act;
use crate::store::StoreError;
use crate::store::row::{self, SqlTimestamp};

/// One write that somebody asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditView {
    pub done_at: Timestamp,
    pub act: Act,
    pub method: String,
    pub subject: String,
    pub caller: Option<String>,
    pub token: Option<Uuid>,
    pub before: Option<serde_json::Value>,
    pub after: Option<serde_json::Value>,
    pub answer: Vec<u8>,
}

/// An entry's place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditKey {
    pub done_at: Timestamp,
    pub request: Uuid,
    pub subject: String,
}

impl Reader {
    /// Up to `limit` entries after `after`, the last one first.
    pub async fn list_audit(
        &self,
        retailer: RetailerId,
        after: Option<&AuditKey>,
        limit: i64,
    ) -> Result<Vec<AuditView>, StoreError> {
        let found = sqlx::query!(
            r#"select request_id as "request_id!", method as "method!", subject as "subject!",
                caller, token_id, actor as "actor!", note as "note!", before, after,
                answer as "answer!", done_at as "done_at!: SqlTimestamp"
            from (
                (select request_id, method, '' as subject, caller, token_id, actor, note, before,
                    after, answer, done_at
                from ledger.request
                where retailer_id = $1 and ($2::timestamptz is null or done_at <= $2)
                    and ($2::timestamptz is null or done_at < $2
                        or (request_id, '') > ($3::uuid, $4::text collate "C"))
                order by done_at desc, request_id
                limit $5)
                union all
                (select entry_id, method, subject, caller, token_id, '', '', before, after, ''::bytea,
                    done_at
                from ledger.audit_entry
                where retailer_id = $1 and ($2::timestamptz is null or done_at <= $2)
                    and ($2::timestamptz is null or done_at < $2
                        or (entry_id, subject) > ($3::uuid, $4::text collate "C"))
                order by done_at desc, entry_id
                limit $5)
                union all
                (select request_id, 'WaitingOrders.' || case action
                        when 'retry' then 'RetryParked'
                        when 'apply' then 'ApplyHeld'
                        when 'dismiss' then 'DismissParked'
                        else 'RemapProduct' end,
                    connection_id::text || ' ' || subject_kind || ' ' || subject_key, caller,
                    token_id, actor, note, before,
                    jsonb_strip_nulls(jsonb_build_object('outcome', outcome, 'reason', reason,
                        'item_id', item_id)), ''::bytea, acted_at
                from ledger.order_action
                where retailer_id = $1 and ($2::timestamptz is null or acted_at <= $2)
                    and ($2::timestamptz is null or acted_at < $2
                        or (request_id, connection_id::text || ' ' || subject_kind || ' ' || subject_key)
                            > ($3::uuid, $4::text collate "C"))
                order by acted_at desc, request_id, connection_id::text || ' ' || subject_kind || ' ' || subject_key collate "C"
                limit $5)
            ) entry
            order by done_at desc, request_id, subject collate "C"
            limit $5"#,
            retailer.uuid(),
            after.map(|key| row::at(key.done_at)) as _,
            after.map(|key| key.request),
            after.map(|key| key.subject.as_str()),
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(found
            .into_iter()
            .map(|found| AuditView {
                done_at: found.done_at.to_jiff(),
                act: Act {
                    request: found.request_id,
                    actor: found.actor,
                    note: found.note,
                },
                method: found.method,
                subject: found.subject,
                caller: found.caller,
                token: found.token_id,
                before: found.before,
                after: found.after,
                answer: found.answer,
            })
            .collect())
    }
}

impl AuditView {
    #[must_use]
    pub fn key(&self) -> AuditKey {
        AuditKey {
            done_at: self.done_at,
            request: self.act.request,
            subject: self.subject.clone(),
        }
    }
}
