//! Access tokens: what is sent to a shop's token endpoint, and what it answers.

use std::time::Duration;

use http::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use service::http::{BodyError, Failure, TlsFault, failure};
use shop::ShopUrl;

/// The app, as Shopify knows it.
#[derive(Clone, Debug)]
pub struct App {
    pub client_id: String,
    pub client_secret: SecretString,
}

/// What a token is asked for with.
#[derive(Clone, Debug)]
pub enum Grant {
    /// The code of a [`super::oauth::Callback`]: once, and soon.
    AuthorizationCode(SecretString),
    /// The refresh token of the last answer. Two refreshes at once invalidate each other: one at a time for
    /// each shop, and the new pair is stored before it is used.
    Refresh(SecretString),
    /// For an app and a shop of one organisation.
    ClientCredentials,
    /// A token that never expires, for the last time: for one that does.
    Endless(SecretString),
}

/// What an access token is called where one is exchanged.
const ACCESS_TOKEN: &str = "urn:shopify:params:oauth:token-type:offline-access-token";

/// Where a shop gives tokens. Bodies are JSON, both ways.
#[must_use]
pub fn endpoint(shop: &ShopUrl) -> String {
    format!("{shop}/admin/oauth/access_token")
}

/// The body of a request, which is as secret as what is in it.
#[must_use]
pub fn request(app: &App, grant: &Grant) -> SecretString {
    let App {
        client_id,
        client_secret,
    } = app;
    let mut body = Map::new();
    let mut set = |name: &str, value: &str| body.insert(name.to_owned(), json!(value));
    set("client_id", client_id);
    set("client_secret", client_secret.expose_secret());
    match grant {
        Grant::AuthorizationCode(code) => {
            set("code", code.expose_secret());
            // Tokens that never expire are no longer accepted.
            set("expiring", "1");
        }
        Grant::Refresh(token) => {
            set("grant_type", "refresh_token");
            set("refresh_token", token.expose_secret());
        }
        Grant::ClientCredentials => {
            set("grant_type", "client_credentials");
        }
        Grant::Endless(token) => {
            set(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            );
            set("subject_token", token.expose_secret());
            set("subject_token_type", ACCESS_TOKEN);
            set("requested_token_type", ACCESS_TOKEN);
            set("expiring", "1");
        }
    }
    SecretString::from(Value::Object(body).to_string())
}

/// What a shop grants.
#[derive(Clone, Debug)]
pub struct Granted {
    pub access_token: SecretString,
    pub scopes: Scopes,
    /// `None`: for ever.
    pub expires_in: Option<Duration>,
    pub refresh: Option<Refresh>,
}

#[derive(Clone, Debug)]
pub struct Refresh {
    pub token: SecretString,
    pub expires_in: Option<Duration>,
}

/// Why there is no token. Names what was answered, never a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Asking again does not help: the merchant has to connect again.
    #[error("shop grants no token (error {code})")]
    Refused { code: String },
    /// The shop is away or busy. The same refresh token may be used again.
    #[error("shop does not answer (status {status})")]
    TryLater { status: u16 },
    /// Nothing answers. The same refresh token may be used again.
    #[error("shop does not answer")]
    Away,
    /// Nothing was sent.
    #[error("no secure connection to the shop: {0}")]
    Insecure(TlsFault),
    #[error("shop's answer is no token")]
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

/// Reads an answer of the token endpoint.
pub fn answer(status: StatusCode, body: &[u8]) -> Result<Granted, TokenError> {
    if status == StatusCode::OK {
        return serde_json::from_slice::<Answer>(body)
            .ok()
            .and_then(Answer::granted)
            .ok_or(TokenError::Unreadable);
    }
    let refused: Option<Refusal> = serde_json::from_slice(body).ok();
    match refused {
        Some(Refusal { error })
            if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS =>
        {
            Err(TokenError::Refused {
                code: error.chars().filter(|c| is_code(*c)).take(64).collect(),
            })
        }
        Some(_) | None => Err(TokenError::TryLater {
            status: status.as_u16(),
        }),
    }
}

fn is_code(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    scope: String,
    expires_in: Option<u64>,
    refresh_token: Option<String>,
    refresh_token_expires_in: Option<u64>,
}

