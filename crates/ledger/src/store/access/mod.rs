//! Tokens, and whose they are.

mod create;
mod find;
mod register;
mod revoke;

use jiff::Timestamp;
use retail::RetailerId;
use service::access::Roles;
use uuid::Uuid;

use super::StoreError;
use super::row::SqlTimestamp;

pub use create::{NewToken, TOKENS_AT_ONCE};
pub use register::Tokens;

/// A token as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenView {
    pub id: Uuid,
    pub retailer: RetailerId,
    pub name: String,
    pub roles: Roles,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// Why nothing is done about a token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("{TOKENS_AT_ONCE} tokens of this name are valid: revoke one of them first")]
    TwoLive,
    #[error("there is no such token")]
    Unknown,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for TokenError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The columns of a token.
struct Row {
    token_id: Uuid,
    retailer_id: Uuid,
    name: String,
    roles: Vec<String>,
    created_at: SqlTimestamp,
    expires_at: SqlTimestamp,
    revoked_at: Option<SqlTimestamp>,
}

impl TryFrom<Row> for TokenView {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let Row {
            token_id,
            retailer_id,
            name,
            roles,
            created_at,
            expires_at,
            revoked_at,
        } = row;
        let role = |text: &String| {
            text.parse()
                .map_err(|_| StoreError::corrupt("access_token", "roles", "an unknown role"))
        };
        Ok(Self {
            id: token_id,
            retailer: RetailerId::new(retailer_id),
            name,
            roles: roles.iter().map(role).collect::<Result<_, _>>()?,
            created_at: created_at.to_jiff(),
            expires_at: expires_at.to_jiff(),
            revoked_at: revoked_at.map(SqlTimestamp::to_jiff),
        })
    }
}
