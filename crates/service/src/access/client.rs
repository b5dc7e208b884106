use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};

use super::{SERVICE_TOKEN_LIFE, ServiceKeys};
use crate::clock::Clock;

/// A channel whose calls carry a token.
pub type Authorized = InterceptedService<Channel, Bearer>;

/// Puts a token on each call.
#[derive(Clone)]
pub struct Bearer(Token);

#[derive(Clone)]
enum Token {
    Given(MetadataValue<Ascii>),
    Minted(Arc<Mint>),
}

/// Makes service tokens, each in time before the last one ends.
struct Mint {
    service: String,
    keys: ServiceKeys,
    clock: Arc<dyn Clock>,
    last: Mutex<Option<(MetadataValue<Ascii>, Timestamp)>>,
}

impl Bearer {
    /// Of a token that was given; `None` if it cannot stand in a header.
    #[must_use]
    pub fn new(token: &SecretString) -> Option<Self> {
        header(token).map(|token| Self(Token::Given(token)))
    }

    /// Of a service that has the key.
    #[must_use]
    pub fn of_service(service: &str, keys: ServiceKeys, clock: Arc<dyn Clock>) -> Self {
        Self(Token::Minted(Arc::new(Mint {
            service: service.to_owned(),
            keys,
            clock,
            last: Mutex::new(None),
        })))
    }

    /// A channel that carries the token on each call.
    #[must_use]
    pub fn on(self, channel: Channel) -> Authorized {
        InterceptedService::new(channel, self)
    }
}

impl Mint {
    fn token(&self) -> Option<MetadataValue<Ascii>> {
        let now = self.clock.now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_young = |made: Timestamp| now.duration_since(made).abs() < SERVICE_TOKEN_LIFE / 2;
        if let Some((token, made_at)) = &*last
            && is_young(*made_at)
        {
            return Some(token.clone());
        }
        let token = header(&self.keys.mint(&self.service, now))?;
        *last = Some((token.clone(), now));
        Some(token)
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let token = match &self.0 {
            Token::Given(token) => Some(token.clone()),
            Token::Minted(mint) => mint.token(),
        };
        let token = token.ok_or_else(|| Status::internal("the service's name is no text"))?;
        request.metadata_mut().insert("authorization", token);
        Ok(request)
    }
}

fn header(token: &SecretString) -> Option<MetadataValue<Ascii>> {
    let text = format!("Bearer {}", token.expose_secret().trim());
    let mut value = MetadataValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer(..)")
    }
}
