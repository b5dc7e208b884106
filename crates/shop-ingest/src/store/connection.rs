//! The shops there are.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use prost::Message as _;
use retail::{ConnectionId, RetailerId};
use secrecy::{ExposeSecret as _, SecretString};
use shop::{ApiAccess, Connection, LiveSecrets, PlainHttp, ShopUrl};

use super::{Store, StoreError};

const TABLE: &str = "connection";

/// A connection and where it stands.
#[derive(Clone, Debug)]
pub struct StoredConnection {
    pub connection: Connection,
    pub state: ConnectionState,
}

/// Whether a connection is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    Live,
    /// A person has halted it: it is listened to, and asked for nothing.
    Paused,
    /// Parted with; it stays for its orders' sake, and comes back when the same shop does.
    Disconnected,
}

impl ConnectionState {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Paused => "paused",
            Self::Disconnected => "disconnected",
        }
    }

    fn read(text: &str) -> Option<Self> {
        [Self::Live, Self::Paused, Self::Disconnected]
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
    /// Puts connections from a seed into the table. What the seed says of a connection's address and secrets
    /// wins at every start; everything else stays, and nothing is taken away. Polling begins at `now`.
    pub async fn plant(&self, seed: &[Connection], now: Timestamp) -> Result<(), StoreError> {
        let mut db = self.pool.begin().await?;
        for connection in seed {
            let url = connection.api.as_ref().map(|api| api.url.as_str());
            let sealed = self.seal(connection);
            sqlx::query!(
                "insert into connection (connection_id, retailer_id, shop_url, sealed_credentials, state,
                    created_at, changed_at)
                values ($1, $2, $3, $4, 'live', $5, $5)
                on conflict on constraint connection_pkey do update
                    set shop_url = excluded.shop_url,
                        sealed_credentials = excluded.sealed_credentials,
                        changed_at = excluded.changed_at",
                connection.id.uuid(),
                connection.retailer.uuid(),
                url,
                sealed,
                now.to_sqlx() as _,
            )
            .execute(&mut *db)
            .await?;
            sqlx::query!(
                "insert into poll (connection_id, polled_to) values ($1, $2)
                on conflict on constraint poll_pkey do nothing",
                connection.id.uuid(),
                now.to_sqlx() as _,
            )
            .execute(&mut *db)
            .await?;
            sqlx::query!(
                "insert into hook_check (connection_id) values ($1)
                on conflict on constraint hook_check_pkey do nothing",
                connection.id.uuid(),
            )
            .execute(&mut *db)
            .await?;
        }
        db.commit().await?;
        Ok(())
    }

    /// All of them, by id.
    pub async fn connections(&self) -> Result<Vec<StoredConnection>, StoreError> {
        let rows = sqlx::query!(
            "select connection_id, retailer_id, shop_url, sealed_credentials, state
            from connection order by connection_id"
        )
        .fetch_all(&self.pool)
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
                })
            })
            .collect()
    }

    fn seal(&self, connection: &Connection) -> Vec<u8> {
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

/// An address without TLS was allowed when the shop was linked: it would not be here otherwise.
fn access(url: &str, key: String, secret: String) -> Result<ApiAccess, String> {
    let url = ShopUrl::new(url).map_err(|error| error.to_string())?;
    ApiAccess::new(url, key.into(), secret.into(), PlainHttp::Allowed)
        .map_err(|error| error.to_string())
}
