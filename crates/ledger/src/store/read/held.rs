//! Updates of sales that wait for a person (SH-12).

use std::collections::HashMap;

use jiff::Timestamp;
use retail::{ConnectionId, RetailerId, Version};
use uuid::Uuid;

use super::{Reader, SaleView};
use crate::decide::Delivery;
use crate::store::StoreError;
use crate::store::row::{self, SqlTimestamp};

/// An update that waits, with the sale as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldView {
    pub key: HeldKey,
    pub version: Version,
    /// The message as it came.
    pub message: Vec<u8>,
    pub delivery: Delivery,
    pub first_held_at: Timestamp,
    /// With its lines and payments.
    pub sale: SaleView,
}

/// A held order's place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldKey {
    pub last_held_at: Timestamp,
    pub connection: Uuid,
    pub order: String,
}

/// A held order's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptHeld {
    pub version: Version,
    pub message: Vec<u8>,
}

impl Reader {
    /// Up to `limit` updates after `after`, newest first.
    pub async fn list_held(
        &self,
        retailer: RetailerId,
        connection: Option<Uuid>,
        after: Option<&HeldKey>,
        limit: i64,
    ) -> Result<Vec<HeldView>, StoreError> {
        let mut db = self.snapshot().await?;
        let rows = sqlx::query!(
            r#"select h.connection_id, h.shop_order_id, h.version_at as "version_at: SqlTimestamp",
                h.version_hash, h.message, h.delivery_id, h.topic,
                h.received_at as "received_at: SqlTimestamp",
                h.first_held_at as "first_held_at: SqlTimestamp",
                h.last_held_at as "last_held_at: SqlTimestamp", o.sale_id as "sale_id!"
            from ledger.held_order h
            join ledger.shop_order o
                on o.connection_id = h.connection_id and o.shop_order_id = h.shop_order_id
            where h.retailer_id = $1
                and ($2::uuid is null or h.connection_id = $2)
                and ($3::timestamptz is null or h.last_held_at <= $3)
                and ($3::timestamptz is null or h.last_held_at < $3
                    or (h.connection_id, h.shop_order_id) > ($4::uuid, $5::text))
                and o.sale_id is not null
            order by h.last_held_at desc, h.connection_id, h.shop_order_id
            limit $6"#,
            retailer.uuid(),
            connection,
            after.map(|key| row::at(key.last_held_at)) as _,
            after.map(|key| key.connection),
            after.map(|key| key.order.as_str()),
            limit,
        )
        .fetch_all(&mut *db)
        .await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.sale_id).collect();
        let mut sales = SaleView::load(&mut db, &ids).await?;
        SaleView::fill(&mut db, &mut sales).await?;
        let mut sales: HashMap<Uuid, SaleView> =
            sales.into_iter().map(|sale| (sale.sale, sale)).collect();
        rows.into_iter()
            .map(|row| {
                let sale = sales.remove(&row.sale_id).ok_or_else(|| {
                    StoreError::corrupt("shop_order", "sale_id", "a missing sale")
                })?;
                Ok(HeldView {
                    key: HeldKey {
                        last_held_at: row.last_held_at.to_jiff(),
                        connection: row.connection_id,
                        order: row.shop_order_id,
                    },
                    version: version(row.version_at, row.version_hash)?,
                    message: row.message,
                    delivery: Delivery {
                        id: row.delivery_id,
                        topic: row.topic,
                        received_at: row.received_at.to_jiff(),
                    },
                    first_held_at: row.first_held_at.to_jiff(),
                    sale,
                })
            })
            .collect()
    }

    /// What is kept of the update that waits; `None` when none does.
    pub async fn kept_held(
        &self,
        retailer: RetailerId,
        connection: ConnectionId,
        order: &str,
    ) -> Result<Option<KeptHeld>, StoreError> {
        let found = sqlx::query!(
            r#"select version_at as "version_at: SqlTimestamp", version_hash, message
            from ledger.held_order
            where connection_id = $1 and shop_order_id = $2 and retailer_id = $3"#,
            connection.uuid(),
            order,
            retailer.uuid(),
        )
        .fetch_optional(&self.pool)
        .await?;
        found
            .map(|found| {
                Ok(KeptHeld {
                    version: version(found.version_at, found.version_hash)?,
                    message: found.message,
                })
            })
            .transpose()
    }
}

fn version(at: SqlTimestamp, hash: Vec<u8>) -> Result<Version, StoreError> {
    row::version_from(Some(at), Some(hash))?
        .ok_or_else(|| StoreError::corrupt("held_order", "version", "none"))
}
