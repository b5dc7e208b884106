//! Whose subjects, streams and permissions these are.

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

/// Longest platform code, in bytes: it becomes part of subject, stream and user names.
const MAX_CODE_BYTES: usize = 32;

/// The code of a shop platform: lower-case letters and digits, one subject token.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Platform(Arc<str>);

impl Platform {
    /// Checks and keeps a platform's code.
    pub fn new(code: &str) -> Result<Self, TokenError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if code.is_empty() || code.len() > MAX_CODE_BYTES || !code.bytes().all(plain) {
            return Err(TokenError {
                token: code.to_owned(),
            });
        }
        Ok(Self(code.into()))
    }

    /// The code as it stands in subjects.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that cannot be one token of a subject.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{token:?} is not a platform code: 1 to {MAX_CODE_BYTES} lower-case letters or digits")]
pub struct TokenError {
    token: String,
}

/// A service on the bus. Its name is its broker user, and its token in `dead.<service>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Takes one platform's webhooks in and gives canonical orders out.
    Ingest(Platform),
    /// The only writer of sales and stock.
    Ledger,
}

impl Service {
    /// The service of this name, if there is one.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name.strip_prefix("ingest-") {
            Some(platform) => Platform::new(platform).ok().map(Self::Ingest),
            None => (name == "ledger").then_some(Self::Ledger),
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ingest(platform) => write!(f, "ingest-{platform}"),
            Self::Ledger => f.write_str("ledger"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_code_is_one_plain_token() {
        assert_eq!(Platform::new("shop1").unwrap().to_string(), "shop1");
        for bad in ["", "Shop", "a.b", "a b", "*", ">", "a-b", &"x".repeat(33)] {
            assert!(Platform::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_service_is_known_by_its_name() {
        for service in [Service::Ledger, Service::Ingest(Platform::new("shop1").unwrap())] {
            assert_eq!(Service::named(&service.to_string()), Some(service));
        }
        assert_eq!(Service::named("ingest-"), None);
        assert_eq!(Service::named("admin"), None);
    }
}
