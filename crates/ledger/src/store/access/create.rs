use jiff::Timestamp;
use service::access::{Role, Roles, TokenDigest};

use super::{TokenError, TokenView};
use crate::store::{Once, row};

/// Tokens of one name that are valid at once: one takes the other's place.
pub const TOKENS_AT_ONCE: i64 = 2;

/// A token that is to be.
#[derive(Clone, Debug)]
pub struct NewToken {
    pub name: String,
    pub roles: Roles,
    pub digest: TokenDigest,
    pub expires_at: Timestamp,
}

impl Once {
    /// Makes a token, unless two of its name are valid.
    pub async fn create_token(&mut self, token: NewToken) -> Result<TokenView, TokenError> {
        let NewToken {
            name,
            roles,
            digest,
            expires_at,
        } = token;
        let (retailer, now, id) = (self.retailer(), self.now(), self.new_id());
        let db = self.db();
        // Who makes one of the same name at the same time waits here, and counts this one.
        sqlx::query!(
            "select pg_advisory_xact_lock(hashtextextended('access_token' || $1::text || $2::text, 0))",
            retailer.uuid().to_string(),
            name,
        )
        .execute(&mut *db)
        .await?;
        let live = sqlx::query_scalar!(
            r#"select count(*) as "count!" from ledger.access_token t
            where t.retailer_id = $1 and t.name = $2 and t.expires_at > $3
                and not exists (
                    select from ledger.access_token_revocation r where r.token_id = t.token_id
                )"#,
            retailer.uuid(),
            name,
            row::at(now) as _,
        )
        .fetch_one(&mut *db)
        .await?;
        if live >= TOKENS_AT_ONCE {
            return Err(TokenError::TwoLive);
        }
        let names: Vec<&str> = roles.iter().map(Role::as_str).collect();
        sqlx::query!(
            "insert into ledger.access_token (token_id, retailer_id, name, digest, roles,
                created_at, expires_at)
            values ($1, $2, $3, $4, $5, $6, $7)",
            id,
            retailer.uuid(),
            name,
            digest.as_bytes().as_slice(),
            &names as _,
            row::at(now) as _,
            row::at(expires_at) as _,
        )
        .execute(db)
        .await?;
        Ok(TokenView {
            id,
            retailer,
            name,
            roles,
            created_at: now,
            expires_at,
            revoked_at: None,
        })
    }
}
