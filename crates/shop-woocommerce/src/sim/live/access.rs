//! Who may ask the shop: OAuth 1.0a without TLS, basic authentication with it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};
use jiff::Timestamp;
use shop::sim::Access;

use super::State;
use crate::client::oauth;
use crate::sim::Dice;

/// How far the time of a request may be from the shop's.
const WINDOW_SECONDS: i64 = 15 * 60;

/// The key that was given out, and the secret that signs deliveries.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    key: String,
    key_secret: String,
    webhook_secret: String,
    store_id: String,
}

impl Keys {
    pub(super) fn of(seed: u64) -> Self {
        /// Keeps the keys' dice apart from the orders'.
        const KEYS: u64 = 0x6b65_7973;

        let mut dice = Dice::new(seed ^ KEYS);
        let mut digits = |prefix: &str| {
            let words = [dice.next(), dice.next(), dice.next()];
            let [a, b, c] = words.map(|word| format!("{word:016x}"));
            format!("{prefix}{a}{b}{}", &c[..8])
        };
        Self {
            key: digits("ck_"),
            key_secret: digits("cs_"),
            webhook_secret: digits(""),
            store_id: digits("sim-"),
        }
    }

    /// What WooCommerce calls this shop, wherever it stands.
    pub(super) fn store_id(&self) -> String {
        self.store_id.clone()
    }

    /// Key and secret.
    pub(super) fn pair(&self) -> (&str, &str) {
        (&self.key, &self.key_secret)
    }

    pub(super) fn access(&self, shop_url: String) -> Access {
        let Self {
            key,
            key_secret,
            webhook_secret,
            store_id: _,
        } = self.clone();
        Access {
            secret: webhook_secret,
            shop_url,
            key,
            key_secret,
        }
    }
}

/// Why somebody may not ask, as the shop says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Denied {
    pub(super) code: &'static str,
    pub(super) message: &'static str,
}

const NOBODY: Denied = Denied {
    code: "woocommerce_rest_cannot_view",
    message: "Sorry, you cannot list resources.",
};

const fn denied(message: &'static str) -> Denied {
    Denied {
        code: "woocommerce_rest_authentication_error",
        message,
    }
}

/// A request as far as it proves who asks.
pub(super) struct Asking<'a> {
    pub(super) method: &'a Method,
    pub(super) path: &'a str,
    pub(super) query: &'a [(String, String)],
    pub(super) headers: &'a HeaderMap,
}

impl Asking<'_> {
    pub(super) fn admit(
        &self,
        keys: &Keys,
        state: &mut State,
        now: Timestamp,
    ) -> Result<(), Denied> {
        if state.home().starts_with("https:") {
            return self.admit_basic(keys);
        }
        let value = |name: &str| {
            let mut found = self.query.iter().filter(|(known, _)| known == name);
            found.next().map(|(_, value)| value.as_str())
        };
        let (Some(key), Some(signature)) = (value("oauth_consumer_key"), value("oauth_signature"))
        else {
            return Err(NOBODY);
        };
        if key != keys.key {
            return Err(denied("Consumer key is invalid."));
        }
        let others: Vec<(&str, String)> = self
            .query
            .iter()
            .filter(|(name, _)| name != "oauth_signature")
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        let address = format!("{}{}", state.home(), self.path);
        let base = oauth::base_string(self.method.as_str(), &address, &others);
        if oauth::signature(&base, &keys.key_secret) != signature {
            return Err(denied(
                "Invalid signature - provided signature does not match.",
            ));
        }
        let at: i64 = value("oauth_timestamp")
            .and_then(|at| at.parse().ok())
            .filter(|at| now.as_second().abs_diff(*at) <= WINDOW_SECONDS.unsigned_abs())
            .ok_or(denied("Invalid timestamp."))?;
        let nonce = value("oauth_nonce").unwrap_or_default().to_owned();
        let oldest = now.as_second() - WINDOW_SECONDS;
        state.nonces = state.nonces.split_off(&(oldest, String::new()));
        if state.nonces.insert((at, nonce)) {
            Ok(())
        } else {
            Err(denied("Invalid nonce - nonce has already been used."))
        }
    }

    fn admit_basic(&self, keys: &Keys) -> Result<(), Denied> {
        let given = self
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Basic "))
            .and_then(|text| String::from_utf8(STANDARD.decode(text).ok()?).ok());
        match given.as_deref().and_then(|given| given.split_once(':')) {
            Some((key, _)) if key != keys.key => Err(NOBODY),
            Some((_, secret)) if secret != keys.key_secret => {
                Err(denied("Consumer secret is invalid."))
            }
            Some(_) => Ok(()),
            None => Err(NOBODY),
        }
    }
}
