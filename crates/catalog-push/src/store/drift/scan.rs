//! When what shops show is compared.

use std::time::Duration;

use jiff::Timestamp;
use retail::{ConnectionId, ProductId};
use serde_json::json;
use uuid::Uuid;

use super::super::row::{self, SqlTimestamp};
use super::super::{Once, Store, StoreError, channels};
use super::find::DriftError;
use crate::push::Rank;

/// What is to be compared, now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanAsked {
    pub connection: ConnectionId,
    /// Empty: all.
    pub products: Vec<ProductId>,
}

impl Store {
    /// Whether all of a connection was last marked longer ago than `every`.
    pub async fn is_scan_due(
        &self,
        connection: ConnectionId,
        every: Duration,
    ) -> Result<bool, StoreError> {
        let found = sqlx::query_scalar!(
            r#"select scanned_at as "scanned_at: SqlTimestamp" from catalog.pusher where connection_id = $1"#,
            connection.uuid(),
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(self.is_due(found.flatten(), every))
    }

    /// Marks all that a shop shows, or is to show and does not, to be compared: `at_once` of them together, spread evenly
    /// over `spread`. What waits already stays where it is.
    pub async fn scan(
        &self,
        connection: ConnectionId,
        spread: Duration,
        at_once: i64,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut db = self.pool.begin().await?;
        sqlx::query!(
            "insert into catalog.work as w (connection_id, kind, subject, rank, since, not_before, tries, mark)
            select $1, 'drift', n.product_id, $3, n.at, n.at, 0, 1
            from (
                select l.product_id, $2::timestamptz + interval '1 millisecond' * ($4::bigint
                    * ((row_number() over (order by l.product_id) - 1) / $5) * $5 / count(*) over ()) as at
                from catalog.listing l
                where l.connection_id = $1 and l.standing in ('linked', 'missing', 'refused')) n
            order by n.product_id
            on conflict on constraint work_pkey do nothing",
            connection.uuid(),
            row::at(now) as _,
            Rank::Content.number(),
            i64::try_from(spread.as_millis()).unwrap_or(i64::MAX),
            at_once.max(1),
        )
        .execute(&mut *db)
        .await?;
        sqlx::query!(
            "update catalog.pusher set scanned_at = $2 where connection_id = $1",
            connection.uuid(),
            row::at(now) as _,
        )
        .execute(&mut *db)
        .await?;
        db.commit().await?;
        Ok(())
    }
}

impl Once {
    /// Has them compared now. Gives how many.
    pub async fn scan_drift(&mut self, asked: &ScanAsked) -> Result<i64, DriftError> {
        let (retailer, now) = (self.retailer(), self.now());
        let db = self.db();
        if let Some(unknown) = channels::unknown(db, retailer, &[asked.connection]).await? {
            return Err(DriftError::UnknownConnection(unknown));
        }
        let products: Vec<Uuid> = asked.products.iter().map(|id| id.uuid()).collect();
        let marked = mark(db, asked.connection, &products, now).await?;
        self.note_change(
            None,
            json!({
                "connection_id": asked.connection.to_string(),
                "named": products.len(),
                "products": marked,
            }),
        );
        Ok(marked)
    }
}

async fn mark(
    db: &mut sqlx::PgConnection,
    connection: ConnectionId,
    products: &[Uuid],
    now: Timestamp,
) -> Result<i64, StoreError> {
    let marked = sqlx::query!(
        "insert into catalog.work as w (connection_id, kind, subject, rank, since, not_before, tries, mark)
        select $1, 'drift', l.product_id, $3, $4, $4, 0, 1
        from catalog.listing l
        where l.connection_id = $1 and l.standing in ('linked', 'missing', 'refused')
            and (cardinality($2::uuid[]) = 0 or l.product_id = any($2))
        order by l.product_id
        on conflict on constraint work_pkey do update
            set mark = w.mark + 1, tries = 0, since = least(w.since, excluded.since),
                not_before = least(w.not_before, excluded.not_before)",
        connection.uuid(),
        products,
        Rank::Content.number(),
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(i64::try_from(marked.rows_affected()).unwrap_or(i64::MAX))
}
