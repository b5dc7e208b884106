//! What people did about orders that waited. A row's key makes its act happen once.

use jiff::Timestamp;
use serde_json::{Value, json};
use service::access::Caller;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{StoreError, row};
use crate::desk::{Act, ActionKind, ActionOutcome, Done, Subject};

/// What an act came to that was done before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub kind: ActionKind,
    pub done: Done,
}

/// An act's row, ready to be written.
pub(super) struct Entry<'a> {
    pub retailer: Uuid,
    pub connection: Uuid,
    pub subject: &'a Subject,
    pub act: &'a Act,
    pub kind: ActionKind,
    pub done: &'a Done,
    /// What there was; `None`: nothing.
    pub before: Option<Value>,
}

/// The row of this act, if it was done before.
pub(super) async fn find(
    db: &mut PgConnection,
    connection: Uuid,
    subject: &Subject,
    act: &Act,
) -> Result<Option<Recorded>, StoreError> {
    let found = sqlx::query!(
        "select action, outcome, reason, detail, item_id
        from ledger.order_action
        where request_id = $1 and connection_id = $2 and subject_kind = $3 and subject_key = $4",
        act.request,
        connection,
        subject.kind(),
        subject.key(),
    )
    .fetch_optional(db)
    .await?;
    found
        .map(|found| {
            Ok(Recorded {
                kind: ActionKind::from_text(&found.action)?,
                done: Done {
                    outcome: ActionOutcome::from_text(&found.outcome)?,
                    reason: found.reason.zip(found.detail),
                    item: found.item_id,
                },
            })
        })
        .transpose()
}

/// What there is of an order or a delivery that somebody acts on: why it is parked, which update waits, and which
/// revision of a sale is recorded.
pub(super) async fn standing(
    db: &mut PgConnection,
    connection: Uuid,
    subject: &Subject,
) -> Result<Option<Value>, StoreError> {
    let found = sqlx::query_scalar!(
        r#"select jsonb_strip_nulls(jsonb_build_object(
            'parked', (select p.reason from ledger.parked_order p
                where p.connection_id = $1 and p.parked_kind = $2 and p.parked_key = $3),
            'dismissed', (select p.dismissed_at is not null from ledger.parked_order p
                where p.connection_id = $1 and p.parked_kind = $2 and p.parked_key = $3),
            'held_since', (select h.first_held_at from ledger.held_order h
                where h.connection_id = $1 and $2 = 'order' and h.shop_order_id = $3),
            'revision', (select o.revision from ledger.shop_order o
                where o.connection_id = $1 and $2 = 'order' and o.shop_order_id = $3))) as "found!""#,
        connection,
        subject.kind(),
        subject.key(),
    )
    .fetch_one(db)
    .await?;
    Ok(Some(found).filter(|found| *found != json!({})))
}

/// Notes an act. One that was noted meanwhile is a lost race: its answer is to be given.
pub(super) async fn write(
    db: &mut PgConnection,
    entry: &Entry<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Entry {
        retailer,
        connection,
        subject,
        act: Act {
            request,
            actor,
            note,
        },
        kind,
        done: Done {
            outcome,
            reason,
            item,
        },
        before,
    } = entry;
    let (reason, detail) = match reason {
        Some((reason, detail)) => (Some(reason), Some(detail)),
        None => (None, None),
    };
    let caller = Caller::current();
    let inserted = sqlx::query!(
        "insert into ledger.order_action (request_id, connection_id, subject_kind, subject_key,
            retailer_id, action, outcome, reason, detail, item_id, actor, note, acted_at, caller,
            token_id, before)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        on conflict on constraint order_action_pkey do nothing",
        request,
        connection,
        subject.kind(),
        subject.key(),
        retailer,
        kind.as_str(),
        outcome.as_str(),
        reason,
        detail,
        *item,
        actor,
        note,
        row::at(now) as _,
        caller.as_ref().map(|caller| caller.name.as_str()),
        caller.as_ref().and_then(|caller| caller.token),
        before.as_ref(),
    )
    .execute(db)
    .await?;
    if inserted.rows_affected() == 0 {
        return Err(StoreError::Race);
    }
    Ok(())
}
