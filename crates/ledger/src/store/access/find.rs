use retail::RetailerId;
use service::access::TokenDigest;

use super::{Row, TokenView};
use crate::store::{Reader, StoreError};

impl Reader {
    /// All of a retailer, the newest first.
    pub async fn tokens(&self, retailer: RetailerId) -> Result<Vec<TokenView>, StoreError> {
        let found = sqlx::query_as!(
            Row,
            r#"select t.token_id, t.retailer_id, t.name, t.roles, t.created_at as "created_at: _",
                t.expires_at as "expires_at: _", r.revoked_at as "revoked_at?: _"
            from ledger.access_token t
            left join ledger.access_token_revocation r on r.token_id = t.token_id
            where t.retailer_id = $1
            order by t.created_at desc, t.token_id"#,
            retailer.uuid(),
        )
        .fetch_all(&self.pool)
        .await?;
        found.into_iter().map(TokenView::try_from).collect()
    }

    /// The token with this digest, unless somebody revoked it. It may have expired.
    pub async fn token(&self, digest: &TokenDigest) -> Result<Option<TokenView>, StoreError> {
        let found = sqlx::query_as!(
            Row,
            r#"select t.token_id, t.retailer_id, t.name, t.roles, t.created_at as "created_at: _",
                t.expires_at as "expires_at: _", null::timestamptz as "revoked_at: _"
            from ledger.access_token t
            where t.digest = $1
                and not exists (
                    select from ledger.access_token_revocation r where r.token_id = t.token_id
                )"#,
            digest.as_bytes().as_slice(),
        )
        .fetch_optional(&self.pool)
        .await?;
        found.map(TokenView::try_from).transpose()
    }
}
