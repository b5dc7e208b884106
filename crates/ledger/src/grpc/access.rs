//! Tokens: who may do what.

use jiff::{SignedDuration, Timestamp};
use proto::convert::instant_into;
use proto::ledger as wire;
use secrecy::ExposeSecret as _;
use service::access::{Role, Roles, TokenDigest, is_reserved};
use tonic::{Request, Response, Status};

use super::ask;
use super::error::{bad_field, not_found};
use super::once::once;
use crate::store::{Asked, Begun, NewToken, Reader, Store, TokenView};

/// Longest name of a token, in bytes.
const NAME_LIMIT_BYTES: usize = 100;
/// How long a token is valid when nothing is said.
const LIFE: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long it may be.
const LIFE_LIMIT: SignedDuration = SignedDuration::from_hours(366 * 24);
/// What tokens begin with, so that whoever finds one knows what it opens.
const PREFIX: &str = "comptoir_";

#[derive(Clone, Debug)]
pub struct Access {
    store: Store,
    reader: Reader,
}

impl Access {
    pub fn new(store: Store, reader: Reader) -> Self {
        Self { store, reader }
    }
}

#[tonic::async_trait]
impl wire::access_server::Access for Access {
    async fn create_token(
        &self,
        request: Request<wire::CreateTokenRequest>,
    ) -> Result<Response<wire::CreateTokenResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "Access.CreateToken", &request);
        let wire::CreateTokenRequest {
            retailer_id: _,
            name,
            roles,
            expires_at,
            act: _,
        } = request;
        let name = ask::text("name", name, NAME_LIMIT_BYTES)?;
        if name.trim().is_empty() {
            return Err(bad_field("name", "is missing"));
        }
        if is_reserved(&name) {
            return Err(bad_field("name", "is the operator's or a service's"));
        }
        let roles = roles_from(&roles)?;
        let expires_at = ask::instant("expires_at", expires_at)?;
        let mut once = match self.store.once(asked).await? {
            Begun::Before(answer) => return Ok(Response::new(answer)),
            Begun::Now(once) => once,
        };
        let secret = format!("{PREFIX}{}", service::secret::fresh().expose_secret());
        let token = NewToken {
            name,
            roles,
            digest: TokenDigest::of(&secret),
            expires_at: end(expires_at, once.now())?,
        };
        let token = once.create_token(token).await?;
        let answer = wire::CreateTokenResponse {
            token: Some(token_into(token)),
            // What is kept of the answer must open nothing.
            secret: String::new(),
        };
        once.finish(&answer).await?;
        Ok(Response::new(wire::CreateTokenResponse {
            secret,
            ..answer
        }))
    }

    async fn list_tokens(
        &self,
        request: Request<wire::ListTokensRequest>,
    ) -> Result<Response<wire::ListTokensResponse>, Status> {
        let wire::ListTokensRequest { retailer_id } = request.into_inner();
        let tokens = self.reader.tokens(ask::retailer(&retailer_id)?).await?;
        Ok(Response::new(wire::ListTokensResponse {
            tokens: tokens.into_iter().map(token_into).collect(),
        }))
    }

    async fn revoke_token(
        &self,
        request: Request<wire::RevokeTokenRequest>,
    ) -> Result<Response<wire::RevokeTokenResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "Access.RevokeToken", &request);
        let token = ask::required("token_id", &request.token_id)?;
        let answer = once(&self.store, asked, async |once| {
            let token = once.revoke_token(token).await?;
            Ok(wire::RevokeTokenResponse {
                token: Some(token_into(token)),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }

    async fn find_token(
        &self,
        request: Request<wire::FindTokenRequest>,
    ) -> Result<Response<wire::FindTokenResponse>, Status> {
        let wire::FindTokenRequest { digest } = request.into_inner();
        let digest = <[u8; 32]>::try_from(digest)
            .map_err(|_| bad_field("digest", "is not a digest of 32 bytes"))?;
        let found = self.reader.token(&digest.into()).await?;
        let token = found.ok_or_else(|| not_found("token", "with this digest"))?;
        Ok(Response::new(wire::FindTokenResponse {
            retailer_id: token.retailer.to_string(),
            token: Some(token_into(token)),
        }))
    }
}

fn end(asked: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, Status> {
    let end = asked.unwrap_or(now + LIFE);
    if end <= now || end.duration_since(now) > LIFE_LIMIT {
        return Err(bad_field(
            "expires_at",
            format!(
                "must be within {} days from now",
                LIFE_LIMIT.as_hours() / 24
            ),
        ));
    }
    Ok(end)
}

fn roles_from(roles: &[i32]) -> Result<Roles, Status> {
    if roles.is_empty() {
        return Err(bad_field("roles", "is missing"));
    }
    let role = |role: &i32| match wire::Role::try_from(*role) {
        Ok(wire::Role::Viewer) => Ok(Role::Viewer),
        Ok(wire::Role::Cashier) => Ok(Role::Cashier),
        Ok(wire::Role::StockKeeper) => Ok(Role::StockKeeper),
        Ok(wire::Role::Manager) => Ok(Role::Manager),
        Ok(wire::Role::Owner) => Ok(Role::Owner),
        Ok(wire::Role::Unspecified) => Err(bad_field("roles", "has one that is not said")),
        Err(error) => Err(bad_field("roles", error)),
    };
    roles.iter().map(role).collect()
}

fn role_into(role: Role) -> i32 {
    let role = match role {
        Role::Viewer => wire::Role::Viewer,
        Role::Cashier => wire::Role::Cashier,
        Role::StockKeeper => wire::Role::StockKeeper,
        Role::Manager => wire::Role::Manager,
        Role::Owner => wire::Role::Owner,
        // No token that is kept has them.
        Role::Operator | Role::Service | Role::Pusher => wire::Role::Unspecified,
    };
    role.into()
}

fn token_into(token: TokenView) -> wire::Token {
    let TokenView {
        id,
        retailer: _,
        name,
        roles,
        created_at,
        expires_at,
        revoked_at,
    } = token;
    wire::Token {
        token_id: id.to_string(),
        name,
        roles: roles.iter().map(role_into).collect(),
        created_at: Some(instant_into(created_at)),
        expires_at: Some(instant_into(expires_at)),
        revoked_at: revoked_at.map(instant_into),
    }
}
