use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use super::cache::Cache;
use super::caller::OPERATOR;
use super::{Caller, Role, Roles, Secrets, ServiceKeys, TokenDigest};
use crate::clock::Clock;

/// Where retailers' tokens are kept.
#[async_trait]
pub trait TokenRegister: Debug + Send + Sync + 'static {
    /// Whose live token has this digest.
    async fn find(&self, token: &TokenDigest) -> Result<Option<Caller>, RegisterUnavailable>;
}

/// The register does not answer. Who asks was told why, in its log.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("tokens cannot be checked at the moment")]
pub struct RegisterUnavailable;

/// Where there is none: operators and services alone are known.
#[derive(Clone, Copy, Debug)]
pub struct NoRegister;

/// Knows who has which token. Clones share what they remember.
#[derive(Clone, Debug)]
pub struct Gate {
    secrets: Secrets,
    register: Arc<dyn TokenRegister>,
    cache: Arc<Cache>,
    clock: Arc<dyn Clock>,
}

impl Gate {
    #[must_use]
    pub fn new(secrets: Secrets, register: Arc<dyn TokenRegister>, clock: Arc<dyn Clock>) -> Self {
        Self {
            secrets,
            register,
            cache: Arc::default(),
            clock,
        }
    }

    /// Whose token this is; `None` if it is nobody's now.
    pub async fn identify(&self, token: &str) -> Result<Option<Caller>, RegisterUnavailable> {
        let now = self.clock.now();
        if ServiceKeys::is_service_token(token) {
            return Ok(self.secrets.keys.verify(token, now));
        }
        let digest = TokenDigest::of(token);
        // Digests may be compared in any time: who could use the difference would have to invert them.
        if self.secrets.operators.contains(&digest) {
            return Ok(Some(operator()));
        }
        let caller = self.registered(digest, now).await?;
        Ok(caller.filter(|caller| !caller.has_expired(now)))
    }

    async fn registered(
        &self,
        token: TokenDigest,
        now: Timestamp,
    ) -> Result<Option<Caller>, RegisterUnavailable> {
        if let Some(answer) = self.cache.get(&token, now) {
            return Ok(answer.caller);
        }
        let caller = self.register.find(&token).await?;
        self.cache.put(token, caller.clone(), now);
        Ok(caller)
    }
}

#[async_trait]
impl TokenRegister for NoRegister {
    async fn find(&self, _: &TokenDigest) -> Result<Option<Caller>, RegisterUnavailable> {
        Ok(None)
    }
}

fn operator() -> Caller {
    Caller {
        name: OPERATOR.to_owned(),
        token: None,
        retailer: None,
        roles: Roles::of(&[Role::Operator]),
        expires_at: None,
    }
}
