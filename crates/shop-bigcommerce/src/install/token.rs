//! The access token: what is sent for it, and what is answered.

use http::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;
use service::http::{BodyError, Failure, TlsFault, failure};
use shop::{ApiAccess, ConnectionError, PlainHttp, ShopUrl};

use super::StoreHash;
use super::callback::Callback;

/// The app, as BigCommerce knows it.
#[derive(Clone, Debug)]
pub struct App {
    pub client_id: String,
    /// Signs deliveries too: it is a connection's live secret.
    pub client_secret: SecretString,
    /// The callback's address, letter by letter as it was registered.
    pub redirect_uri: String,
}

/// What a store grants.
#[derive(Clone, Debug)]
pub struct Granted {
    pub store: StoreHash,
    pub access_token: SecretString,
    pub scopes: Scopes,
}

impl Granted {
    /// What a connection asks the store with. `api` is [`crate::API_URL`], or a simulator's address; `None`
    /// where it has no TLS and that is refused.
    #[must_use]
    pub fn access(&self, app: &App, api: &ShopUrl, plain_http: PlainHttp) -> Option<ApiAccess> {
        let url = self.store.api_url(api).ok()?;
        let access: Result<ApiAccess, ConnectionError> = ApiAccess::new(
            url,
            app.client_id.as_str().into(),
            self.access_token.clone(),
            plain_http,
        );
        access.ok()
    }
}

/// Why there is no token. Names what was answered, never a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Asking again does not help: the code was used, is too old, or is another app's. The merchant has to
    /// connect again.
    #[error("the login grants no token (status {status})")]
    Refused { status: u16 },
    /// It is away or busy. The code may be good still, for a while.
    #[error("the login does not answer (status {status})")]
    TryLater { status: u16 },
    /// Nothing answers.
    #[error("the login does not answer")]
    Away,
    /// Nothing was sent.
    #[error("no secure connection to the login: {0}")]
    Insecure(TlsFault),
    /// The code is of another store than the callback said.
    #[error("the token is of another store")]
    OtherStore,
    #[error("the login's answer is no token")]
    Unreadable,
}

impl From<BodyError> for TokenError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLong { limit_bytes: _ } => Self::Unreadable,
            BodyError::Broken(error) => match failure(&error) {
                Failure::Insecure(fault) => Self::Insecure(fault),
                Failure::Silent | Failure::NoConnection | Failure::BrokenOff => Self::Away,
            },
        }
    }
}

/// Where tokens are given. Bodies are JSON, both ways.
#[must_use]
pub fn endpoint(login: &ShopUrl) -> String {
    format!("{login}/oauth2/token")
}

/// The body of a request, which is as secret as what is in it.
#[must_use]
pub fn request(app: &App, callback: &Callback) -> SecretString {
    let App {
        client_id,
        client_secret,
        redirect_uri,
    } = app;
    let Callback {
        store,
        code,
        scopes,
        is_external: _,
    } = callback;
    let body = json!({
        "client_id": client_id,
        "client_secret": client_secret.expose_secret(),
        "code": code.expose_secret(),
        "context": store.context(),
        "scope": scopes.as_str(),
        "grant_type": "authorization_code",
        "redirect_uri": redirect_uri,
    });
    body.to_string().into()
}

/// Reads what was answered to the code of `callback`.
pub fn answer(status: StatusCode, body: &[u8], callback: &Callback) -> Result<Granted, TokenError> {
    let code = status.as_u16();
    match status {
        StatusCode::OK => {}
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
            return Err(TokenError::TryLater { status: code });
        }
        _ if status.is_client_error() => return Err(TokenError::Refused { status: code }),
        _ => return Err(TokenError::TryLater { status: code }),
    }
    // Who the user and the owner are stands beside it, and is not read.
    let Answer {
        access_token,
        scope,
        context,
    } = serde_json::from_slice(body).map_err(|_| TokenError::Unreadable)?;
    let store = StoreHash::of_context(&context).ok_or(TokenError::Unreadable)?;
    if store != callback.store {
        return Err(TokenError::OtherStore);
    }
    if access_token.is_empty() {
        return Err(TokenError::Unreadable);
    }
    Ok(Granted {
        store,
        access_token: access_token.into(),
        scopes: Scopes::new(&scope).ok_or(TokenError::Unreadable)?,
    })
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    scope: String,
    context: String,
}

/// What an app may do, as it was written: a list with spaces. To modify is also to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes(Box<str>);

impl Scopes {
    /// `None` if it names none.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        (!text.trim().is_empty()).then(|| Self(text.into()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Those of `wanted` that were not granted.
    #[must_use]
    pub fn missing<'a>(&self, wanted: &[&'a str]) -> Vec<&'a str> {
        let has = |name: &str| self.0.split_whitespace().any(|granted| granted == name);
        let is_missing = |name: &&str| {
            let modified = name.strip_suffix("_read_only").is_some_and(&has);
            !has(name) && !modified
        };
        wanted.iter().copied().filter(is_missing).collect()
    }
}
