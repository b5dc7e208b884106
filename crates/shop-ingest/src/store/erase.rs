//! What is taken away of people who were erased, and of shops that are gone.

use bytes::Bytes;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use retail::{ConnectionId, ImportId, RetailerId, ShopOrderId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{ConnectionState, SqlTimestamp, Store, StoreError};

/// What an import's order is refused for that is of somebody who was erased.
const REASON: &str = "erased";
const DETAIL: &str = "Who bought it was erased.";

/// A place among deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryPlace {
    pub connection: ConnectionId,
    pub delivery: String,
}

/// A delivery with what is kept of it.
#[derive(Clone, Debug)]
pub struct Searched {
    pub place: DeliveryPlace,
    pub received_at: Timestamp,
    pub sealed: Vec<u8>,
}

impl Store {
    /// From now on no delivery of these orders is archived, and none is.
    pub async fn shred_orders(
        &self,
        orders: &[(ConnectionId, ShopOrderId)],
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let connections: Vec<Uuid> = orders
            .iter()
            .map(|(connection, _)| connection.uuid())
            .collect();
        let ids: Vec<&str> = orders.iter().map(|(_, order)| order.as_str()).collect();
        let mut db = self.pool.begin().await?;
        // Whoever is archiving ends first, and whoever begins then knows of them.
        sqlx::query!("lock table raw_delivery in share row exclusive mode")
            .execute(&mut *db)
            .await?;
        sqlx::query!(
            "insert into erased_order (connection_id, shop_order_id, erased_at)
            select n.*, $3 from unnest($1::uuid[], $2::text[]) n
            on conflict on constraint erased_order_pkey do nothing",
            &connections,
            &ids as _,
            now.to_sqlx() as _,
        )
        .execute(&mut *db)
        .await?;
        let gone = sqlx::query!(
            "delete from raw_delivery r
            using unnest($1::uuid[], $2::text[]) n (connection_id, shop_order_id)
            where r.connection_id = n.connection_id and r.shop_order_id = n.shop_order_id",
            &connections,
            &ids as _,
        )
        .execute(&mut *db)
        .await?
        .rows_affected();
        sqlx::query!(
            "update import_order o set sealed_body = null, verdict = 'refused', reason = $3, detail = $4
            from unnest($1::uuid[], $2::text[]) n (connection_id, shop_order_id)
            join import_job j on j.connection_id = n.connection_id
            where o.import_id = j.import_id and o.shop_order_id = n.shop_order_id
                and o.sealed_body is not null",
            &connections,
            &ids as _,
            REASON,
            DETAIL,
        )
        .execute(&mut *db)
        .await?;
        db.commit().await?;
        Ok(gone)
    }

