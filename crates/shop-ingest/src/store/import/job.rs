//! An import's life, as it goes on by itself.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use retail::{ConnectionId, ImportId};
use shop::PageToken;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{ImportJob, ImportKind, JobState, PlanCounts, Verdict};
use crate::store::{SqlTimestamp, Store, StoreError};

/// Imports that are listed.
const JOBS_LIMIT: i64 = 100;

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
pub(super) async fn move_on(
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

pub(super) async fn find(
    db: &mut PgConnection,
    import: ImportId,
) -> Result<Option<ImportJob>, StoreError> {
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
