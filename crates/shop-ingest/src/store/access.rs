//! What shops granted: tokens, sealed, and renewed by one process at a time.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use prost::Message as _;
use retail::ConnectionId;
use secrecy::{ExposeSecret as _, SecretString};
use service::clock::Clock;
use shop::{Opened, Tokens, Vault, VaultError};
use sqlx::{PgConnection, Postgres, Transaction};

use super::{SqlTimestamp, Store, StoreError};

const TABLE: &str = "access_grant";

/// What people are told of a shop's tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessSeen {
    /// `None`: for ever.
    pub access_until: Option<Timestamp>,
    pub refresh_until: Option<Timestamp>,
    pub scopes: Vec<String>,
    pub renewed_at: Timestamp,
    /// When the shop said for good that there are no more tokens, and why.
    pub refused: Option<(Timestamp, String)>,
}

/// What is sealed. Fields may be added, none may change its number.
#[derive(prost::Message)]
struct Pair {
    #[prost(string, tag = "1")]
    access: String,
    /// Empty where there is none.
    #[prost(string, tag = "2")]
    refresh: String,
}

impl Store {
    /// `None`: it was not linked by an install flow.
    pub async fn tokens(&self, id: ConnectionId) -> Result<Option<Tokens>, StoreError> {
        let row = sqlx::query!(
            r#"select sealed_tokens, access_until as "access_until: SqlTimestamp",
                refresh_until as "refresh_until: SqlTimestamp", scopes
            from access_grant where connection_id = $1"#,
            id.uuid(),
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            self.open_tokens(
                id,
                &row.sealed_tokens,
                row.access_until,
                row.refresh_until,
                row.scopes,
            )
        })
        .transpose()
    }

    /// `None`: it was not linked by an install flow.
    pub async fn access_seen(&self, id: ConnectionId) -> Result<Option<AccessSeen>, StoreError> {
        let row = sqlx::query!(
            r#"select access_until as "access_until: SqlTimestamp",
                refresh_until as "refresh_until: SqlTimestamp", scopes,
                renewed_at as "renewed_at: SqlTimestamp",
                refused_at as "refused_at: SqlTimestamp", refusal
            from access_grant where connection_id = $1"#,
            id.uuid(),
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| AccessSeen {
            access_until: row.access_until.map(SqlTimestamp::to_jiff),
            refresh_until: row.refresh_until.map(SqlTimestamp::to_jiff),
            scopes: row.scopes,
            renewed_at: row.renewed_at.to_jiff(),
            refused: row.refused_at.map(SqlTimestamp::to_jiff).zip(row.refusal),
        }))
    }

    /// The shop gives no more tokens in place of those that there were at `asked_at`: a person has to connect it
    /// again, or has meanwhile. `reason` shows no token.
    pub async fn access_refused(
        &self,
        id: ConnectionId,
        reason: &str,
        asked_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "update access_grant set refused_at = $2, refusal = $3
            where connection_id = $1 and refused_at is null and renewed_at <= $2",
            id.uuid(),
            asked_at.to_sqlx() as _,
            reason,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Where the tokens of a connection are renewed: by one at a time, in whatever process.
    #[must_use]
    pub fn vault(&self, id: ConnectionId, clock: Arc<dyn Clock>) -> impl Vault + use<> {
        StoredVault {
            store: self.clone(),
            id,
            clock,
        }
    }

    /// What a connection is asked with from now on, in place of what there was; `None`: its credentials say all.
    pub(super) async fn grant(
        &self,
        db: &mut PgConnection,
        id: ConnectionId,
        tokens: Option<&Tokens>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "delete from access_grant where connection_id = $1",
            id.uuid()
        )
        .execute(&mut *db)
        .await?;
        let Some(tokens) = tokens else {
            return Ok(());
        };
        let Tokens {
            access: _,
            access_until,
            refresh: _,
            refresh_until,
            scopes,
        } = tokens;
        sqlx::query!(
            "insert into access_grant (connection_id, sealed_tokens, access_until, refresh_until, scopes, renewed_at)
            values ($1, $2, $3, $4, $5, $6)",
            id.uuid(),
            self.seal_tokens(id, tokens),
            access_until.map(jiff_sqlx::ToSqlx::to_sqlx) as _,
            refresh_until.map(jiff_sqlx::ToSqlx::to_sqlx) as _,
            scopes,
            now.to_sqlx() as _,
        )
        .execute(&mut *db)
        .await?;
        Ok(())
    }

    fn seal_tokens(&self, id: ConnectionId, tokens: &Tokens) -> Vec<u8> {
        let shown = |token: &SecretString| token.expose_secret().to_owned();
        let plain = Pair {
            access: shown(&tokens.access),
            refresh: tokens.refresh.as_ref().map(shown).unwrap_or_default(),
        };
        let purpose = self.tokens_purpose(id);
        self.keyring.seal(&purpose, &plain.encode_to_vec())
    }

    fn open_tokens(
        &self,
        id: ConnectionId,
        sealed: &[u8],
        access_until: Option<SqlTimestamp>,
        refresh_until: Option<SqlTimestamp>,
        scopes: Vec<String>,
    ) -> Result<Tokens, StoreError> {
        let plain = self
            .keyring
            .open(&self.tokens_purpose(id), sealed)
            .map_err(|error| StoreError::corrupt(TABLE, id, error))?;
        let Pair { access, refresh } = Pair::decode(plain.as_slice())
            .map_err(|error| StoreError::corrupt(TABLE, id, error))?;
        Ok(Tokens {
            access: access.into(),
            access_until: access_until.map(SqlTimestamp::to_jiff),
            refresh: (!refresh.is_empty()).then(|| refresh.into()),
            refresh_until: refresh_until.map(SqlTimestamp::to_jiff),
            scopes,
        })
    }

    /// Tokens open for their connection only.
    fn tokens_purpose(&self, id: ConnectionId) -> Vec<u8> {
        format!("{}/access_grant/{id}/tokens", self.schema).into_bytes()
    }
}