    /// Whether deliveries of this order are kept nowhere.
    pub async fn is_erased(
        &self,
        connection: ConnectionId,
        order: &ShopOrderId,
    ) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar!(
            r#"select exists (select from erased_order
                where connection_id = $1 and shop_order_id = $2) as "is_erased!""#,
            connection.uuid(),
            order.as_str(),
        )
        .fetch_one(&self.pool)
        .await?)
    }

    /// All that a retailer has or had.
    pub async fn connections_of(
        &self,
        retailer: RetailerId,
    ) -> Result<Vec<ConnectionId>, StoreError> {
        let ids = sqlx::query_scalar!(
            "select connection_id from connection where retailer_id = $1 order by connection_id",
            retailer.uuid(),
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(ids.into_iter().map(ConnectionId::new).collect())
    }

    /// A connection's archived deliveries that were received by `until`, the next ones by id after `after`.
    pub async fn archived_page(
        &self,
        connection: ConnectionId,
        until: Timestamp,
        after: &str,
        limit: i64,
    ) -> Result<Vec<Searched>, StoreError> {
        let rows = sqlx::query!(
            r#"select delivery_id, received_at as "received_at: SqlTimestamp", sealed_body
            from raw_delivery
            where connection_id = $1 and received_at <= $2 and delivery_id > $3
            order by delivery_id
            limit $4"#,
            connection.uuid(),
            until.to_sqlx() as _,
            after,
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        let found = rows.into_iter().map(|row| Searched {
            place: DeliveryPlace {
                connection,
                delivery: row.delivery_id,
            },
            received_at: row.received_at.to_jiff(),
            sealed: row.sealed_body,
        });
        Ok(found.collect())
    }

    pub async fn shred_deliveries(&self, places: &[DeliveryPlace]) -> Result<u64, StoreError> {
        let connections: Vec<Uuid> = places.iter().map(|place| place.connection.uuid()).collect();
        let ids: Vec<&str> = places.iter().map(|place| place.delivery.as_str()).collect();
        let gone = sqlx::query!(
            "delete from raw_delivery r
            using unnest($1::uuid[], $2::text[]) n (connection_id, delivery_id)
            where r.connection_id = n.connection_id and r.delivery_id = n.delivery_id",
            &connections,
            &ids as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(gone.rows_affected())
    }

    /// A connection's deliveries that wait for somebody to ask for them, as [`Self::archived_page`].
    pub async fn kept_page(
        &self,
        connection: ConnectionId,
        until: Timestamp,
        after: &str,
        limit: i64,
    ) -> Result<Vec<Searched>, StoreError> {
        let rows = sqlx::query!(
            r#"select delivery_id, received_at as "received_at: SqlTimestamp", message
            from kept_delivery
            where connection_id = $1 and received_at <= $2 and delivery_id > $3
            order by delivery_id
            limit $4"#,
            connection.uuid(),
            until.to_sqlx() as _,
            after,
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        let found = rows.into_iter().map(|row| Searched {
            place: DeliveryPlace {
                connection,
                delivery: row.delivery_id,
            },
            received_at: row.received_at.to_jiff(),
            sealed: row.message,
        });
        Ok(found.collect())
    }

    /// What waits says something else from now on; nothing: it does not wait any more.
    pub async fn rewrite_kept(
        &self,
        place: &DeliveryPlace,
        message: Option<&Bytes>,
    ) -> Result<(), StoreError> {
        let (connection, delivery) = (place.connection.uuid(), &place.delivery);
        let rewritten = match message {
            Some(message) => sqlx::query!(
                "update kept_delivery set message = $3 where connection_id = $1 and delivery_id = $2",
                connection,
                delivery,
                message.as_ref(),
            ),
            None => sqlx::query!(
                "delete from kept_delivery where connection_id = $1 and delivery_id = $2",
                connection,
                delivery,
            ),
        };
        rewritten.execute(&self.pool).await?;
        Ok(())
    }

    /// Imports of the retailer that have orders which the ledger is still to be told.
    pub async fn untold_imports(
        &self,
        retailer: RetailerId,
    ) -> Result<Vec<(ImportId, ConnectionId)>, StoreError> {
        let rows = sqlx::query!(
            "select j.import_id, j.connection_id
            from import_job j join connection c using (connection_id)
            where c.retailer_id = $1 and exists (
                select from import_order o where o.import_id = j.import_id and o.sealed_body is not null)",
            retailer.uuid(),
        )
        .fetch_all(&self.pool)
        .await?;
        let imports = rows.into_iter();
        Ok(imports
            .map(|row| {
                (
                    ImportId::new(row.import_id),
                    ConnectionId::new(row.connection_id),
                )
            })
            .collect())
    }

    /// What asked for an erasure is not archived, nor anything of a shop whose erasure was done by then.
    pub async fn shred_answered(&self) -> Result<(), StoreError> {
        sqlx::query!(
            "delete from raw_delivery r using privacy_request p
            where p.answered_at is not null and r.connection_id = p.connection_id
                and r.delivery_id = p.delivery_id",
        )
        .execute(&self.pool)
        .await?;
        sqlx::query!(
            "delete from raw_delivery r using privacy_request p
            where p.kind = 'shop_erasure' and p.answer = 'erased'
                and r.connection_id = p.connection_id and r.received_at <= p.answered_at",
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Whether a shop is parted with by now.
    pub async fn is_parted_with(&self, connection: ConnectionId) -> Result<bool, StoreError> {
        let state = sqlx::query_scalar!(
            "select state from connection where connection_id = $1",
            connection.uuid(),
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(is_parted(&state))
    }

    /// Nothing is left of what a shop that is gone told, nor of what it granted. Who it was stays, for its sales' sake.
    /// `false`: it is linked, and all of it stays. Whoever links it meanwhile comes before or after.
    pub async fn shred_shop(&self, connection: ConnectionId) -> Result<bool, StoreError> {
        let mut db = self.pool.begin().await?;
        let state = sqlx::query_scalar!(
            "select state from connection where connection_id = $1 for update",
            connection.uuid(),
        )
        .fetch_one(&mut *db)
        .await?;
        if !is_parted(&state) {
            return Ok(false);
        }
        shred_shop(&mut db, connection.uuid()).await?;
        db.commit().await?;
        Ok(true)
    }
}

fn is_parted(state: &str) -> bool {
    ConnectionState::read(state).is_some_and(ConnectionState::is_parted)
}

async fn shred_shop(db: &mut PgConnection, connection: Uuid) -> Result<(), StoreError> {
    let statements = [
        sqlx::query!(
            "delete from raw_delivery where connection_id = $1",
            connection
        ),
        sqlx::query!(
            "delete from kept_delivery where connection_id = $1",
            connection
        ),
        sqlx::query!(
            "delete from access_grant where connection_id = $1",
            connection
        ),
        sqlx::query!("delete from install where connection_id = $1", connection),
        sqlx::query!(
            "update import_order o set sealed_body = null, verdict = 'refused', reason = 'erased',
                detail = 'The shop was erased.'
            from import_job j
            where j.connection_id = $1 and o.import_id = j.import_id and o.sealed_body is not null",
            connection,
        ),
    ];
    for statement in statements {
        statement.execute(&mut *db).await?;
    }
    Ok(())
}
