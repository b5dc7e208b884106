//! The archive of raw deliveries.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use retail::{ConnectionId, RetailerId, ShopOrderId};
use uuid::Uuid;

use super::{SqlTimestamp, Store, StoreError};

/// Deliveries of one order that are listed.
const LISTED_LIMIT: i64 = 200;

/// How a delivery came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryOrigin {
    Sent,
    Listed,
    Hinted,
}

/// A delivery without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawDelivery {
    pub connection: ConnectionId,
    pub retailer: RetailerId,
    pub id: String,
    pub received_at: Timestamp,
    pub topic: String,
    /// `None` where only the body tells.
    pub order: Option<ShopOrderId>,
    pub origin: DeliveryOrigin,
    /// Of the body as it came.
    pub body_bytes: usize,
}

impl Store {
    /// Keeps deliveries with their bodies, compressed and sealed; those that are kept already stay as they are. Nothing
    /// is kept of an order of somebody who was erased.
    pub async fn archive(&self, deliveries: &[(RawDelivery, Vec<u8>)]) -> Result<(), StoreError> {
        let rows = || deliveries.iter().map(|(delivery, _)| delivery);
        let connections: Vec<Uuid> = rows().map(|row| row.connection.uuid()).collect();
        let ids: Vec<&str> = rows().map(|row| row.id.as_str()).collect();
        let retailers: Vec<Uuid> = rows().map(|row| row.retailer.uuid()).collect();
        let received: Vec<SqlTimestamp> = rows().map(|row| row.received_at.to_sqlx()).collect();
        let topics: Vec<&str> = rows().map(|row| row.topic.as_str()).collect();
        let orders: Vec<Option<&str>> = rows()
            .map(|row| row.order.as_ref().map(ShopOrderId::as_str))
            .collect();
        let origins: Vec<&str> = rows().map(|row| row.origin.as_str()).collect();
        let sizes: Vec<i32> = rows().map(|row| super::count(row.body_bytes)).collect();
        let bodies: Vec<&[u8]> = deliveries.iter().map(|(_, body)| body.as_slice()).collect();
        sqlx::query!(
            "insert into raw_delivery (connection_id, delivery_id, retailer_id, received_at, topic,
                shop_order_id, origin, body_bytes, sealed_body)
            select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[], $5::text[],
                $6::text[], $7::text[], $8::integer[], $9::bytea[])
                n (connection_id, delivery_id, retailer_id, received_at, topic, shop_order_id, origin,
                    body_bytes, sealed_body)
            where not exists (select from erased_order e
                where e.connection_id = n.connection_id and e.shop_order_id = n.shop_order_id)
            on conflict on constraint raw_delivery_pkey do nothing",
            &connections,
            &ids as _,
            &retailers,
            &received as _,
            &topics as _,
            &orders as _,
            &origins as _,
            &sizes,
            &bodies as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The newest deliveries that name `order`.
    pub async fn deliveries_of(
        &self,
        retailer: RetailerId,
        connection: ConnectionId,
        order: &ShopOrderId,
    ) -> Result<Vec<RawDelivery>, StoreError> {
        let rows = sqlx::query!(
            r#"select delivery_id, received_at as "received_at: SqlTimestamp", topic, origin, body_bytes
            from raw_delivery
            where connection_id = $1 and shop_order_id = $2 and retailer_id = $3
            order by received_at desc, delivery_id limit $4"#,
            connection.uuid(),
            order.as_str(),
            retailer.uuid(),
            LISTED_LIMIT,
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(RawDelivery {
                    connection,
                    retailer,
                    id: row.delivery_id,
                    received_at: row.received_at.to_jiff(),
                    topic: row.topic,
                    order: Some(order.clone()),
                    origin: DeliveryOrigin::from_text(&row.origin, connection)?,
                    body_bytes: usize::try_from(row.body_bytes).unwrap_or_default(),
                })
            })
            .collect()
    }

    /// One delivery with its body as it was archived.
    pub async fn delivery(
        &self,
        retailer: RetailerId,
        connection: ConnectionId,
        delivery: &str,
    ) -> Result<Option<(RawDelivery, Vec<u8>)>, StoreError> {
        let row = sqlx::query!(
            r#"select received_at as "received_at: SqlTimestamp", topic, shop_order_id, origin,
                body_bytes, sealed_body
            from raw_delivery
            where connection_id = $1 and delivery_id = $2 and retailer_id = $3"#,
            connection.uuid(),
            delivery,
            retailer.uuid(),
        )
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let order = row
            .shop_order_id
            .map(|order| {
                ShopOrderId::new(&order)
                    .map_err(|error| StoreError::corrupt("raw_delivery", connection, error))
            })
            .transpose()?;
        let kept = RawDelivery {
            connection,
            retailer,
            id: delivery.to_owned(),
            received_at: row.received_at.to_jiff(),
            topic: row.topic,
            order,
            origin: DeliveryOrigin::from_text(&row.origin, connection)?,
            body_bytes: usize::try_from(row.body_bytes).unwrap_or_default(),
        };
        Ok(Some((kept, row.sealed_body)))
    }

    /// Takes away at most `limit` deliveries received before `before`, the oldest first; gives how many.
    pub async fn forget_deliveries(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let forgotten = sqlx::query!(
            "delete from raw_delivery where (connection_id, delivery_id) in (
                select connection_id, delivery_id from raw_delivery
                where received_at < $1 order by received_at limit $2)",
            before.to_sqlx() as _,
            i64::from(limit),
        )
        .execute(&self.pool)
        .await?;
        Ok(forgotten.rows_affected())
    }
}

impl DeliveryOrigin {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Listed => "listed",
            Self::Hinted => "hinted",
        }
    }

    fn from_text(text: &str, connection: ConnectionId) -> Result<Self, StoreError> {
        match text {
            "sent" => Ok(Self::Sent),
            "listed" => Ok(Self::Listed),
            "hinted" => Ok(Self::Hinted),
            other => Err(StoreError::corrupt("raw_delivery", connection, other)),
        }
    }
}
