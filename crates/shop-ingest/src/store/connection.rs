//! The shops there are.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use prost::Message as _;
use retail::{ConnectionId, Quantity, RegisterId, RetailerId};
use secrecy::{ExposeSecret as _, SecretString};
use shop::{ApiAccess, Connection, LiveSecrets, PlainHttp, ShopUrl, StoreIdentity};
use sqlx::PgConnection;

use super::settings::{ChannelBuffer, ConnectionSettings, StockAt, StockSide, order_updates_from};
use super::{SqlTimestamp, Store, StoreError};

const TABLE: &str = "connection";

/// A connection and where it stands.
#[derive(Clone, Debug)]
pub struct StoredConnection {
    pub connection: Connection,
    pub state: ConnectionState,
    pub created_at: Timestamp,
    /// `None` until the shop was asked.
    pub store: Option<StoreIdentity>,
    pub settings: ConnectionSettings,
    pub imports: ImportStanding,
    /// Grows with every change of what other services are told.
    pub version: i64,
}

/// Where a connection stands with imports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportStanding {
    /// An operator allowed them (BC-6, WC-5).
    pub is_entitled: bool,
    /// All orders were got at least once (SH-3).
    pub got_all: bool,
}

/// Whether a connection is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    Live,
    /// A person has halted it: it is listened to, and asked for nothing.
    Paused,
    /// Parted with; it stays for its orders' sake, and comes back when the same shop does (R-10).
    Disconnected,
    /// The app was taken out of the shop: listened to, for what it still has to say, and asked for nothing until it
    /// is linked again.
    Uninstalled,
}

impl ConnectionState {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Paused => "paused",
            Self::Disconnected => "disconnected",
            Self::Uninstalled => "uninstalled",
        }
    }

    /// Whether the shop is asked for nothing until it is linked again.
    #[must_use]
    pub const fn is_parted(self) -> bool {
        matches!(self, Self::Disconnected | Self::Uninstalled)
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        [
            Self::Live,
            Self::Paused,
            Self::Disconnected,
            Self::Uninstalled,
        ]
        .into_iter()
        .find(|state| state.as_str() == text)
    }
}

/// What is sealed of a connection. Fields may be added, none may change its number.
#[derive(prost::Message)]
struct Credentials {
    /// What the shop signs with, one or two.
    #[prost(string, repeated, tag = "1")]
    secrets: Vec<String>,
    /// What it is asked with; empty without access.
    #[prost(string, tag = "2")]
    key: String,
    #[prost(string, tag = "3")]
    secret: String,
}

impl Store {
    /// All of them, by id.
    pub async fn connections(&self) -> Result<Vec<StoredConnection>, StoreError> {
        let mut db = self.pool.acquire().await?;
        self.stored(&mut db, None).await
    }

    /// `None`: there is no such connection.
    pub async fn connection(
        &self,
        id: ConnectionId,
    ) -> Result<Option<StoredConnection>, StoreError> {
        let mut db = self.pool.acquire().await?;
        Ok(self.stored(&mut db, Some(id)).await?.pop())
    }

    /// One that is there, as a transaction sees it.
    pub(super) async fn known(
        &self,
        db: &mut PgConnection,
        id: ConnectionId,
    ) -> Result<StoredConnection, StoreError> {
        let found = self.stored(db, Some(id)).await?.pop();
        found.ok_or_else(|| StoreError::corrupt(TABLE, id, "it is not there"))
    }

    async fn stored(
        &self,
        db: &mut PgConnection,
        id: Option<ConnectionId>,
    ) -> Result<Vec<StoredConnection>, StoreError> {
        let rows = sqlx::query!(
            r#"select connection_id, retailer_id, shop_url, sealed_credentials, state,
                created_at as "created_at: SqlTimestamp",
                store_id, store_name, store_currency, store_time_zone,
                register_id, automatic_updates, order_updates, stock_at, stock_side,
                channel_buffer_milli, version,
                exists (select from import_entitlement e
                    where e.connection_id = c.connection_id) as "is_entitled!",
                exists (select from import_job j
                    where j.connection_id = c.connection_id and j.kind = 'all'
                        and j.placed_since is null and j.state = 'complete') as "got_all!"
            from connection c
            where $1::uuid is null or connection_id = $1
            order by connection_id"#,
            id.map(ConnectionId::uuid),
        )
        .fetch_all(db)
        .await?;
        rows.into_iter()
            .map(|row| {
                let id = ConnectionId::new(row.connection_id);
                let corrupt = |reason: &str| StoreError::corrupt(TABLE, id, reason);
                let Credentials {
                    secrets,
                    key,
                    secret,
                } = self.open(id, &row.sealed_credentials)?;
                let secrets =
                    LiveSecrets::new(secrets.into_iter().map(SecretString::from).collect())
                        .map_err(|error| corrupt(&error.to_string()))?;
                let api = row
                    .shop_url
                    .map(|url| access(&url, key, secret).map_err(|error| corrupt(&error)))
                    .transpose()?;
                let store = row
                    .store_id
                    .zip(row.store_name)
                    .map(|(id, name)| StoreIdentity {
                        id,
                        name,
                        currency: row.store_currency,
                        time_zone: row.store_time_zone,
                    });
                let settings = ConnectionSettings {
                    register: row.register_id.map(RegisterId::new),
                    is_automatic: row.automatic_updates,
                    order_updates: row
                        .order_updates
                        .map(|text| order_updates_from(&text))
                        .transpose()
                        .map_err(corrupt)?,
                    stock_at: StockAt::read(&row.stock_at)
                        .ok_or_else(|| corrupt("its stock_at is not known"))?,
                    stock_side: StockSide::read(&row.stock_side)
                        .ok_or_else(|| corrupt("its stock_side is not known"))?,
                    channel_buffer: ChannelBuffer::new(Quantity::from_milli(
                        row.channel_buffer_milli,
                    ))
                    .map_err(|error| corrupt(&error.to_string()))?,
                };
                Ok(StoredConnection {
                    connection: Connection {
                        id,
                        retailer: RetailerId::new(row.retailer_id),
                        platform: self.schema.platform().clone(),
                        secrets,
                        api,
                    },
                    state: ConnectionState::read(&row.state)
                        .ok_or_else(|| corrupt("its state is not known"))?,
                    created_at: row.created_at.to_jiff(),
                    store,
                    settings,
                    imports: ImportStanding {
                        is_entitled: row.is_entitled,
                        got_all: row.got_all,
                    },
                    version: row.version,
                })
            })
            .collect()
    }

