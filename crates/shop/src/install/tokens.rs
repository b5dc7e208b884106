//! What gives access to a shop, and where it is kept.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

/// Before its end a token is renewed so much earlier: of an hour, after 48 minutes.
const RENEWED_BEFORE: SignedDuration = SignedDuration::from_mins(12);

/// What gives access to one shop.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub access: SecretString,
    /// `None`: for ever.
    pub access_until: Option<Timestamp>,
    /// `None`: it is renewed by asking as at first, or never.
    pub refresh: Option<SecretString>,
    /// A person has to connect again by then if nothing is asked until then; to be told before.
    pub refresh_until: Option<Timestamp>,
    /// What the app may do, in the platform's words.
    pub scopes: Vec<String>,
}

impl Tokens {
    /// Without an end.
    #[must_use]
    pub const fn endless(access: SecretString, scopes: Vec<String>) -> Self {
        Self {
            access,
            access_until: None,
            refresh: None,
            refresh_until: None,
            scopes,
        }
    }

    /// Whether the access token is good for a while.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.access_until
            .is_none_or(|until| until.duration_since(now) > RENEWED_BEFORE)
    }
}

/// Where the tokens of one connection are kept.
#[async_trait]
pub trait Vault: Send + Sync {
    /// The tokens, alone: nobody else holds them until what is given back is dropped.
    async fn open(&self) -> Result<Box<dyn Opened + '_>, VaultError>;
}

/// Tokens that nobody else can renew meanwhile.
#[async_trait]
pub trait Opened: Send {
    fn tokens(&self) -> &Tokens;

    /// All at once, for good.
    async fn replace(&mut self, tokens: Tokens) -> Result<(), VaultError>;
}

/// The vault does not open. Never says what is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tokens cannot be read or stored: {0}")]
pub struct VaultError(pub String);

/// Why there is no token to ask with. Never shows one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenewError {
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Asking again does not help: a person has to connect the shop again.
    #[error("shop grants no new token ({code})")]
    Refused { code: String },
    /// It is away or busy. What is in the vault is good still.
    #[error("shop grants no new token just now: {why}")]
    TryLater { why: String },
}
