//! Whether a delivery comes from the shop, and what it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName};
use retail::ShopOrderId;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use shop::{Connection, Notice, Refused, Topic};

use crate::payload::Envelope;
use crate::{note, secret};

const SIGNATURE: HeaderName = HeaderName::from_static("x-wc-webhook-signature");
const TOPIC: HeaderName = HeaderName::from_static("x-wc-webhook-topic");

/// Of an HMAC-SHA256.
const SIGNATURE_BYTES: usize = 32;
/// `webhook_id=` and a number; a real ping has 12 to 20 bytes.
const PING_LIMIT_BYTES: usize = 64;

/// Checks the signature over the raw body, then looks at the envelope.
pub(crate) fn verify(
    connection: &Connection,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Notice, Refused> {
    if is_ping(headers, body) {
        return Ok(Notice::Ping);
    }
    if !is_signed(connection, headers, body) {
        return Err(Refused::NotAuthentic);
    }
    let topic = only(headers, &TOPIC)
        .and_then(|topic| Topic::new(topic.to_str().ok()?))
        .ok_or(Refused::Malformed("it has no topic"))?;
    let order = order(&topic, body)?;
    Ok(Notice::Delivery { topic, order })
}

/// WooCommerce tries a new webhook with a form of one field, unsigned and without headers of its own.
fn is_ping(headers: &HeaderMap, body: &[u8]) -> bool {
    let is_form = only(headers, &CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    });
    is_form
        && !headers.contains_key(&SIGNATURE)
        && !headers.contains_key(&TOPIC)
        && body.len() <= PING_LIMIT_BYTES
        && body
            .strip_prefix(b"webhook_id=")
            .is_some_and(|id| !id.is_empty() && id.iter().all(u8::is_ascii_digit))
}

/// Tries all live secrets, whatever the signature looks like and whether or not one matched already:
/// the time taken says nothing.
fn is_signed(connection: &Connection, headers: &HeaderMap, body: &[u8]) -> bool {
    let claimed = only(headers, &SIGNATURE)
        .and_then(|text| STANDARD.decode(text).ok())
        .and_then(|bytes| <[u8; SIGNATURE_BYTES]>::try_from(bytes).ok());
    let against = claimed.unwrap_or_default();
    let mut matches = false;
    for secret in connection.secrets.iter() {
        matches |= signs(secret, body, &against);
    }
    matches && claimed.is_some()
}

fn signs(secret: &SecretString, body: &[u8], signature: &[u8; SIGNATURE_BYTES]) -> bool {
    let key = secret::decoded(secret.expose_secret());
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body);
    mac.verify_slice(signature).is_ok()
}

/// The one value of a header; none if it is given twice.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a http::HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

/// Checks the body to be a JSON object, and finds the order it speaks of.
fn order(topic: &Topic, body: &[u8]) -> Result<Option<ShopOrderId>, Refused> {
    if body.is_empty() {
        return Err(Refused::Malformed("its body is empty"));
    }
    let text =
        std::str::from_utf8(body).map_err(|_| Refused::Malformed("its body is not UTF-8"))?;
    if !text.trim_start().starts_with('{') {
        return Err(Refused::Malformed("its body is not a JSON object"));
    }
    let envelope: Envelope<'_> =
        serde_json::from_str(text).map_err(|_| Refused::Malformed("its body is not JSON"))?;
    let id = if topic.as_str() == note::TOPIC {
        envelope.arg.0.order.id()
    } else if topic.as_str().starts_with("order.") {
        envelope.id.id()
    } else {
        None
    };
    Ok(id.and_then(|id| ShopOrderId::new(id).ok()))
}
