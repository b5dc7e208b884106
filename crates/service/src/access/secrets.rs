use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use secrecy::{ExposeSecret as _, SecretBox};

use super::{ServiceKeys, TokenDigest};
use crate::Settings;
use crate::settings::SettingError;

/// The secret setting with the operator's token, or with two of them, separated by a comma, while one takes the
/// other's place. Without it there is no operator.
pub const OPERATOR_TOKEN: &str = "COMPTOIR_OPERATOR_TOKEN";
/// The secret setting with the key that services share to know each other: the base64 of 32 bytes, or two of them,
/// separated by a comma, of which the first signs.
pub const SERVICE_KEY: &str = "COMPTOIR_SERVICE_KEY";

/// Live at once, so that each can be replaced without an interruption.
const AT_ONCE: usize = 2;
/// A shorter one could be guessed.
const TOKEN_LEAST_BYTES: usize = 32;
const KEY_BYTES: usize = 32;

/// What a service knows operators and other services by.
#[derive(Clone, Debug)]
pub struct Secrets {
    pub(super) operators: Vec<TokenDigest>,
    pub(super) keys: ServiceKeys,
}

/// Why there are none. Shows no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    #[error(transparent)]
    Setting(#[from] SettingError),
    #[error("setting {0} has more than {AT_ONCE} entries")]
    TooMany(&'static str),
    #[error("setting {OPERATOR_TOKEN} has a token of less than {TOKEN_LEAST_BYTES} characters")]
    ShortToken,
    #[error("setting {SERVICE_KEY} is not the base64 of {KEY_BYTES} bytes")]
    Key,
}

impl Secrets {
    pub fn from_settings(settings: &Settings) -> Result<Self, SecretsError> {
        let tokens = settings.optional_secret(OPERATOR_TOKEN)?;
        let tokens = tokens.as_ref().map_or("", |tokens| tokens.expose_secret());
        let operators = entries(OPERATOR_TOKEN, tokens)?.into_iter().map(|token| {
            let is_long = token.len() >= TOKEN_LEAST_BYTES;
            is_long
                .then(|| TokenDigest::of(token))
                .ok_or(SecretsError::ShortToken)
        });
        let keys = settings.secret(SERVICE_KEY)?;
        let keys = entries(SERVICE_KEY, keys.expose_secret())?
            .into_iter()
            .map(key);
        let keys = ServiceKeys::new(keys.collect::<Result<_, _>>()?);
        Ok(Self {
            operators: operators.collect::<Result<_, _>>()?,
            keys: keys.ok_or(SecretsError::Key)?,
        })
    }

    /// For calls to other services.
    #[must_use]
    pub fn keys(&self) -> ServiceKeys {
        self.keys.clone()
    }
}

fn entries<'a>(setting: &'static str, text: &'a str) -> Result<Vec<&'a str>, SecretsError> {
    let entries = text.split(',').map(str::trim);
    let entries: Vec<_> = entries.filter(|entry| !entry.is_empty()).collect();
    if entries.len() > AT_ONCE {
        return Err(SecretsError::TooMany(setting));
    }
    Ok(entries)
}

fn key(text: &str) -> Result<SecretBox<[u8; KEY_BYTES]>, SecretsError> {
    let bytes = BASE64_STANDARD
        .decode(text)
        .map_err(|_| SecretsError::Key)?;
    let bytes = <[u8; KEY_BYTES]>::try_from(bytes).map_err(|_| SecretsError::Key)?;
    Ok(SecretBox::new(Box::new(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "c2VjcmV0IGtleSBvZiB0ZXN0cywgMzIgYnl0ZXMgLi4=";

    fn read(token: &str, key: &str) -> Result<Secrets, SecretsError> {
        Secrets::from_settings(&Settings::from_map([
            (OPERATOR_TOKEN, token),
            (SERVICE_KEY, key),
        ]))
    }

    #[test]
    fn two_of_each_are_live_and_no_more() {
        let token = "0123456789abcdef0123456789abcdef";
        assert!(read("", KEY).unwrap().operators.is_empty());
        let both = read(&format!("{token}, {token}2"), &format!("{KEY},{KEY}")).unwrap();
        assert_eq!(both.operators.len(), 2);
        let three = format!("{token},{token},{token}");
        assert!(matches!(
            read(&three, KEY),
            Err(SecretsError::TooMany(OPERATOR_TOKEN))
        ));
    }

    #[test]
    fn what_is_no_secret_is_refused_and_not_shown() {
        for (token, key) in [("hunter2", KEY), ("", "hunter2"), ("", ",")] {
            let error = read(token, key).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
        assert!(matches!(read("", ""), Err(SecretsError::Setting(_))));
    }
}
