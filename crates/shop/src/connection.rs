//! One link to one shop, and the secrets that go with it.

use std::fmt;

use retail::{ConnectionId, PlatformCode, RetailerId};
use secrecy::SecretString;

/// One shop linked to one retailer. What its orders are booked on is the ledger's knowledge.
#[derive(Clone, Debug)]
pub struct Connection {
    pub id: ConnectionId,
    pub retailer: RetailerId,
    pub platform: PlatformCode,
    /// What the shop signs its deliveries with.
    pub secrets: LiveSecrets,
    /// `None`: the shop cannot be asked, only listened to.
    pub api: Option<ApiAccess>,
}

/// The one or two secrets that sign a shop's deliveries: two while one replaces the other.
#[derive(Clone, Debug)]
pub struct LiveSecrets {
    first: SecretString,
    second: Option<SecretString>,
}

impl LiveSecrets {
    /// Most secrets that are live at once.
    pub const LIMIT: usize = 2;

    /// From one or two secrets, none of them empty.
    pub fn new(secrets: Vec<SecretString>) -> Result<Self, ConnectionError> {
        use secrecy::ExposeSecret as _;

        let count = secrets.len();
        if secrets
            .iter()
            .any(|secret| secret.expose_secret().is_empty())
        {
            return Err(ConnectionError::EmptySecret);
        }
        let mut secrets = secrets.into_iter();
        match (secrets.next(), secrets.next(), secrets.next()) {
            (Some(first), second, None) => Ok(Self { first, second }),
            (None, _, _) | (Some(_), _, Some(_)) => Err(ConnectionError::SecretCount(count)),
        }
    }

    /// The one that what is made new is signed with.
    #[must_use]
    pub const fn newest(&self) -> &SecretString {
        &self.first
    }

    /// All of them, in no order of merit.
    pub fn iter(&self) -> impl Iterator<Item = &SecretString> {
        std::iter::once(&self.first).chain(self.second.as_ref())
    }
}

/// Where a shop is asked, and as whom.
#[derive(Clone, Debug)]
pub struct ApiAccess {
    pub url: ShopUrl,
    pub key: SecretString,
    pub secret: SecretString,
}

/// Whether a shop may be asked without TLS: only a simulator or a shop on the same machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlainHttp {
    #[default]
    Refused,
    Allowed,
}

impl ApiAccess {
    /// Access by `key` and `secret` at `url`; without TLS only where that is said in so many words.
    pub fn new(
        url: ShopUrl,
        key: SecretString,
        secret: SecretString,
        plain_http: PlainHttp,
    ) -> Result<Self, ConnectionError> {
        match plain_http {
            PlainHttp::Refused if !url.is_https() => Err(ConnectionError::PlainHttp),
            PlainHttp::Refused | PlainHttp::Allowed => Ok(Self { url, key, secret }),
        }
    }
}

/// A shop's address: scheme, host and perhaps a folder; no query, no user, no slash at the end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ShopUrl(Box<str>);

impl ShopUrl {
    /// Longest address accepted, in bytes.
    pub const LIMIT_BYTES: usize = 1_024;

    /// Checks an address such as `https://shop.example/boutique/`.
    pub fn new(text: &str) -> Result<Self, ShopUrlError> {
        let text = text.trim().trim_end_matches('/');
        if text.len() > Self::LIMIT_BYTES {
            return Err(ShopUrlError::TooLong);
        }
        let uri: http::Uri = text.parse().map_err(|_| ShopUrlError::NotAnAddress)?;
        match uri.scheme_str() {
            Some("http" | "https") => {}
            Some(_) | None => return Err(ShopUrlError::NotHttp),
        }
        if uri
            .authority()
            .is_none_or(|at| at.as_str().contains('@') || at.host().is_empty())
        {
            return Err(ShopUrlError::NotAnAddress);
        }
        if text.contains(['?', '#']) {
            return Err(ShopUrlError::NotAnAddress);
        }
        Ok(Self(text.into()))
    }

    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0
            .get(..6)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ShopUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no shop's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShopUrlError {
    #[error("shop address is neither http nor https")]
    NotHttp,
    #[error("shop address is not scheme, host and folder")]
    NotAnAddress,
    #[error("shop address is longer than {limit} bytes", limit = ShopUrl::LIMIT_BYTES)]
    TooLong,
}

/// Why there can be no such connection. Never shows a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionError {
    #[error("a connection has one or two secrets, not {0}")]
    SecretCount(usize),
    #[error("a secret is empty")]
    EmptySecret,
    #[error("shop address is plain http, which is not allowed for this connection")]
    PlainHttp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(texts: &[&str]) -> Result<LiveSecrets, ConnectionError> {
        LiveSecrets::new(texts.iter().map(|text| SecretString::from(*text)).collect())
    }

    #[test]
    fn one_or_two_secrets_are_live() {
        assert_eq!(secrets(&["a"]).unwrap().iter().count(), 1);
        assert_eq!(secrets(&["a", "b"]).unwrap().iter().count(), 2);
        assert_eq!(secrets(&[]).unwrap_err(), ConnectionError::SecretCount(0));
        assert_eq!(
            secrets(&["a", "b", "c"]).unwrap_err(),
            ConnectionError::SecretCount(3)
        );
        assert_eq!(
            secrets(&["a", ""]).unwrap_err(),
            ConnectionError::EmptySecret
        );
    }

    #[test]
    fn nothing_secret_is_printed() {
        let shown = format!("{:?}", secrets(&["hush"]).unwrap());
        assert!(!shown.contains("hush"), "{shown}");
    }

    #[test]
    fn an_address_is_scheme_host_and_folder() {
        for (text, kept) in [
            ("https://shop.example/", "https://shop.example"),
            ("HTTPS://shop.example", "HTTPS://shop.example"),
            (
                "http://127.0.0.1:8088/boutique/",
                "http://127.0.0.1:8088/boutique",
            ),
        ] {
            assert_eq!(ShopUrl::new(text).unwrap().as_str(), kept);
        }
        for text in [
            "",
            "shop.example",
            "ftp://shop.example",
            "https://",
            "https://user:pass@shop.example",
            "https://shop.example/?a=b",
            "https://shop.example/#top",
            "file:///etc/passwd",
        ] {
            assert!(ShopUrl::new(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn plain_http_must_be_allowed_in_so_many_words() {
        let access = |url: &str, plain_http| {
            let key = SecretString::from("key");
            ApiAccess::new(ShopUrl::new(url).unwrap(), key.clone(), key, plain_http)
        };
        assert!(access("https://shop.example", PlainHttp::Refused).is_ok());
        assert!(access("http://127.0.0.1:1", PlainHttp::Allowed).is_ok());
        assert_eq!(
            access("http://127.0.0.1:1", PlainHttp::Refused).unwrap_err(),
            ConnectionError::PlainHttp
        );
    }
}
