//! The orders of a plan that the ledger is still to be told.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use retail::{ImportId, ShopOrderId};

use super::order_id;
use crate::store::{SqlTimestamp, Store, StoreError};

/// An order as the shop gave it.
#[derive(Clone, PartialEq, Eq)]
pub struct Untold {
    pub order: ShopOrderId,
    pub body: Vec<u8>,
    /// The shop's clock at a moment before it was read.
    pub asked_at: Option<Timestamp>,
}

impl Store {
    /// The next ones after `after`, by id.
    pub async fn untold(
        &self,
        import: ImportId,
        after: Option<&ShopOrderId>,
        limit: i64,
    ) -> Result<Vec<Untold>, StoreError> {
        let rows = sqlx::query!(
            r#"select shop_order_id, sealed_body as "sealed_body!",
                asked_at as "asked_at: SqlTimestamp"
            from import_order
            where import_id = $1 and shop_order_id > $2 and sealed_body is not null
            order by shop_order_id
            limit $3"#,
            import.uuid(),
            after.map_or("", ShopOrderId::as_str),
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                let order = order_id(&row.shop_order_id)?;
                let purpose = self.import_purpose(import, &order);
                let body = self
                    .keyring
                    .open(&purpose, &row.sealed_body)
                    .map_err(|error| StoreError::corrupt("import_order", &order, error))?;
                Ok(Untold {
                    order,
                    body,
                    asked_at: row.asked_at.map(SqlTimestamp::to_jiff),
                })
            })
            .collect()
    }

    /// The broker has these on disk.
    pub async fn told(
        &self,
        import: ImportId,
        orders: &[&ShopOrderId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let ids: Vec<&str> = orders.iter().map(|order| order.as_str()).collect();
        sqlx::query!(
            "update import_order set told_at = $3, sealed_body = null
            where import_id = $1 and shop_order_id = any($2)",
            import.uuid(),
            &ids as _,
            now.to_sqlx() as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The ledger will never take this one.
    pub async fn cannot_be_told(
        &self,
        import: ImportId,
        order: &ShopOrderId,
        reason: &str,
        detail: &str,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "update import_order set sealed_body = null, verdict = 'refused', reason = $3, detail = $4
            where import_id = $1 and shop_order_id = $2",
            import.uuid(),
            order.as_str(),
            reason,
            detail,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
