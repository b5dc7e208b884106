//! Where one product is sold (EC-10).

use retail::{ConnectionId, ProductId, Quantity, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Once, ProductView, RemoveError, StoreError, product, save};

/// What is said of a product in one shop, all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelAsked {
    pub connection: ConnectionId,
    /// `None`: nobody decides.
    pub is_online: Option<bool>,
    pub buffer: Option<Quantity>,
}

/// What is said of where a product is sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelsAsked {
    pub product: ProductId,
    /// `None`: as it is.
    pub in_store: Option<bool>,
    pub online: Vec<ChannelAsked>,
}

impl Once {
    /// Of a product that was looked at.
    pub async fn set_channels(
        &mut self,
        asked: &ChannelsAsked,
        before: &ProductView,
    ) -> Result<ProductView, RemoveError> {
        let (retailer, now, id) = (self.retailer(), self.now(), asked.product);
        let db = self.db();
        set(db, id, &asked.online).await?;
        sqlx::query!(
            "update catalog.product set is_in_store = $2 where product_id = $1",
            id.uuid(),
            asked.in_store.unwrap_or(before.is_in_store),
        )
        .execute(&mut *db)
        .await
        .map_err(StoreError::from)?;
        let unchanged = product::read(db, retailer, id).await?;
        if unchanged.as_ref() == Some(before) {
            self.note_change(Some(save::told(before)), save::told(before));
            return Ok(before.clone());
        }
        product::adopt(db, &[id.uuid()]).await?;
        product::touch(db, &[id.uuid()], now).await?;
        let after = product::read(db, retailer, id).await?;
        let after = after.ok_or(RemoveError::Unknown(id))?;
        self.note_change(Some(save::told(before)), save::told(&after));
        Ok(after)
    }

    /// The first of these connections that is not the retailer's.
    pub async fn unknown_connection(
        &mut self,
        connections: &[ConnectionId],
    ) -> Result<Option<ConnectionId>, StoreError> {
        let retailer = self.retailer();
        unknown(self.db(), retailer, connections).await
    }
}

/// The first of these connections that is not the retailer's.
pub(super) async fn unknown(
    db: &mut PgConnection,
    retailer: RetailerId,
    connections: &[ConnectionId],
) -> Result<Option<ConnectionId>, StoreError> {
    let asked: Vec<Uuid> = connections.iter().map(|one| one.uuid()).collect();
    let known = sqlx::query_scalar!(
        "select connection_id from catalog.connection where connection_id = any($1) and retailer_id = $2",
        &asked,
        retailer.uuid(),
    )
    .fetch_all(db)
    .await?;
    let is_unknown = |one: &&ConnectionId| !known.contains(&one.uuid());
    Ok(connections.iter().find(is_unknown).copied())
}

pub(super) async fn set(
    db: &mut PgConnection,
    product: ProductId,
    asked: &[ChannelAsked],
) -> Result<(), StoreError> {
    let connections: Vec<Uuid> = asked.iter().map(|one| one.connection.uuid()).collect();
    let online: Vec<Option<bool>> = asked.iter().map(|one| one.is_online).collect();
    let buffers: Vec<Option<i64>> = asked
        .iter()
        .map(|one| one.buffer.map(Quantity::milli))
        .collect();
    sqlx::query!(
        "insert into catalog.product_channel (product_id, connection_id, is_online, buffer_milli)
        select $1, n.* from unnest($2::uuid[], $3::boolean[], $4::bigint[]) n
        on conflict on constraint product_channel_pkey do update
            set is_online = excluded.is_online, buffer_milli = excluded.buffer_milli",
        product.uuid(),
        &connections,
        &online as _,
        &buffers as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