    /// Which connection of the retailer leads to this shop, if one does (R-10).
    pub async fn connection_of(
        &self,
        retailer: RetailerId,
        store_id: &str,
    ) -> Result<Option<StoredConnection>, StoreError> {
        let id = sqlx::query_scalar!(
            "select connection_id from connection where retailer_id = $1 and store_id = $2",
            retailer.uuid(),
            store_id,
        )
        .fetch_optional(&self.pool)
        .await?;
        match id {
            Some(id) => self.connection(ConnectionId::new(id)).await,
            None => Ok(None),
        }
    }

    /// Remembers who a shop says it is. `false`: another connection of the retailer leads to the same shop,
    /// and nothing is remembered.
    pub async fn identify(
        &self,
        id: ConnectionId,
        store: &StoreIdentity,
    ) -> Result<bool, StoreError> {
        let StoreIdentity {
            id: store_id,
            name,
            currency,
            time_zone,
        } = store;
        let done = sqlx::query!(
            "update connection c
            set store_id = $2, store_name = $3, store_currency = $4, store_time_zone = $5
            where c.connection_id = $1 and not exists (
                select from connection other
                where other.retailer_id = c.retailer_id and other.store_id = $2
                    and other.connection_id <> c.connection_id
            )",
            id.uuid(),
            store_id,
            name,
            currency.as_deref(),
            time_zone.as_deref(),
        )
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    pub(super) fn seal(&self, connection: &Connection) -> Vec<u8> {
        let shown = |secret: &SecretString| secret.expose_secret().to_owned();
        let (key, secret) = connection
            .api
            .as_ref()
            .map(|api| (shown(&api.key), shown(&api.secret)))
            .unwrap_or_default();
        let plain = Credentials {
            secrets: connection.secrets.iter().map(shown).collect(),
            key,
            secret,
        };
        self.keyring
            .seal(&self.purpose(connection.id), &plain.encode_to_vec())
    }

    fn open(&self, id: ConnectionId, sealed: &[u8]) -> Result<Credentials, StoreError> {
        let plain = self
            .keyring
            .open(&self.purpose(id), sealed)
            .map_err(|error| StoreError::corrupt(TABLE, id, error))?;
        // The decoder's own message may name a field; never a value.
        Credentials::decode(plain.as_slice()).map_err(|error| StoreError::corrupt(TABLE, id, error))
    }

    /// Credentials open for their connection only.
    fn purpose(&self, id: ConnectionId) -> Vec<u8> {
        format!("{}/connection/{id}/credentials", self.schema).into_bytes()
    }
}

/// What stands beside each connection.
pub(super) async fn companions(
    db: &mut PgConnection,
    id: ConnectionId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into poll (connection_id, polled_to, followed_from) values ($1, $2, $2)
        on conflict on constraint poll_pkey do nothing",
        id.uuid(),
        now.to_sqlx() as _,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into hook_check (connection_id) values ($1)
        on conflict on constraint hook_check_pkey do nothing",
        id.uuid(),
    )
    .execute(&mut *db)
    .await?;
    Ok(())
}

/// An address without TLS was allowed when the shop was linked: it would not be here otherwise.
fn access(url: &str, key: String, secret: String) -> Result<ApiAccess, String> {
    let url = ShopUrl::new(url).map_err(|error| error.to_string())?;
    ApiAccess::new(url, key.into(), secret.into(), PlainHttp::Allowed)
        .map_err(|error| error.to_string())
}
