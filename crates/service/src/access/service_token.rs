//! Short-lived service tokens: JSON Web Tokens (RFC 7519) of one algorithm, HMAC with SHA-256, and one header. What
//! says anything else of itself is not read at all.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretBox, SecretString};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::caller::PUSHER;
use super::{Caller, Roles};

/// How long a service token is good for.
pub const SERVICE_TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(5);
/// By how much the clocks of two machines may differ.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(30);
/// `{"alg":"HS256","typ":"JWT"}`.
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
const ISSUER: &str = "comptoir";

/// The keys that services share: the first signs, all verify.
#[derive(Clone)]
pub struct ServiceKeys(Arc<Vec<SecretBox<[u8; 32]>>>);

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    exp: i64,
}

impl ServiceKeys {
    /// `None` without a key.
    pub(super) fn new(keys: Vec<SecretBox<[u8; 32]>>) -> Option<Self> {
        (!keys.is_empty()).then(|| Self(Arc::new(keys)))
    }

    /// A token by which `service` is known from now on, for [`SERVICE_TOKEN_LIFE`].
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        reason = "each expectation is met: see its text"
    )]
    pub fn mint(&self, service: &str, now: Timestamp) -> SecretString {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: service.to_owned(),
            exp: now.as_second() + SERVICE_TOKEN_LIFE.as_secs(),
        };
        let claims = serde_json::to_vec(&claims).expect("texts and a number are JSON");
        let signed = format!("{HEADER}.{}", BASE64_URL_SAFE_NO_PAD.encode(claims));
        let key = self.0.first().expect("there are no keys without one");
        let signature = mac(key, &signed).finalize().into_bytes();
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)).into()
    }

    /// The service that a token is of; `None` if no key of ours signed it, or not now.
    #[must_use]
    pub fn verify(&self, token: &str, now: Timestamp) -> Option<Caller> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
        let is_ours = |key| mac(key, signed).verify_slice(&signature).is_ok();
        if !self.0.iter().any(is_ours) {
            return None;
        }
        let (header, claims) = signed.split_once('.')?;
        let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?;
        let Claims { iss, sub, exp } = serde_json::from_slice(&claims).ok()?;
        let expires_at = Timestamp::from_second(exp).ok()?;
        let is_short = expires_at.duration_since(now) <= SERVICE_TOKEN_LIFE + CLOCK_SKEW;
        // Services trust each other's word, so that a name is enough; what each may do is kept apart all the same.
        let roles = match sub.as_str() {
            PUSHER => Roles::PUSH,
            _ => Roles::INTERNAL,
        };
        let caller = Caller {
            name: sub,
            token: None,
            retailer: None,
            roles,
            expires_at: Some(expires_at.checked_add(CLOCK_SKEW).ok()?),
        };
        let is_good = header == HEADER && iss == ISSUER && is_short && !caller.has_expired(now);
        is_good.then_some(caller)
    }

    /// Whether a token says of itself that it is a service's.
    pub(super) fn is_service_token(token: &str) -> bool {
        token.starts_with(HEADER)
    }
}

fn mac(key: &SecretBox<[u8; 32]>, signed: &str) -> Hmac<Sha256> {
    let mut mac =
        <Hmac<Sha256>>::new_from_slice(key.expose_secret()).expect("HMAC takes keys of any length");
    mac.update(signed.as_bytes());
    mac
}

impl fmt::Debug for ServiceKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceKeys({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(bytes: &[u8]) -> ServiceKeys {
        let keys = bytes
            .iter()
            .map(|byte| SecretBox::new(Box::new([*byte; 32])));
        ServiceKeys::new(keys.collect()).unwrap()
    }

    fn now() -> Timestamp {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_token_is_good_for_some_minutes() {
        let token = keys(&[1]).mint("ingest-stall", now());
        let token = token.expose_secret();
        let caller = keys(&[1]).verify(token, now()).unwrap();
        assert_eq!(
            (caller.name.as_str(), caller.roles),
            ("ingest-stall", Roles::INTERNAL)
        );
        let end = now() + SERVICE_TOKEN_LIFE + CLOCK_SKEW;
        assert!(
            keys(&[1])
                .verify(token, end - SignedDuration::from_secs(1))
                .is_some()
        );
        assert!(keys(&[1]).verify(token, end).is_none());
        assert!(
            keys(&[1])
                .verify(token, now() - SignedDuration::from_mins(1))
                .is_none()
        );
    }

    #[test]
    fn the_service_that_writes_to_shops_has_a_role_of_its_own() {
        let token = keys(&[1]).mint(PUSHER, now());
        let caller = keys(&[1]).verify(token.expose_secret(), now()).unwrap();
        assert_eq!(caller.roles, Roles::PUSH);
    }

    #[test]
    fn a_key_takes_the_place_of_another_one() {
        let old = keys(&[1]).mint("one", now());
        let new = keys(&[2, 1]).mint("one", now());
        let both = keys(&[2, 1]);
        assert!(both.verify(old.expose_secret(), now()).is_some());
        assert!(both.verify(new.expose_secret(), now()).is_some());
        assert!(keys(&[2]).verify(old.expose_secret(), now()).is_none());
    }

    #[test]
    fn what_another_library_signs_is_read_and_no_other_header() {
        let of = |header: &str, claims: &str| {
            let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
            let signed = format!("{}.{}", part(header), part(claims));
            let mut mac = <Hmac<Sha256>>::new_from_slice(&[1; 32]).unwrap();
            mac.update(signed.as_bytes());
            format!(
                "{signed}.{}",
                BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
            )
        };
        let exp = now().as_second() + 60;
        let claims = format!(r#"{{"iss":"comptoir","sub":"one","exp":{exp}}}"#);
        let verify = |token: &str| keys(&[1]).verify(token, now());
        assert!(verify(&of(r#"{"alg":"HS256","typ":"JWT"}"#, &claims)).is_some());
        assert!(verify(&of(r#"{"alg":"none","typ":"JWT"}"#, &claims)).is_none());
        let foreign = claims.replace("comptoir", "another");
        assert!(verify(&of(r#"{"alg":"HS256","typ":"JWT"}"#, &foreign)).is_none());
        for nonsense in ["", ".", "..", HEADER, "a.b.c"] {
            assert!(verify(nonsense).is_none());
        }
    }
}