impl Answer {
    /// `None` for an empty token: nobody may be asked with that.
    fn granted(self) -> Option<Granted> {
        let Self {
            access_token,
            scope,
            expires_in,
            refresh_token,
            refresh_token_expires_in,
        } = self;
        (!access_token.is_empty()).then(|| Granted {
            access_token: access_token.into(),
            scopes: Scopes::new(&scope),
            expires_in: expires_in.map(Duration::from_secs),
            refresh: refresh_token.map(|token| Refresh {
                token: token.into(),
                expires_in: refresh_token_expires_in.map(Duration::from_secs),
            }),
        })
    }
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

/// What an app may do. To write is also to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes(Vec<Box<str>>);

impl Scopes {
    /// From a list with commas.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let names = text.split(',').map(str::trim);
        Self(
            names
                .filter(|name| !name.is_empty())
                .map(Into::into)
                .collect(),
        )
    }

    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// Those of `wanted` that were not granted.
    #[must_use]
    pub fn missing<'a>(&self, wanted: &[&'a str]) -> Vec<&'a str> {
        let has = |name: &str| self.0.iter().any(|granted| **granted == *name);
        wanted
            .iter()
            .copied()
            .filter(|name| {
                let written = name
                    .strip_prefix("read_")
                    .is_some_and(|what| has(&format!("write_{what}")));
                !has(name) && !written
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vectors() -> Value {
        serde_json::from_str(include_str!("../../fixtures/vectors/oauth.json")).unwrap()
    }

    /// The requests of the vectors, with their placeholders as the secrets. Only apps that are shown inside
    /// the shop's own pages make the one that is left out.
    #[test]
    fn requests_are_as_the_vectors_say() {
        let vectors = vectors();
        for name in [
            "authorization_code",
            "refresh",
            "client_credentials",
            "migrate_old_token",
        ] {
            let wanted = &vectors["requests"][name];
            let secret = |member: &str| SecretString::from(wanted[member].as_str().unwrap());
            let app = App {
                client_id: wanted["client_id"].as_str().unwrap().to_owned(),
                client_secret: secret("client_secret"),
            };
            let grant = match name {
                "authorization_code" => Grant::AuthorizationCode(secret("code")),
                "refresh" => Grant::Refresh(secret("refresh_token")),
                "migrate_old_token" => Grant::Endless(secret("subject_token")),
                _ => Grant::ClientCredentials,
            };
            let body = request(&app, &grant);
            let body: Value = serde_json::from_str(body.expose_secret()).unwrap();
            assert_eq!(body, *wanted, "{name}");
        }
    }

    #[test]
    fn answers_are_read_as_the_vectors_say() {
        let vectors = vectors();
        for (name, expires_in, refresh_in) in [
            ("offline_expiring", Some(3_600), Some(7_776_000)),
            ("offline_non_expiring", None, None),
            ("client_credentials", Some(86_399), None),
        ] {
            let body = &vectors["responses"][name];
            let granted = answer(StatusCode::OK, body.to_string().as_bytes()).unwrap();
            assert_eq!(
                granted.access_token.expose_secret(),
                body["access_token"].as_str().unwrap()
            );
            assert_eq!(granted.expires_in, expires_in.map(Duration::from_secs));
            let refresh = granted.refresh.as_ref();
            assert_eq!(
                refresh.and_then(|refresh| refresh.expires_in),
                refresh_in.map(Duration::from_secs),
                "{name}"
            );
            assert!(!format!("{granted:?}").contains("shpat_"));
        }
    }

    #[test]
    fn a_final_refusal_is_told_from_an_outage() {
        let errors: Value =
            serde_json::from_str(include_str!("../../fixtures/vectors/errors.json")).unwrap();
        let mut seen = 0;
        for error in errors["errors"].as_array().unwrap() {
            let code = match error["name"].as_str().unwrap() {
                "oauth_refresh_final" => "invalid_request",
                "client_credentials_refused" => "shop_not_permitted",
                _ => continue,
            };
            let status = u16::try_from(error["http"].as_u64().unwrap()).unwrap();
            let answered = answer(
                StatusCode::from_u16(status).unwrap(),
                error["body"].to_string().as_bytes(),
            );
            let code = code.to_owned();
            assert_eq!(answered.unwrap_err(), TokenError::Refused { code });
            seen += 1;
        }
        assert_eq!(seen, 2);
        for (status, body) in [
            (500, r#"{"error":"x"}"#),
            (429, r#"{"error":"x"}"#),
            (503, "<html></html>"),
            (401, "<html></html>"),
        ] {
            let answered = answer(StatusCode::from_u16(status).unwrap(), body.as_bytes());
            assert_eq!(answered.unwrap_err(), TokenError::TryLater { status });
        }
        for body in ["", "{}", r#"{"access_token":"","scope":""}"#] {
            let answered = answer(StatusCode::OK, body.as_bytes());
            assert_eq!(answered.unwrap_err(), TokenError::Unreadable, "{body}");
        }
    }

    #[test]
    fn to_write_is_to_read() {
        let scopes = Scopes::new("read_orders,write_inventory, write_products");
        assert!(
            scopes
                .missing(&["read_orders", "read_inventory"])
                .is_empty()
        );
        assert_eq!(
            scopes.missing(&["write_orders", "read_locations", "write_products"]),
            ["write_orders", "read_locations"]
        );
    }
}
