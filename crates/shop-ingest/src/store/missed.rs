//! Changes that polling found before any webhook told of them (R-6).

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use retail::{ConnectionId, ShopOrderId};
use uuid::Uuid;

use super::{SqlTimestamp, Store, StoreError};

/// One change of an order that polling found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    pub order: ShopOrderId,
    /// The shop's instant of the change.
    pub modified_at: Timestamp,
    /// When polling saw it, by our clock.
    pub seen_at: Timestamp,
}

/// What is stored of a connection's missed orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MissedCount {
    /// No webhook told of these within the grace.
    pub confirmed: u64,
    /// One may still come.
    pub suspected: u64,
}

impl Store {
    /// Changes that no webhook has told of yet. Those that are known already stay as they are.
    pub async fn suspect(
        &self,
        id: ConnectionId,
        changes: &[(&ShopOrderId, Timestamp)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let orders: Vec<&str> = changes.iter().map(|(order, _)| order.as_str()).collect();
        let modified: Vec<SqlTimestamp> = changes.iter().map(|(_, at)| at.to_sqlx()).collect();
        sqlx::query!(
            "insert into missed_order (connection_id, shop_order_id, modified_at, seen_at)
            select $1, change.*, $4 from unnest($2::text[], $3::timestamptz[]) as change
            on conflict on constraint missed_order_pkey do nothing",
            id.uuid(),
            &orders as _,
            &modified as _,
            now.to_sqlx() as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The oldest suspected changes seen before `before`, at most `limit`.
    pub async fn suspected(
        &self,
        id: ConnectionId,
        before: Timestamp,
        limit: u16,
    ) -> Result<Vec<Missed>, StoreError> {
        let rows = sqlx::query!(
            r#"select shop_order_id, modified_at as "modified_at: SqlTimestamp",
                seen_at as "seen_at: SqlTimestamp"
            from missed_order
            where connection_id = $1 and confirmed_at is null and seen_at <= $2
            order by seen_at limit $3"#,
            id.uuid(),
            before.to_sqlx() as _,
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Missed {
                    order: ShopOrderId::new(&row.shop_order_id)
                        .map_err(|error| StoreError::corrupt("missed_order", id, error))?,
                    modified_at: row.modified_at.to_jiff(),
                    seen_at: row.seen_at.to_jiff(),
                })
            })
            .collect()
    }

    /// A webhook told of it after all.
    pub async fn cleared(&self, id: ConnectionId, change: &Missed) -> Result<(), StoreError> {
        sqlx::query!(
            "delete from missed_order
            where connection_id = $1 and shop_order_id = $2 and modified_at = $3 and confirmed_at is null",
            id.uuid(),
            change.order.as_str(),
            change.modified_at.to_sqlx() as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// No webhook told of it.
    pub async fn confirmed(
        &self,
        id: ConnectionId,
        change: &Missed,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "update missed_order set confirmed_at = $4
            where connection_id = $1 and shop_order_id = $2 and modified_at = $3 and confirmed_at is null",
            id.uuid(),
            change.order.as_str(),
            change.modified_at.to_sqlx() as _,
            now.to_sqlx() as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    pub async fn missed(&self, id: ConnectionId) -> Result<MissedCount, StoreError> {
        let id: Uuid = id.uuid();
        let row = sqlx::query!(
            r#"select count(confirmed_at) as "confirmed!", count(*) as "all!"
            from missed_order where connection_id = $1"#,
            id,
        )
        .fetch_one(&self.pool)
        .await?;
        let confirmed = u64::try_from(row.confirmed).unwrap_or_default();
        let all = u64::try_from(row.all).unwrap_or_default();
        Ok(MissedCount {
            confirmed,
            suspected: all.saturating_sub(confirmed),
        })
    }

    /// Takes away what was seen before `before`.
    pub async fn forget_missed(
        &self,
        id: ConnectionId,
        before: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "delete from missed_order where connection_id = $1 and seen_at < $2",
            id.uuid(),
            before.to_sqlx() as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
