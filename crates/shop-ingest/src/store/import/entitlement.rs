//! Which connections may import (BC-6, WC-5).

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use retail::ConnectionId;
use uuid::Uuid;

use crate::store::{Store, StoreError};

impl Store {
    /// Of a connection of `retailer`; `false`: it has none of this id. A repeat changes nothing.
    pub async fn set_import_entitlement(
        &self,
        retailer: Uuid,
        id: ConnectionId,
        is_entitled: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut db = self.pool.begin().await?;
        let is_known = sqlx::query_scalar!(
            r#"select exists (select from connection
                where connection_id = $1 and retailer_id = $2) as "is_known!""#,
            id.uuid(),
            retailer,
        )
        .fetch_one(&mut *db)
        .await?;
        if !is_known {
            return Ok(false);
        }
        if is_entitled {
            sqlx::query!(
                "insert into import_entitlement (connection_id, granted_at) values ($1, $2)
                on conflict on constraint import_entitlement_pkey do nothing",
                id.uuid(),
                now.to_sqlx() as _,
            )
            .execute(&mut *db)
            .await?;
        } else {
            sqlx::query!(
                "delete from import_entitlement where connection_id = $1",
                id.uuid()
            )
            .execute(&mut *db)
            .await?;
        }
        db.commit().await?;
        Ok(true)
    }
}
