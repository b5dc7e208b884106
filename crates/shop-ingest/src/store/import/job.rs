//! An import's life: begun, moved on, halted.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use retail::{ConnectionId, ImportId};
use serde_json::{Value, json};
use shop::PageToken;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{ImportJob, ImportKind, JobState, PlanCounts, Verdict};
use crate::store::audit::Entry;
use crate::store::{Audited, SqlTimestamp, Store, StoreError};

/// Imports that are listed.
const JOBS_LIMIT: i64 = 100;

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
}

impl Store {
    pub async fn import_job(&self, import: ImportId) -> Result<Option<ImportJob>, StoreError> {
        let mut db = self.pool.acquire().await?;
        find(&mut db, import).await
    }

    /// A retailer's imports, newest first.
    pub async fn import_jobs(&self, retailer: Uuid) -> Result<Vec<ImportJob>, StoreError> {
        let ids = sqlx::query_scalar!(
            "select j.import_id
            from import_job j join connection c on c.connection_id = j.connection_id
            where c.retailer_id = $1
            order by j.created_at desc, j.import_id
            limit $2",
            retailer,
            JOBS_LIMIT,
        )
        .fetch_all(&self.pool)
        .await?;
        let mut db = self.pool.acquire().await?;
        let mut jobs = Vec::with_capacity(ids.len());
        for id in ids {
            jobs.extend(find(&mut db, ImportId::new(id)).await?);
        }
        Ok(jobs)
    }

    /// The connection's import that has work to do now.
    pub async fn active_import(
        &self,
        connection: ConnectionId,
    ) -> Result<Option<ImportJob>, StoreError> {
        let mut db = self.pool.acquire().await?;
        let id = sqlx::query_scalar!(
            "select import_id from import_job
            where connection_id = $1 and (state = 'cancelling'
                or state in ('scanning', 'committing', 'settling') and not paused)",
            connection.uuid(),
        )
        .fetch_optional(&mut *db)
        .await?;
        match id {
            Some(id) => find(&mut db, ImportId::new(id)).await,
            None => Ok(None),
        }
    }

    /// Moves an import on in its course, which nobody has to ask for, if it is where it is thought to be. Whether it
    /// was.
    pub async fn move_import(
        &self,
        import: ImportId,
        from: &[JobState],
        to: JobState,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut db = self.pool.begin().await?;
        let moved = move_on(&mut db, import, from, to, now).await?;
        db.commit().await?;
        Ok(moved)
    }

    /// Another failure in a row. `reason` quotes no answer and no secret.
    pub async fn import_failed(
        &self,
        connection: ConnectionId,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "update import_job set failures = failures + 1, last_failure = $2, changed_at = $3
            where connection_id = $1 and state not in ('planned', 'complete', 'cancelled')",
            connection.uuid(),
            reason,
            now.to_sqlx() as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// How many orders the ledger has taken, when that has grown.
    pub async fn import_settled(
        &self,
        import: ImportId,
        settled: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "update import_job set settled = $2, settled_at = $3
            where import_id = $1 and (settled < $2 or settled_at is null)",
            import.uuid(),
            settled,
            now.to_sqlx() as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Every order found is in one of the counts.
    pub async fn plan_counts(&self, import: ImportId) -> Result<PlanCounts, StoreError> {
        let rows = sqlx::query!(
            r#"select verdict, count(*) as "orders!", count(told_at) as "told!",
                count(sealed_body) as "untold!"
            from import_order where import_id = $1
            group by verdict order by verdict"#,
            import.uuid(),
        )
        .fetch_all(&self.pool)
        .await?;
        let mut counts = PlanCounts::default();
        for row in rows {
            counts
                .by_verdict
                .push((Verdict::read(&row.verdict)?, row.orders));
            counts.told += row.told;
            counts.to_tell += row.told + row.untold;
        }
        Ok(counts)
    }
}

/// If it is in one of the states `from`. Whether it was.
async fn move_on(
    db: &mut PgConnection,
    import: ImportId,
    from: &[JobState],
    to: JobState,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let from: Vec<&str> = from.iter().map(|state| state.as_str()).collect();
    let moved = sqlx::query!(
        "update import_job
        set state = $3, paused = false, failures = 0, last_failure = null, changed_at = $4
        where import_id = $1 and state = any($2)",
        import.uuid(),
        &from as _,
        to.as_str(),
        now.to_sqlx() as _,
    )
    .execute(&mut *db)
    .await?
    .rows_affected();
    if moved == 1 && to == JobState::Cancelled {
        // Personal data is kept for no longer than it is needed.
        sqlx::query!(
            "update import_order set sealed_body = null
            where import_id = $1 and sealed_body is not null",
            import.uuid(),
        )
        .execute(db)
        .await?;
    }
    Ok(moved == 1)
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

async fn find(db: &mut PgConnection, import: ImportId) -> Result<Option<ImportJob>, StoreError> {
    let row = sqlx::query!(
        r#"select j.import_id, j.connection_id, c.retailer_id, j.kind,
            j.placed_since as "placed_since: SqlTimestamp", j.state, j.paused, j.page_token,
            j.settled, j.settled_at as "settled_at: SqlTimestamp",
            j.created_at as "created_at: SqlTimestamp", j.changed_at as "changed_at: SqlTimestamp",
            j.failures, j.last_failure
        from import_job j join connection c on c.connection_id = j.connection_id
        where j.import_id = $1"#,
        import.uuid(),
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let corrupt = |reason: &str| StoreError::corrupt("import_job", import, reason);
    Ok(Some(ImportJob {
        import: ImportId::new(row.import_id),
        connection: ConnectionId::new(row.connection_id),
        retailer: row.retailer_id,
        kind: ImportKind::read(&row.kind).ok_or_else(|| corrupt("its kind is not known"))?,
        since: row.placed_since.map(SqlTimestamp::to_jiff),
        state: JobState::read(&row.state).ok_or_else(|| corrupt("its state is not known"))?,
        paused: row.paused,
        next: row
            .page_token
            .map(|token| PageToken::new(&token).ok_or_else(|| corrupt("its page token is none")))
            .transpose()?,
        settled: row.settled,
        settled_at: row.settled_at.map(SqlTimestamp::to_jiff),
        created_at: row.created_at.to_jiff(),
        changed_at: row.changed_at.to_jiff(),
        failures: u32::try_from(row.failures).unwrap_or_default(),
        last_failure: row.last_failure,
    }))
}
