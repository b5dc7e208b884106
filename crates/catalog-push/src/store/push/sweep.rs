//! Everything is looked at now and then, whatever was missed: by what is known here, not by asking shops.

use std::time::Duration;

use jiff::Timestamp;
use retail::ConnectionId;

use super::super::row::{self, SqlTimestamp};
use super::super::{Store, StoreError};
use crate::push::Rank;

/// What the shops were told is forgotten so many rows at a time.
const FORGOTTEN_AT_ONCE: i64 = 10_000;

impl Store {
    /// Whether all of a connection was last looked at longer ago than `every`.
    pub async fn is_sweep_due(
        &self,
        connection: ConnectionId,
        every: Duration,
    ) -> Result<bool, StoreError> {
        let found = sqlx::query_scalar!(
            r#"select swept_at as "swept_at: SqlTimestamp" from catalog.pusher where connection_id = $1"#,
            connection.uuid(),
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(self.is_due(found.flatten(), every))
    }

    /// Marks all stock of a connection, spread over `spread`, and what is not yet told of its products.
    pub async fn sweep(
        &self,
        connection: ConnectionId,
        spread: Duration,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut db = self.pool.begin().await?;
        let spread_s = i32::try_from(spread.as_secs()).unwrap_or(i32::MAX).max(1);
        sqlx::query!(
            "insert into catalog.work as w (connection_id, kind, subject, rank, since, not_before, tries, mark)
            select $1, 'stock', i.item_id, $3, n.at, n.at, 0, 1
            from catalog.listing_item i
            cross join lateral (
                select $2::timestamptz + abs(hashtext(i.item_id::text) % $4::integer) * interval '1 second' as at) n
            where i.connection_id = $1
            order by i.item_id
            on conflict on constraint work_pkey do nothing",
            connection.uuid(),
            row::at(now) as _,
            Rank::Stock.number(),
            spread_s,
        )
        .execute(&mut *db)
        .await?;
        sqlx::query!(
            "insert into catalog.work as w (connection_id, kind, subject, rank, since, not_before, tries, mark)
            select $1, 'listing', l.product_id, $3, $2, $2, 0, 1
            from catalog.listing l
            join catalog.product p on p.product_id = l.product_id
            where l.connection_id = $1 and l.standing in ('wanted', 'linked', 'deleted')
                and l.pushed_revision is distinct from p.revision
                and (l.standing <> 'deleted' or p.deleted_at is null)
            order by l.product_id
            on conflict on constraint work_pkey do nothing",
            connection.uuid(),
            row::at(now) as _,
            Rank::Content.number(),
        )
        .execute(&mut *db)
        .await?;
        sqlx::query!(
            "update catalog.pusher set swept_at = $2 where connection_id = $1",
            connection.uuid(),
            row::at(now) as _,
        )
        .execute(&mut *db)
        .await?;
        db.commit().await?;
        Ok(())
    }

    /// Marks what a shop has few of, whatever was missed.
    pub async fn sweep_last_units(
        &self,
        connection: ConnectionId,
        last_units: i64,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "insert into catalog.work as w (connection_id, kind, subject, rank, since, not_before, tries, mark)
            select $1, 'stock', i.item_id, $3, $2, $2, 0, 1
            from catalog.listing_item i
            where i.connection_id = $1 and i.confirmed between 1 and $4
            order by i.item_id
            on conflict on constraint work_pkey do nothing",
            connection.uuid(),
            row::at(self.clock.now()) as _,
            Rank::LastUnits.number(),
            last_units,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Forgets what shops were told before `cut`, but for the last word on each thing before it: what a shop was told at
    /// any instant since can be said. Gives how many rows went; there may be more.
    pub async fn forget_told(&self, cut: Timestamp) -> Result<u64, StoreError> {
        let gone = sqlx::query!(
            "delete from catalog.told where told_id in (
                select t.told_id from catalog.told t
                where t.told_at < $1 and exists (
                    select from catalog.told n
                    where n.connection_id = t.connection_id and n.product_id = t.product_id
                        and n.item_id is not distinct from t.item_id
                        and n.told_id > t.told_id and n.told_at < $1)
                limit $2)",
            row::at(cut) as _,
            FORGOTTEN_AT_ONCE,
        )
        .execute(&self.pool)
        .await?;
        Ok(gone.rows_affected())
    }
}
