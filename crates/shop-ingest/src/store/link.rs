//! What people do with connections: link a shop, halt it, part with it.

use jiff_sqlx::ToSqlx as _;
use retail::ConnectionId;
use serde_json::{Value, json};
use shop::{Connection, StoreIdentity, Tokens};
use sqlx::PgConnection;

use super::audit::Entry;
use super::connection::companions;
use super::{Audited, ConnectionState, SettingsChange, StoreError, StoredConnection, settings};

/// By which connection a shop is linked now.
#[derive(Clone, Debug)]
pub struct Linked {
    pub connection: StoredConnection,
    /// It was linked before.
    pub was_known: bool,
}

impl Audited {
    /// Links a shop by its own identity: one that was linked before gets its connection back, with the new
    /// credentials and the `tokens` of an install flow, and is polled from where it was left. Else `connection` is
    /// kept as it is. Of the settings what `change` says is changed.
    pub async fn link(
        mut self,
        connection: &Connection,
        store: &StoreIdentity,
        change: &SettingsChange,
        tokens: Option<&Tokens>,
    ) -> Result<Linked, StoreError> {
        let now = self.at();
        let known = known(self.db(), connection, store).await?;
        let (memory, db) = self.parts();
        let (id, before) = match known {
            Some(id) => (id, Some(memory.known(db, id).await?)),
            None => (connection.id, None),
        };
        let linked = Connection {
            id,
            ..connection.clone()
        };
        let sealed = memory.seal(&linked);
        self.put(&linked, &sealed, store).await?;
        let (memory, db) = self.parts();
        companions(db, id, now).await?;
        memory.grant(db, id, tokens, now).await?;
        settings::change(db, id, change, now).await?;
        let connection = memory.known(db, id).await?;
        let mut after = told(&connection);
        // What they are is for nobody to read here.
        after["credentials"] = json!("changed");
        let was_known = before.is_some();
        self.finish(Entry {
            connection: Some(id),
            before: before.as_ref().map(told),
            after: Some(after),
            ..Entry::default()
        })
        .await?;
        Ok(Linked {
            connection,
            was_known,
        })
    }

    async fn put(
        &mut self,
        linked: &Connection,
        sealed_credentials: &[u8],
        store: &StoreIdentity,
    ) -> Result<(), StoreError> {
        let StoreIdentity {
            id: store_id,
            name,
            currency,
            time_zone,
        } = store;
        let now = self.at();
        sqlx::query!(
            "insert into connection (connection_id, retailer_id, shop_url, sealed_credentials, state,
                store_id, store_name, store_currency, store_time_zone, created_at, changed_at, linked_at,
                version)
            values ($1, $2, $3, $4, 'live', $5, $6, $7, $8, $9, $9, $9, $10)
            on conflict on constraint connection_pkey do update
                set shop_url = excluded.shop_url,
                    sealed_credentials = excluded.sealed_credentials,
                    state = excluded.state,
                    removal_told_at = null,
                    store_name = excluded.store_name,
                    store_currency = excluded.store_currency,
                    store_time_zone = excluded.store_time_zone,
                    changed_at = excluded.changed_at,
                    linked_at = excluded.linked_at,
                    version = greatest(connection.version + 1, excluded.version)",
            linked.id.uuid(),
            linked.retailer.uuid(),
            linked.api.as_ref().map(|api| api.url.as_str()),
            sealed_credentials,
            store_id,
            name,
            currency.as_deref(),
            time_zone.as_deref(),
            now.to_sqlx() as _,
            now.as_microsecond(),
        )
        .execute(self.db())
        .await?;
        Ok(())
    }

    pub async fn set_state(
        mut self,
        id: ConnectionId,
        state: ConnectionState,
    ) -> Result<(), StoreError> {
        let now = self.at();
        let before = sqlx::query_scalar!(
            "select state from connection where connection_id = $1 for update",
            id.uuid(),
        )
        .fetch_one(self.db())
        .await?;
        sqlx::query!(
            "update connection set state = $2, changed_at = $3, version = greatest(version + 1, $4)
            where connection_id = $1",
            id.uuid(),
            state.as_str(),
            now.to_sqlx() as _,
            now.as_microsecond(),
        )
        .execute(self.db())
        .await?;
        self.finish(Entry {
            connection: Some(id),
            before: Some(json!({"state": before})),
            after: Some(json!({"state": state.as_str()})),
            ..Entry::default()
        })
        .await
    }
}

/// By which connection the shop was linked before. Two links of one shop at once go one after the other.
async fn known(
    db: &mut PgConnection,
    connection: &Connection,
    store: &StoreIdentity,
) -> Result<Option<ConnectionId>, StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))",
        connection.retailer.to_string(),
        store.id,
    )
    .execute(&mut *db)
    .await?;
    let known = sqlx::query_scalar!(
        "select connection_id from connection where retailer_id = $1 and store_id = $2
        for update",
        connection.retailer.uuid(),
        store.id,
    )
    .fetch_optional(db)
    .await?;
    Ok(known.map(ConnectionId::new))
}

/// A connection as the audit log tells it.
fn told(stored: &StoredConnection) -> Value {
    let shop_url = stored.connection.api.as_ref().map(|api| api.url.as_str());
    json!({
        "state": stored.state.as_str(),
        "shop_url": shop_url,
        "settings": settings::told(&stored.settings),
    })
}
