//! Apps that were taken out of their shops.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use retail::ConnectionId;

use super::{SqlTimestamp, Store, StoreError};

impl Store {
    /// A delivery says that the app is gone; the shop is to be asked whether it is.
    pub async fn removal_told(&self, id: ConnectionId, at: Timestamp) -> Result<(), StoreError> {
        sqlx::query!(
            "update connection set removal_told_at = $2
            where connection_id = $1 and state in ('live', 'paused')
                and (linked_at is null or linked_at < $2)",
            id.uuid(),
            at.to_sqlx() as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// When a delivery said so that the shop was not asked about yet.
    pub async fn removal_to_ask(&self, id: ConnectionId) -> Result<Option<Timestamp>, StoreError> {
        let told = sqlx::query_scalar!(
            r#"select removal_told_at as "removal_told_at: SqlTimestamp" from connection
            where connection_id = $1"#,
            id.uuid(),
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(told.flatten().map(SqlTimestamp::to_jiff))
    }

    /// The shop lets us in all the same.
    pub async fn removal_denied(
        &self,
        id: ConnectionId,
        told_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "update connection set removal_told_at = null where connection_id = $1 and removal_told_at = $2",
            id.uuid(),
            told_at.to_sqlx() as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The shop does not let us in any more. `false`: it was linked again meanwhile.
    pub async fn removal_proven(
        &self,
        id: ConnectionId,
        told_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query!(
            "update connection set state = 'uninstalled', removal_told_at = null, changed_at = $3,
                version = greatest(version + 1, $4)
            where connection_id = $1 and removal_told_at = $2",
            id.uuid(),
            told_at.to_sqlx() as _,
            now.to_sqlx() as _,
            now.as_microsecond(),
        )
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }
}
