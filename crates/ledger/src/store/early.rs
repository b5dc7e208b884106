//! Orders that came before anybody told of their connection.

use retail::{ConnectionId, RetailerId};
use uuid::Uuid;

use super::{Store, StoreError, row};

/// What is to be done with an order of a connection that was unknown a moment ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Early {
    /// It waits for its connection.
    Kept,
    /// Somebody told of the connection meanwhile.
    KnownNow,
    /// There is such a connection, and it is another retailer's.
    AnotherRetailers,
}

/// An order whose connection is known now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlyOrder {
    pub id: Uuid,
    pub retailer: RetailerId,
    pub connection: ConnectionId,
    /// As it came.
    pub message: Vec<u8>,
}

impl Store {
    pub async fn keep_early(
        &self,
        retailer: RetailerId,
        connection: ConnectionId,
        message: &[u8],
    ) -> Result<Early, StoreError> {
        let kept = sqlx::query!(
            "insert into ledger.early_order (early_id, retailer_id, connection_id, message, came_at)
            select $1, $2, $3, $4, $5
            where not exists (select from ledger.connection where connection_id = $3)",
            self.ids.next(),
            retailer.uuid(),
            connection.uuid(),
            message,
            row::at(self.clock.now()) as _,
        )
        .execute(&self.pool)
        .await?;
        if kept.rows_affected() == 1 {
            return Ok(Early::Kept);
        }
        let of = sqlx::query_scalar!(
            "select retailer_id from ledger.connection where connection_id = $1",
            connection.uuid(),
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(if of == retailer.uuid() {
            Early::KnownNow
        } else {
            Early::AnotherRetailers
        })
    }

    /// Orders that can be booked now, in the order in which they came, at most `limit`.
    pub async fn early_orders(&self, limit: i64) -> Result<Vec<EarlyOrder>, StoreError> {
        let rows = sqlx::query!(
            "select e.early_id, e.retailer_id, e.connection_id, e.message
            from ledger.connection c
            join ledger.early_order e
                on e.connection_id = c.connection_id and e.retailer_id = c.retailer_id
            where e.failure is null
            order by e.early_id
            limit $1",
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        let early = rows.into_iter().map(|row| EarlyOrder {
            id: row.early_id,
            retailer: RetailerId::new(row.retailer_id),
            connection: ConnectionId::new(row.connection_id),
            message: row.message,
        });
        Ok(early.collect())
    }

    /// They are booked, or parked.
    pub async fn forget_early(&self, ids: &[Uuid]) -> Result<(), StoreError> {
        sqlx::query!(
            "delete from ledger.early_order where early_id = any($1)",
            ids
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Not even the refusal of it can be booked.
    pub async fn fail_early(&self, id: Uuid, failure: &str) -> Result<(), StoreError> {
        sqlx::query!(
            "update ledger.early_order set failure = $2 where early_id = $1",
            id,
            failure,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
