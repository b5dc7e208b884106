use serde_json::json;
use uuid::Uuid;

use super::{Row, TokenError, TokenView};
use crate::store::{Once, row};

impl Once {
    /// Makes a token of the retailer invalid for good.
    pub async fn revoke_token(&mut self, token: Uuid) -> Result<TokenView, TokenError> {
        let (retailer, now) = (self.retailer(), self.now());
        let db = self.db();
        sqlx::query!(
            "insert into ledger.access_token_revocation (token_id, revoked_at)
            select token_id, $3 from ledger.access_token where token_id = $1 and retailer_id = $2
            on conflict on constraint access_token_revocation_pkey do nothing",
            token,
            retailer.uuid(),
            row::at(now) as _,
        )
        .execute(&mut *db)
        .await?;
        let found = sqlx::query_as!(
            Row,
            r#"select t.token_id, t.retailer_id, t.name, t.roles, t.created_at as "created_at: _",
                t.expires_at as "expires_at: _", r.revoked_at as "revoked_at?: _"
            from ledger.access_token t
            left join ledger.access_token_revocation r on r.token_id = t.token_id
            where t.token_id = $1 and t.retailer_id = $2"#,
            token,
            retailer.uuid(),
        )
        .fetch_optional(db)
        .await?;
        let token: TokenView = found.ok_or(TokenError::Unknown)?.try_into()?;
        let named = |is_valid: bool| json!({"token_id": token.id, "name": token.name, "is_valid": is_valid});
        self.note_change(Some(named(token.revoked_at == Some(now))), named(false));
        Ok(token)
    }
}
