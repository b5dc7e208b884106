//! Who had what written. What somebody asks for is written here alone, and its entry with it.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use retail::{ConnectionId, RetailerId};
use serde_json::Value;
use service::access::Caller;
use sqlx::{PgConnection, PgTransaction};
use uuid::Uuid;

use super::{SqlTimestamp, Store, StoreError};

/// Whose token it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asker {
    pub name: String,
    /// `None` of operators.
    pub token: Option<Uuid>,
}

/// Who asks for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub retailer: RetailerId,
    /// As `Connections.SetSettings`.
    pub method: &'static str,
    /// `None`: of an install that was begun before there was a log.
    pub by: Option<Asker>,
    /// Who asks, in the caller's words; empty where the method does not ask.
    pub actor: String,
    pub at: Timestamp,
}

/// A transaction of something that was asked for. It is committed with its entry in the log or not at all; dropped,
/// nothing was done.
pub struct Audited {
    store: Store,
    db: PgTransaction<'static>,
    asked: Asked,
}

/// What was written. Never a credential, and nobody's name or address.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) connection: Option<ConnectionId>,
    /// What of the connection or beside it; empty: the connection itself.
    pub(super) subject: String,
    /// `None`: nothing was there.
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
}

/// One write that somebody asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditView {
    pub place: AuditPlace,
    pub method: String,
    pub connection: Option<ConnectionId>,
    pub subject: String,
    pub caller: Option<String>,
    pub token: Option<Uuid>,
    pub actor: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// An entry's place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditPlace {
    pub done_at: Timestamp,
    pub entry: Uuid,
}

impl Asker {
    /// Whoever the call that is being answered is from; `None` outside of calls.
    #[must_use]
    pub fn current() -> Option<Self> {
        let caller = Caller::current()?;
        Some(Self {
            name: caller.name.clone(),
            token: caller.token,
        })
    }
}

impl Asked {
    /// By the call that is being answered.
    #[must_use]
    pub fn of_call(method: &'static str, retailer: RetailerId, at: Timestamp) -> Self {
        Self {
            retailer,
            method,
            by: Asker::current(),
            actor: String::new(),
            at,
        }
    }
}

impl Store {
    /// Begins what is asked for.
    pub async fn audited(&self, asked: Asked) -> Result<Audited, StoreError> {
        Ok(Audited {
            store: self.clone(),
            db: self.pool.begin().await?,
            asked,
        })
    }

    /// Up to `limit` entries after `after`, the last one first.
    pub async fn list_audit(
        &self,
        retailer: RetailerId,
        after: Option<AuditPlace>,
        limit: i64,
    ) -> Result<Vec<AuditView>, StoreError> {
        let rows = sqlx::query!(
            r#"select entry_id, connection_id, subject, method, caller, token_id, actor, before, after,
                done_at as "done_at: SqlTimestamp"
            from audit_entry
            where retailer_id = $1
                and ($2::timestamptz is null or done_at <= $2)
                and ($2::timestamptz is null or done_at < $2 or entry_id > $3)
            order by done_at desc, entry_id
            limit $4"#,
            retailer.uuid(),
            after.map(|place| place.done_at.to_sqlx()) as _,
            after.map(|place| place.entry),
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        let entries = rows.into_iter().map(|row| AuditView {
            place: AuditPlace {
                done_at: row.done_at.to_jiff(),
                entry: row.entry_id,
            },
            method: row.method,
            connection: row.connection_id.map(ConnectionId::new),
            subject: row.subject,
            caller: row.caller,
            token: row.token_id,
            actor: row.actor,
            before: row.before,
            after: row.after,
        });
        Ok(entries.collect())
    }
}

impl Audited {
    /// For statements that belong to it.
    pub(super) fn db(&mut self) -> &mut PgConnection {
        &mut self.db
    }

    /// The same, for what has to be sealed or opened.
    pub(super) fn parts(&mut self) -> (&Store, &mut PgConnection) {
        (&self.store, &mut self.db)
    }

    pub(super) const fn asked(&self) -> &Asked {
        &self.asked
    }

    /// The instant at which all of it is done.
    pub(super) const fn at(&self) -> Timestamp {
        self.asked.at
    }

    /// Commits what was written, with its entry.
    pub(super) async fn finish(self, entry: Entry) -> Result<(), StoreError> {
        let Self {
            store: _,
            mut db,
            asked:
                Asked {
                    retailer,
                    method,
                    by,
                    actor,
                    at,
                },
        } = self;
        let Entry {
            connection,
            subject,
            before,
            after,
        } = entry;
        let (caller, token) = by.map(|Asker { name, token }| (name, token)).unzip();
        sqlx::query!(
            "insert into audit_entry (retailer_id, connection_id, subject, method, caller, token_id, actor,
                before, after, done_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            retailer.uuid(),
            connection.map(ConnectionId::uuid),
            subject,
            method,
            caller,
            token.flatten(),
            actor,
            before,
            after,
            at.to_sqlx() as _,
        )
        .execute(&mut *db)
        .await?;
        db.commit().await?;
        Ok(())
    }
}
