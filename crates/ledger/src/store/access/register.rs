use service::access::{Caller, RegisterUnavailable, TokenDigest, TokenRegister};

use super::TokenView;
use crate::store::Reader;

/// The tokens of this database, for the ledger's own guard.
#[derive(Clone, Debug)]
pub struct Tokens(pub Reader);

#[tonic::async_trait]
impl TokenRegister for Tokens {
    async fn find(&self, token: &TokenDigest) -> Result<Option<Caller>, RegisterUnavailable> {
        match self.0.token(token).await {
            Ok(found) => Ok(found.map(Caller::from)),
            Err(error) => {
                tracing::warn!(%error, "a token could not be checked");
                Err(RegisterUnavailable)
            }
        }
    }
}

impl From<TokenView> for Caller {
    fn from(token: TokenView) -> Self {
        let TokenView {
            id,
            retailer,
            name,
            roles,
            created_at: _,
            expires_at,
            revoked_at: _,
        } = token;
        Self {
            name,
            token: Some(id),
            retailer: Some(retailer.uuid()),
            roles,
            expires_at: Some(expires_at),
        }
    }
}
