use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::loose::Scalar;

/// What is asked for: orders are read, webhooks made, products and stock told.
pub(super) const SCOPE: &str = "read_write";
/// Longest key taken; WooCommerce's have 43 characters.
const KEY_LIMIT_BYTES: usize = 200;

/// A key to the shop, not tried yet.
#[derive(Clone, Debug)]
pub struct Grant {
    pub key: SecretString,
    pub secret: SecretString,
}

/// Why what was posted is no key. Never quotes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    #[error("what was posted is no key of WooCommerce's")]
    Malformed,
    /// Nobody here has asked for it.
    #[error("key was not asked for")]
    NotAskedFor,
    /// The owner gave fewer rights than it takes.
    #[error("key may not both read and write")]
    TooFewRights,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Posted<'a> {
    user_id: Scalar<'a>,
    consumer_key: Scalar<'a>,
    consumer_secret: Scalar<'a>,
    key_permissions: Scalar<'a>,
}

/// What a posted key is said to be for.
pub(super) fn state(body: &[u8]) -> Option<SecretString> {
    let posted: Posted<'_> = serde_json::from_slice(body).ok()?;
    let state = posted.user_id.as_str();
    (!state.is_empty()).then(|| state.into())
}

/// The key that a shop posts once its owner has approved what was asked for with `state`.
///
/// Answer it with 200 when it is kept, and with an error when not: then the shop forgets it.
pub fn granted(body: &[u8], state: &SecretString) -> Result<Grant, GrantError> {
    let posted: Posted<'_> = serde_json::from_slice(body).map_err(|_| GrantError::Malformed)?;
    let Posted {
        user_id,
        consumer_key,
        consumer_secret,
        key_permissions,
    } = posted;
    if !is_state(state, user_id.as_str()) {
        return Err(GrantError::NotAskedFor);
    }
    if key_permissions.as_str() != SCOPE {
        return Err(GrantError::TooFewRights);
    }
    Ok(Grant {
        key: key("ck_", &consumer_key)?,
        secret: key("cs_", &consumer_secret)?,
    })
}

fn key(prefix: &str, text: &Scalar<'_>) -> Result<SecretString, GrantError> {
    let text = text.as_str();
    let is_key = text.len() <= KEY_LIMIT_BYTES
        && text.strip_prefix(prefix).is_some_and(|digits| {
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
    if is_key {
        Ok(SecretString::from(text))
    } else {
        Err(GrantError::Malformed)
    }
}

/// Whether what came back is what was sent along. How long it takes says nothing of where they differ.
fn is_state(state: &SecretString, claimed: &str) -> bool {
    Sha256::digest(state.expose_secret()) == Sha256::digest(claimed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAPTURED: &str = include_str!("../../fixtures/storefront/wc-auth-callback.body");

    fn taken(body: &str, state: &str) -> Result<Grant, GrantError> {
        granted(body.as_bytes(), &SecretString::from(state))
    }

    #[test]
    fn a_captured_grant_is_a_key_and_a_secret() {
        let Grant { key, secret } = taken(CAPTURED, "etat-unique-8c1f").unwrap();
        assert_eq!(
            key.expose_secret(),
            "ck_09d64e5330208675c9baf8bbf728c98be98eceaa"
        );
        assert_eq!(
            secret.expose_secret(),
            "cs_3caf1e5372de7fda9cc326f583cb7308be4d0fa8"
        );
    }

    #[test]
    fn what_was_not_asked_for_is_not_taken() {
        for (body, state, error) in [
            (
                CAPTURED.to_owned(),
                "etat-unique-8c1e",
                GrantError::NotAskedFor,
            ),
            (CAPTURED.to_owned(), "", GrantError::NotAskedFor),
            ("{}".to_owned(), "etat-unique-8c1f", GrantError::NotAskedFor),
            (
                "<html>".to_owned(),
                "etat-unique-8c1f",
                GrantError::Malformed,
            ),
            (
                CAPTURED.replace("read_write", "read"),
                "etat-unique-8c1f",
                GrantError::TooFewRights,
            ),
            (
                CAPTURED.replace("ck_09", "ck_\\u00e9"),
                "etat-unique-8c1f",
                GrantError::Malformed,
            ),
            (
                CAPTURED.replace("cs_", "sk_"),
                "etat-unique-8c1f",
                GrantError::Malformed,
            ),
        ] {
            let refused = taken(&body, state).unwrap_err();
            assert_eq!(refused, error, "{body}");
            assert!(!refused.to_string().contains("ck_"));
        }
    }
}
