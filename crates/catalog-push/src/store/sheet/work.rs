//! What is to be done with sheets, one at a time.

use std::time::Duration;

use jiff::SignedDuration;
use retail::catalogue::sheet::Terms;
use retail::{ProductId, RetailerId, SheetId};
use sqlx::{Connection as _, PgConnection};

use super::{SheetState, SheetWork, mark_from};
use crate::store::{Act, Store, StoreError, row};

/// Sheets are kept for so long after they were touched last.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Sheets forgotten at once.
const FORGOTTEN_AT_ONCE: i64 = 10;

/// Who has it is the one process that works on sheets. Dropped, another one may be.
#[derive(Debug)]
pub struct Lead(PgConnection);

impl Lead {
    /// Whether the database still knows of it.
    pub async fn holds(&mut self) -> bool {
        const TIMEOUT: Duration = Duration::from_secs(10);
        let answer = tokio::time::timeout(TIMEOUT, self.0.ping()).await;
        matches!(answer, Ok(Ok(())))
    }
}

impl Store {
    /// `None`: another process has it.
    pub async fn lead_sheets(&self) -> Result<Option<Lead>, StoreError> {
        let mut db = self.pool.acquire().await?.detach();
        let is_ours = sqlx::query_scalar!(
            r#"select pg_try_advisory_lock(hashtextextended('catalog sheets', 0)) as "is_ours!""#,
        )
        .fetch_one(&mut db)
        .await?;
        Ok(is_ours.then_some(Lead(db)))
    }

    /// The sheet that waited longest.
    pub async fn next_sheet(&self) -> Result<Option<SheetWork>, StoreError> {
        let found = sqlx::query!(
            "select sheet_id, retailer_id, state, columns, decimal_mark, overwrite_newer, attempt, told_up_to,
                actor, note, refusal
            from catalog.sheet where state in ('checking', 'registering', 'writing', 'reverting')
            order by changed_at, sheet_id limit 1",
        )
        .fetch_optional(&self.pool)
        .await?;
        let work = found.map(|found| {
            Ok(SheetWork {
                id: SheetId::new(found.sheet_id),
                retailer: RetailerId::new(found.retailer_id),
                state: SheetState::read(&found.state)?,
                columns: found.columns,
                terms: Terms {
                    mark: mark_from(&found.decimal_mark)?,
                    overwrite_newer: found.overwrite_newer,
                },
                attempt: found.attempt,
                told_up_to: found.told_up_to.map(ProductId::new),
                act: Act {
                    request: found.sheet_id,
                    actor: found.actor,
                    note: found.note,
                },
                refusal: found.refusal,
            })
        });
        work.transpose()
    }

    /// Brings a sheet to another state, from which `done` begins anew.
    pub async fn bring_sheet(
        &self,
        id: SheetId,
        state: SheetState,
        refusal: &str,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "update catalog.sheet set state = $2, refusal = $3, done = 0, changed_at = $4 where sheet_id = $1",
            id.uuid(),
            state.as_str(),
            refusal,
            row::at(self.clock.now()) as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Forgets the rows of sheets that nobody touched for long, and all that came of them. Gives how many.
    pub async fn forget_sheets(&self) -> Result<u64, StoreError> {
        let before = self.clock.now() - KEPT_FOR;
        let mut db = self.pool.begin().await?;
        let old = sqlx::query_scalar!(
            "select sheet_id from catalog.sheet
            where state in ('filling', 'checked', 'refused', 'applied') and changed_at < $1
                and (state <> 'applied' or exists (
                    select from catalog.sheet_row r where r.sheet_id = sheet.sheet_id))
            order by changed_at limit $2
            for no key update skip locked",
            row::at(before) as _,
            FORGOTTEN_AT_ONCE,
        )
        .fetch_all(&mut *db)
        .await?;
        super::stage::clear(&mut db, &old).await?;
        sqlx::query!(
            "delete from catalog.sheet_row where sheet_id = any($1)",
            &old
        )
        .execute(&mut *db)
        .await?;
        sqlx::query!(
            "update catalog.sheet set state = 'expired' where sheet_id = any($1) and state <> 'applied'",
            &old,
        )
        .execute(&mut *db)
        .await?;
        db.commit().await?;
        Ok(old.len() as u64)
    }
}
