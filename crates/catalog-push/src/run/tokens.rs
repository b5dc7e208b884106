//! Retailers' tokens, which the ledger keeps.

use proto::convert::instant_from;
use proto::ledger as wire;
use proto::ledger::access_client::AccessClient;
use service::access::{Authorized, Caller, RegisterUnavailable, Role, TokenDigest, TokenRegister};
use tonic::{Code, Status};
use uuid::Uuid;

/// The ledger's tokens.
#[derive(Clone, Debug)]
pub(super) struct LedgerTokens {
    access: AccessClient<Authorized>,
}

impl LedgerTokens {
    pub(super) fn new(ledger: Authorized) -> Self {
        Self {
            access: AccessClient::new(ledger),
        }
    }
}

#[async_trait::async_trait]
impl TokenRegister for LedgerTokens {
    async fn find(&self, token: &TokenDigest) -> Result<Option<Caller>, RegisterUnavailable> {
        let mut access = self.access.clone();
        let request = wire::FindTokenRequest {
            digest: token.as_bytes().to_vec(),
        };
        let unreadable = || Status::internal("an answer that cannot be read");
        let answer = match access.find_token(request).await {
            Ok(answer) => caller(answer.into_inner()).ok_or_else(unreadable),
            Err(status) if status.code() == Code::NotFound => return Ok(None),
            Err(status) => Err(status),
        };
        answer.map(Some).map_err(|status| {
            tracing::warn!(code = %status.code(), "the ledger could not be asked whose a token is");
            RegisterUnavailable
        })
    }
}

fn caller(answer: wire::FindTokenResponse) -> Option<Caller> {
    let wire::FindTokenResponse { token, retailer_id } = answer;
    let wire::Token {
        token_id,
        name,
        roles,
        created_at: _,
        expires_at,
        revoked_at,
    } = token?;
    let roles = roles.into_iter().map(role).collect::<Option<_>>()?;
    revoked_at.is_none().then_some(Caller {
        name,
        token: Some(Uuid::try_parse(&token_id).ok()?),
        retailer: Some(Uuid::try_parse(&retailer_id).ok()?),
        roles,
        expires_at: Some(instant_from("expires_at", expires_at).ok()?),
    })
}

/// `None`: one that this build does not know, whose holder it lets do nothing.
fn role(role: i32) -> Option<Role> {
    match wire::Role::try_from(role).ok()? {
        wire::Role::Unspecified => None,
        wire::Role::Viewer => Some(Role::Viewer),
        wire::Role::Cashier => Some(Role::Cashier),
        wire::Role::StockKeeper => Some(Role::StockKeeper),
        wire::Role::Manager => Some(Role::Manager),
        wire::Role::Owner => Some(Role::Owner),
    }
}
