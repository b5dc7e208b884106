//! What people do about imports: begin one, move it on, halt it, ask for one order.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use retail::{ConnectionId, ImportId, ShopOrderId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::job::{find, move_on};
use super::{ImportJob, ImportKind, JobState};
use crate::store::audit::Entry;
use crate::store::{Audited, StoreError};

/// What an import is started as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartedAs {
    pub import: ImportId,
    pub retailer: Uuid,
    pub connection: ConnectionId,
    pub kind: ImportKind,
    pub since: Option<Timestamp>,
    /// Whether an operator must have allowed it.
    pub needs_entitlement: bool,
}

/// Why an import is not started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the retailer has no such connection")]
    UnknownConnection,
    /// The id belongs to another connection's import.
    #[error("another connection's import has this id")]
    Taken,
    #[error("imports are not enabled for this connection: an operator has to allow them")]
    NotEntitled,
    #[error("another import of this connection is under way")]
    Busy,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for StartError {
    fn from(error: sqlx::Error) -> Self {
        let constraint = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::constraint);
        if constraint == Some("import_job_connection_id_key") {
            return Self::Busy;
        }
        Self::Store(error.into())
    }
}

impl Audited {
    /// Starts an import; a repeat gives it as it stands.
    pub async fn start_import(mut self, started: &StartedAs) -> Result<ImportJob, StartError> {
        let now = self.at();
        let StartedAs {
            import,
            retailer,
            connection,
            kind,
            since,
            needs_entitlement,
        } = *started;
        if let Some(job) = find(self.db(), import).await? {
            let is_same = job.retailer == retailer && job.connection == connection;
            return if is_same {
                Ok(job)
            } else {
                Err(StartError::Taken)
            };
        }
        let found = sqlx::query!(
            r#"select e.connection_id is not null as "is_entitled!"
            from connection c
            left join import_entitlement e on e.connection_id = c.connection_id
            where c.connection_id = $1 and c.retailer_id = $2 and c.state <> 'disconnected'"#,
            connection.uuid(),
            retailer,
        )
        .fetch_optional(self.db())
        .await?
        .ok_or(StartError::UnknownConnection)?;
        if needs_entitlement && !found.is_entitled {
            return Err(StartError::NotEntitled);
        }
        let started = sqlx::query!(
            "insert into import_job (import_id, connection_id, kind, placed_since, state, created_at, changed_at)
            values ($1, $2, $3, $4, 'scanning', $5, $5)
            on conflict on constraint import_job_pkey do nothing",
            import.uuid(),
            connection.uuid(),
            kind.as_str(),
            since.map(jiff_sqlx::ToSqlx::to_sqlx) as _,
            now.to_sqlx() as _,
        )
        .execute(self.db())
        .await?
        .rows_affected();
        let job = find(self.db(), import).await?.ok_or(StartError::Taken)?;
        // Else somebody did at the same time, whose entry it is.
        if started == 1 {
            let entry = entry(&job, None, told(&job));
            self.finish(entry).await?;
        }
        Ok(job)
    }

    /// Moves an import on, if it is where it is thought to be. Whether it was.
    pub async fn move_import(
        mut self,
        import: ImportId,
        from: &[JobState],
        to: JobState,
    ) -> Result<bool, StoreError> {
        let now = self.at();
        let Some(before) = find_alone(self.db(), import).await? else {
            return Ok(false);
        };
        if !move_on(self.db(), import, from, to, now).await? {
            return Ok(false);
        }
        let after = json!({"state": to.as_str(), "paused": false});
        let entry = entry(&before, Some(told(&before)), after);
        self.finish(entry).await?;
        Ok(true)
    }

    /// Halts an import that is at work, or lets it go on. Whether it is at work.
    pub async fn pause_import(
        mut self,
        import: ImportId,
        paused: bool,
    ) -> Result<bool, StoreError> {
        let now = self.at();
        let Some(before) = find_alone(self.db(), import).await? else {
            return Ok(false);
        };
        let changed = sqlx::query!(
            "update import_job set paused = $2, changed_at = $3
            where import_id = $1 and state in ('scanning', 'committing', 'settling')",
            import.uuid(),
            paused,
            now.to_sqlx() as _,
        )
        .execute(self.db())
        .await?
        .rows_affected();
        if changed != 1 {
            return Ok(false);
        }
        let after = json!({"state": before.state.as_str(), "paused": paused});
        let entry = entry(&before, Some(told(&before)), after);
        self.finish(entry).await?;
        Ok(true)
    }

    /// Notes that an order is asked for. Nothing else of it is here: it is fetched by way of the inbox.
    pub async fn ask_for_order(
        self,
        connection: ConnectionId,
        order: &ShopOrderId,
    ) -> Result<(), StoreError> {
        self.finish(Entry {
            connection: Some(connection),
            subject: format!("order {order}"),
            ..Entry::default()
        })
        .await
    }
}

/// Until the transaction ends nobody else moves it.
async fn find_alone(
    db: &mut PgConnection,
    import: ImportId,
) -> Result<Option<ImportJob>, StoreError> {
    sqlx::query!(
        "select from import_job where import_id = $1 for update",
        import.uuid()
    )
    .execute(&mut *db)
    .await?;
    find(db, import).await
}

fn entry(job: &ImportJob, before: Option<Value>, after: Value) -> Entry {
    Entry {
        connection: Some(job.connection),
        subject: format!("import {}", job.import),
        before,
        after: Some(after),
    }
}

/// As the audit log tells where an import stands.
fn told(job: &ImportJob) -> Value {
    json!({"state": job.state.as_str(), "paused": job.paused})
}
