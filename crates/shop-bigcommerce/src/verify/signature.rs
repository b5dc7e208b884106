//! The signature of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`.
//!
//! Not by the scheme's own library: that takes the time from the machine, brings a second library for
//! it, and refuses what BigCommerce sends late.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;
use sha2::Sha256;
use shop::LiveSecrets;

use super::only;

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// Of an HMAC-SHA256.
const SIGNATURE_BYTES: usize = 32;
/// Signatures looked at in one header; a sender that changes its key gives two.
const SIGNATURES_LIMIT: usize = 8;

/// How far the sender's clock and ours may be apart.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// BigCommerce tries a delivery eleven times over 48 hours, and does not say whether it signs each
/// try anew. What is older is no try of theirs.
const RETRIES_LAST: SignedDuration = SignedDuration::from_hours(50);

/// What a delivery's signature is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signature {
    Right,
    /// Right, of an instant longer ago than clocks differ, and no longer ago than deliveries are retried.
    Late,
    /// There is none.
    Absent,
    /// There is one, and it proves nothing.
    Wrong,
}

/// Tries every live secret against every signature given, whether or not one matched already.
pub(super) fn judge(
    secrets: &LiveSecrets,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Signature {
    let given = [&ID, &TIMESTAMP, &SIGNATURE].map(|name| only(headers, name));
    let [id, timestamp, signatures] = given.map(|value| value.map(HeaderValue::as_bytes));
    let claimed: Vec<Option<[u8; SIGNATURE_BYTES]>> = signatures
        .unwrap_or_default()
        .split(|byte| *byte == b' ')
        .take(SIGNATURES_LIMIT)
        .map(claimed)
        .collect();
    let mut matches = false;
    for secret in secrets.iter() {
        // The secret's bytes as they are: the library's base64 around them is undone by itself.
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
            .expect("HMAC takes keys of any length");
        for part in [
            id.unwrap_or_default(),
            b".",
            timestamp.unwrap_or_default(),
            b".",
            body,
        ] {
            mac.update(part);
        }
        for claimed in &claimed {
            let against = claimed.unwrap_or_default();
            matches |= mac.clone().verify_slice(&against).is_ok() && claimed.is_some();
        }
    }
    let is_whole = id.is_some_and(|id| !id.is_empty());
    if matches && is_whole {
        return age(timestamp, now);
    }
    if headers.contains_key(&SIGNATURE) {
        Signature::Wrong
    } else {
        Signature::Absent
    }
}

fn claimed(signature: &[u8]) -> Option<[u8; SIGNATURE_BYTES]> {
    let bytes = STANDARD.decode(signature.strip_prefix(b"v1,")?).ok()?;
    bytes.try_into().ok()
}

fn age(timestamp: Option<&[u8]>, now: Timestamp) -> Signature {
    let signed_at = timestamp
        .and_then(|text| std::str::from_utf8(text).ok()?.parse().ok())
        .and_then(|seconds| Timestamp::from_second(seconds).ok());
    let Some(signed_at) = signed_at else {
        return Signature::Wrong;
    };
    let age = now.duration_since(signed_at);
    if age < -TOLERANCE || age > RETRIES_LAST {
        Signature::Wrong
    } else if age > TOLERANCE {
        Signature::Late
    } else {
        Signature::Right
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use serde_json::Value;

    use super::*;

    /// The scheme's own library, asked at the vector's instant, against ours. The one difference is
    /// meant: a late delivery is a hint.
    #[test]
    fn every_vector_is_judged_as_it_says() {
        let file: Value = serde_json::from_str(include_str!(
            "../../fixtures/webhook-signature-vectors.json"
        ))
        .unwrap();
        let secret = file["client_secret"].as_str().unwrap();
        let secrets = LiveSecrets::new(vec![
            SecretString::from("another secret, live as well"),
            SecretString::from(secret),
        ])
        .unwrap();
        let vectors = file["vectors"].as_array().unwrap();
        for vector in vectors {
            let name = vector["name"].as_str().unwrap();
            let headers: HeaderMap = vector["headers"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, value)| {
                    (
                        HeaderName::from_bytes(name.as_bytes()).unwrap(),
                        HeaderValue::from_str(value.as_str().unwrap()).unwrap(),
                    )
                })
                .collect();
            let body = vector.get("body").unwrap_or(&file["body"]);
            let now = Timestamp::from_second(vector["now"].as_i64().unwrap()).unwrap();
            let judged = judge(&secrets, &headers, body.as_str().unwrap().as_bytes(), now);
            let expected = match (&vector["valid"], name) {
                (Value::Bool(true), _) => Signature::Right,
                (Value::Bool(false), "no header") => Signature::Absent,
                (Value::Bool(false), _) => Signature::Wrong,
                (Value::String(_), "old but well signed") => Signature::Late,
                other => panic!("{other:?}"),
            };
            assert_eq!(judged, expected, "{name}");
        }
        assert_eq!(vectors.len(), 9);
    }

    #[test]
    fn a_signature_is_late_for_as_long_as_deliveries_are_retried() {
        let at = |seconds: i64| {
            age(
                Some(b"1700000000"),
                Timestamp::from_second(seconds).unwrap(),
            )
        };
        let hour = 3_600;
        for (now, expected) in [
            (1_700_000_000 - 301, Signature::Wrong),
            (1_700_000_000 - 300, Signature::Right),
            (1_700_000_000 + 300, Signature::Right),
            (1_700_000_000 + 301, Signature::Late),
            (1_700_000_000 + 50 * hour, Signature::Late),
            (1_700_000_000 + 50 * hour + 1, Signature::Wrong),
        ] {
            assert_eq!(at(now), expected, "{now}");
        }
        for text in [
            &b""[..],
            b"now",
            b"1700000000.5",
            b"99999999999999999999",
            b"\xff",
        ] {
            let now = Timestamp::from_second(1_700_000_000).unwrap();
            assert_eq!(age(Some(text), now), Signature::Wrong);
        }
    }
}
