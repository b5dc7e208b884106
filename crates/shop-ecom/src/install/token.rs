//! The access token: what is sent for it, and what is answered.

use http::StatusCode;
use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use service::http::{BodyError, Failure, TlsFault, failure};
use shop::{ApiAccess, PlainHttp, ShopUrl};

use super::callback::{State, return_address};
use crate::loose::Scalar;

/// The app, as eCom knows it.
#[derive(Clone, Debug)]
pub struct App {
    pub client_id: String,
    /// Signs deliveries too: it is a connection's live secret.
    pub client_secret: SecretString,
    /// Where callbacks come, on the host that was registered for the app.
    pub redirect_uri: ShopUrl,
}

/// What a store grants.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The store's id: what a store that is linked again is known by (R-10).
    pub store: String,
    pub access_token: SecretString,
    pub scopes: Scopes,
}

impl Granted {
    /// What a connection asks the store with. `api` is [`crate::API_URL`], or a simulator's address; `None`
    /// where it has no TLS and that is refused.
    #[must_use]
    pub fn access(&self, app: &App, api: &ShopUrl, plain_http: PlainHttp) -> Option<ApiAccess> {
        let url = ShopUrl::new(&format!("{api}/api/v3/{}", self.store)).ok()?;
        let key = app.client_id.as_str().into();
        ApiAccess::new(url, key, self.access_token.clone(), plain_http).ok()
    }
}

/// What the app may do, as it was written: a list with spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes(Box<str>);

impl Scopes {
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Those of `wanted` that were not granted.
    #[must_use]
    pub fn missing<'a>(&self, wanted: &[&'a str]) -> Vec<&'a str> {
        let has = |name: &str| self.0.split_whitespace().any(|granted| granted == name);
        wanted.iter().copied().filter(|name| !has(name)).collect()
    }
}

/// Why there is no token. Never shows a secret. A code must not be sent a second time, whatever became of
/// the first: eCom would disable the token that it gave for it. The merchant connects again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The code was used, is too old, or is another app's.
    #[error("the login grants no token (status {status})")]
    Refused { status: u16 },
    /// It is away or busy, or broke off: the code may be used up or not.
    #[error("the login does not answer")]
    Away,
    /// Nothing was sent.
    #[error("no secure connection to the login: {0}")]
    Insecure(TlsFault),
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

/// Where tokens are given, to a form that is posted.
pub(super) fn endpoint(login: &ShopUrl) -> String {
    format!("{login}/api/oauth/token")
}

/// The form, which is as secret as what is in it.
pub(super) fn form(app: &App, state: &State, code: &SecretString) -> SecretString {
    let App {
        client_id,
        client_secret,
        redirect_uri: _,
    } = app;
    // A form is written as a query is. Nobody is asked at this address.
    let mut form = Url::parse("http://localhost").expect("the constant is an address");
    form.query_pairs_mut().extend_pairs([
        ("client_id", client_id.as_str()),
        ("client_secret", client_secret.expose_secret()),
        ("code", code.expose_secret()),
        ("redirect_uri", &return_address(app, state)),
        ("grant_type", "authorization_code"),
    ]);
    form.query().unwrap_or_default().into()
}

/// Reads what was answered.
pub(super) fn answer(status: StatusCode, body: &[u8]) -> Result<Granted, TokenError> {
    match status {
        StatusCode::OK => {}
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
            return Err(TokenError::Away);
        }
        _ if status.is_client_error() => {
            return Err(TokenError::Refused {
                status: status.as_u16(),
            });
        }
        _ => return Err(TokenError::Away),
    }
    let Given {
        access_token,
        token_type,
        scope,
        store_id,
    } = serde_json::from_slice(body).map_err(|_| TokenError::Unreadable)?;
    let is_bearer = token_type.as_str().eq_ignore_ascii_case("bearer");
    let is_token = !access_token.is_empty()
        && access_token
            .as_str()
            .bytes()
            .all(|byte| byte.is_ascii_graphic());
    match store_id.id() {
        Some(store) if is_bearer && is_token => Ok(Granted {
            store: store.to_owned(),
            access_token: access_token.as_str().into(),
            scopes: Scopes::new(scope.as_str()),
        }),
        Some(_) | None => Err(TokenError::Unreadable),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Given<'a> {
    access_token: Scalar<'a>,
    token_type: Scalar<'a>,
    scope: Scalar<'a>,
    store_id: Scalar<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app() -> App {
        App {
            client_id: "abcd0123".to_owned(),
            client_secret: "a&b=c".into(),
            redirect_uri: ShopUrl::new("https://pos.example/connect").unwrap(),
        }
    }

    #[test]
    fn a_code_is_sent_with_the_address_it_came_to() {
        let state = State::new("3f2a9c0d11e84b7a").unwrap();
        let form = form(&app(), &state, &"987".into());
        assert_eq!(
            form.expose_secret(),
            "client_id=abcd0123&client_secret=a%26b%3Dc&code=987\
             &redirect_uri=https%3A%2F%2Fpos.example%2Fconnect%3Fstate%3D3f2a9c0d11e84b7a\
             &grant_type=authorization_code"
        );
    }

    #[test]
    fn a_token_is_for_one_store_and_some_scopes() {
        let body = br#"{"access_token":"secret_12345","token_type":"Bearer",
            "scope":"read_store_profile update_catalog","store_id":1003,"email":"zoe@example.test"}"#;
        let granted = answer(StatusCode::OK, body).unwrap();
        assert_eq!(granted.store, "1003");
        assert_eq!(
            granted.scopes.missing(&super::super::SCOPES),
            ["read_orders", "read_catalog", "create_catalog"]
        );
        let shown = format!("{granted:?}");
        assert!(!shown.contains("secret_12345"), "{shown}");
        let api = ShopUrl::new(crate::API_URL).unwrap();
        let access = granted.access(&app(), &api, PlainHttp::Refused).unwrap();
        assert_eq!(access.url.as_str(), "https://app.ecwid.com/api/v3/1003");
        assert_eq!(access.secret.expose_secret(), "secret_12345");
        assert_eq!(access.key.expose_secret(), "abcd0123");
        let plain = ShopUrl::new("http://127.0.0.1:1").unwrap();
        assert!(granted.access(&app(), &plain, PlainHttp::Refused).is_none());
    }

    #[test]
    fn what_is_no_token_is_none() {
        for (status, body, error) in [
            (200, "{}", TokenError::Unreadable),
            (200, "<html>", TokenError::Unreadable),
            (
                200,
                r#"{"access_token":"a","token_type":"mac","store_id":1}"#,
                TokenError::Unreadable,
            ),
            (
                200,
                r#"{"access_token":"a\nb","token_type":"bearer","store_id":1}"#,
                TokenError::Unreadable,
            ),
            (
                200,
                r#"{"access_token":"a","token_type":"bearer","store_id":"../1"}"#,
                TokenError::Unreadable,
            ),
            (400, "{}", TokenError::Refused { status: 400 }),
            (403, "", TokenError::Refused { status: 403 }),
            (302, "", TokenError::Away),
            (429, "", TokenError::Away),
            (500, "", TokenError::Away),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(
                answer(status, body.as_bytes()).unwrap_err(),
                error,
                "{body}"
            );
        }
    }
}
