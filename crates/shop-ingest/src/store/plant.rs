//! What the seed file says of connections.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use retail::RegisterId;
use retail::posting::OrderUpdates;
use shop::Connection;

use super::connection::companions;
use super::settings::order_updates_str;
use super::{Store, StoreError};

/// A connection of the seed file.
#[derive(Clone, Debug)]
pub struct Planted {
    pub connection: Connection,
    pub register: RegisterId,
    pub order_updates: Option<OrderUpdates>,
}

impl Store {
    /// Puts connections from a seed into the table. What the seed says of a connection wins at every start: of
    /// its address and secrets until a person links the shop, of its settings until a person decides on them.
    /// Everything else stays, and nothing is taken away. Polling begins at `now`.
    pub async fn plant(&self, seed: &[Planted], now: Timestamp) -> Result<(), StoreError> {
        let mut db = self.pool.begin().await?;
        for planted in seed {
            let Planted {
                connection,
                register,
                order_updates,
            } = planted;
            let url = connection.api.as_ref().map(|api| api.url.as_str());
            let sealed = self.seal(connection);
            sqlx::query!(
                "insert into connection (connection_id, retailer_id, shop_url, sealed_credentials, state,
                    created_at, changed_at, register_id, order_updates, version)
                values ($1, $2, $3, $4, 'live', $5, $5, $6, $7, $8)
                on conflict on constraint connection_pkey do update
                    set shop_url = excluded.shop_url,
                        sealed_credentials = excluded.sealed_credentials,
                        changed_at = excluded.changed_at,
                        register_id = case when connection.settings_changed_at is null
                            then excluded.register_id else connection.register_id end,
                        order_updates = case when connection.settings_changed_at is null
                            then excluded.order_updates else connection.order_updates end,
                        version = greatest(connection.version + 1, excluded.version)
                    where connection.linked_at is null",
                connection.id.uuid(),
                connection.retailer.uuid(),
                url,
                sealed,
                now.to_sqlx() as _,
                register.uuid(),
                order_updates.map(order_updates_str),
                now.as_microsecond(),
            )
            .execute(&mut *db)
            .await?;
            companions(&mut db, connection.id, now).await?;
        }
        db.commit().await?;
        Ok(())
    }
}
