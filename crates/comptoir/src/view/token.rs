use jiff::Timestamp;
use proto::convert::{WireError, instant_from};
use proto::ledger as wire;
use serde::Serialize;

/// A token, without what it opens.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Token {
    pub(crate) token_id: String,
    pub(crate) name: String,
    pub(crate) roles: Vec<&'static str>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) revoked_at: Option<Timestamp>,
}

/// With what it opens, which is told once.
#[derive(Clone, Serialize)]
pub(crate) struct NewToken {
    #[serde(flatten)]
    pub(crate) token: Token,
    pub(crate) secret: String,
}

impl TryFrom<wire::Token> for Token {
    type Error = WireError;

    fn try_from(token: wire::Token) -> Result<Self, WireError> {
        let roles = token.roles().map(role).collect();
        let wire::Token {
            token_id,
            name,
            roles: _,
            created_at,
            expires_at,
            revoked_at,
        } = token;
        let revoked = |at| instant_from("revoked_at", Some(at));
        Ok(Self {
            token_id,
            name,
            roles,
            created_at: instant_from("created_at", created_at)?,
            expires_at: instant_from("expires_at", expires_at)?,
            revoked_at: revoked_at.map(revoked).transpose()?,
        })
    }
}

fn role(role: wire::Role) -> &'static str {
    match role {
        wire::Role::Viewer => "viewer",
        wire::Role::Cashier => "cashier",
        wire::Role::StockKeeper => "stock-keeper",
        wire::Role::Manager => "manager",
        wire::Role::Owner => "owner",
        wire::Role::Unspecified => "unknown",
    }
}