struct StoredVault {
    store: Store,
    id: ConnectionId,
    clock: Arc<dyn Clock>,
}

/// The row is locked as long as the transaction lasts.
struct LockedTokens<'a> {
    vault: &'a StoredVault,
    /// `None` once it is committed.
    db: Option<Transaction<'static, Postgres>>,
    tokens: Tokens,
}

#[async_trait]
impl Vault for StoredVault {
    async fn open(&self) -> Result<Box<dyn Opened + '_>, VaultError> {
        let Self { store, id, .. } = self;
        let mut db = store.pool.begin().await.map_err(closed)?;
        let row = sqlx::query!(
            r#"select sealed_tokens, access_until as "access_until: SqlTimestamp",
                refresh_until as "refresh_until: SqlTimestamp", scopes
            from access_grant where connection_id = $1 for update"#,
            id.uuid(),
        )
        .fetch_optional(&mut *db)
        .await
        .map_err(closed)?
        .ok_or_else(|| VaultError("there are none".to_owned()))?;
        let tokens = store.open_tokens(
            *id,
            &row.sealed_tokens,
            row.access_until,
            row.refresh_until,
            row.scopes,
        );
        Ok(Box::new(LockedTokens {
            vault: self,
            db: Some(db),
            tokens: tokens.map_err(closed)?,
        }))
    }
}

#[async_trait]
impl Opened for LockedTokens<'_> {
    fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    async fn replace(&mut self, tokens: Tokens) -> Result<(), VaultError> {
        let StoredVault { store, id, clock } = self.vault;
        let mut db = self
            .db
            .take()
            .ok_or_else(|| VaultError("they were replaced already".to_owned()))?;
        sqlx::query!(
            "update access_grant set sealed_tokens = $2, access_until = $3, refresh_until = $4, scopes = $5,
                renewed_at = $6, refused_at = null, refusal = null
            where connection_id = $1",
            id.uuid(),
            store.seal_tokens(*id, &tokens),
            tokens.access_until.map(jiff_sqlx::ToSqlx::to_sqlx) as _,
            tokens.refresh_until.map(jiff_sqlx::ToSqlx::to_sqlx) as _,
            &tokens.scopes,
            clock.now().to_sqlx() as _,
        )
        .execute(&mut *db)
        .await
        .map_err(closed)?;
        db.commit().await.map_err(closed)?;
        self.tokens = tokens;
        Ok(())
    }
}

fn closed(error: impl std::fmt::Display) -> VaultError {
    VaultError(error.to_string())
}
