//! Deliveries that are kept until somebody asks for them (SH-1).

use bytes::Bytes;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use retail::{ConnectionId, RetailerId};

use super::audit::Entry;
use super::{Audited, Store, StoreError};

/// A delivery that is kept no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptDelivery {
    pub connection: ConnectionId,
    pub retailer: RetailerId,
    pub id: String,
    /// As it stood in the inbox.
    pub message: Bytes,
}

impl Store {
    /// The same delivery is kept once.
    pub async fn keep_delivery(
        &self,
        connection: ConnectionId,
        id: &str,
        received_at: Timestamp,
        message: &[u8],
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "insert into kept_delivery (connection_id, delivery_id, received_at, message)
            values ($1, $2, $3, $4)
            on conflict on constraint kept_delivery_pkey do nothing",
            connection.uuid(),
            id,
            received_at.to_sqlx() as _,
            message,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The first of those that are to be applied: updates are automatic again, or somebody asked for new orders
    /// after they came. In the order in which they came, at most `limit`.
    pub async fn to_release(&self, limit: u16) -> Result<Vec<KeptDelivery>, StoreError> {
        let rows = sqlx::query!(
            "select k.connection_id, c.retailer_id, k.delivery_id, k.message
            from kept_delivery k
            join connection c on c.connection_id = k.connection_id
            where c.automatic_updates or k.received_at <= c.applied_to
            order by k.received_at, k.delivery_id
            limit $1",
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?;
        let kept = rows.into_iter().map(|row| KeptDelivery {
            connection: ConnectionId::new(row.connection_id),
            retailer: RetailerId::new(row.retailer_id),
            id: row.delivery_id,
            message: row.message.into(),
        });
        Ok(kept.collect())
    }

    /// It is in the inbox again.
    pub async fn released(&self, connection: ConnectionId, id: &str) -> Result<(), StoreError> {
        sqlx::query!(
            "delete from kept_delivery where connection_id = $1 and delivery_id = $2",
            connection.uuid(),
            id,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// How many a connection has.
    pub async fn kept_deliveries(&self, connection: ConnectionId) -> Result<u64, StoreError> {
        let count = sqlx::query_scalar!(
            r#"select count(*) as "count!" from kept_delivery where connection_id = $1"#,
            connection.uuid(),
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }
}

impl Audited {
    /// What came by now is to be applied, and what the next listing finds (SH-2).
    pub async fn ask_for_new(mut self, connection: ConnectionId) -> Result<(), StoreError> {
        let now = self.at();
        sqlx::query!(
            "update connection set applied_to = greatest(applied_to, $2), new_asked_at = $2
            where connection_id = $1",
            connection.uuid(),
            now.to_sqlx() as _,
        )
        .execute(self.db())
        .await?;
        self.finish(Entry {
            connection: Some(connection),
            ..Entry::default()
        })
        .await
    }
}
