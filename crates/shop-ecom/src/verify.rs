//! Whether a delivery comes from the shop, and what it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderName};
use jiff::{SignedDuration, Timestamp};
use retail::ShopOrderId;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use shop::{Connection, Notice, Refused, ShopName, Topic};

use crate::payload::{Event, EventData};
use crate::store;

const SIGNATURE: HeaderName = HeaderName::from_static("x-ecwid-webhook-signature");

/// Of an HMAC-SHA256.
const SIGNATURE_BYTES: usize = 32;

/// The oldest event that is taken: eCom gives up on a delivery 24 hours after the first try.
const AGE_LIMIT: SignedDuration = SignedDuration::from_hours(25);
/// How far eCom's clock may be ahead of ours.
const AHEAD_LIMIT: SignedDuration = SignedDuration::from_mins(5);

/// Checks the signature, which covers `eventCreated.eventId` and nothing else of the body, and that
/// the event is of the day before `now`.
///
/// Who has seen one delivery can therefore send it again with any other content, for a day. Little is
/// gained by that: a delivery is no more than a hint to ask the shop for an order, whatever else it
/// says; but each costs a request of the shop's quota.
/// The app's secret signs for all stores it is installed in, so the store in the body must be the
/// connection's.
pub(crate) fn verify(
    connection: &Connection,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<Notice, Refused> {
    let event = std::str::from_utf8(body)
        .ok()
        .and_then(|text| serde_json::from_str::<Event<'_>>(text).ok());
    // What is no event is judged as one without content, so that it takes no less time.
    let is_event = event.is_some();
    let event = event.unwrap_or_default();
    let is_ours = store::id(connection).is_some_and(|store| event.store_id.as_str() == store);
    let is_signed = is_signed(connection, headers, &event);
    let is_recent = is_recent(event.created.as_str(), now);
    if !(is_event && is_ours && is_signed && is_recent) {
        return Err(Refused::NotAuthentic);
    }
    let topic =
        Topic::new(event.kind.as_str()).ok_or(Refused::Malformed("it has no type of event"))?;
    let order = is_of_an_order(topic.as_str())
        .then(|| order(&event))
        .flatten();
    Ok(Notice::Delivery { topic, order })
}

/// The store that an event says it is of.
pub(crate) fn store_in(body: &[u8]) -> Option<ShopName> {
    let event: Event<'_> = serde_json::from_slice(body).ok()?;
    event.store_id.id().map(ShopName::new)
}

/// Whether Unix seconds are of the day before `now`.
fn is_recent(created: &str, now: Timestamp) -> bool {
    let oldest = now.as_second().saturating_sub(AGE_LIMIT.as_secs());
    let newest = now.as_second().saturating_add(AHEAD_LIMIT.as_secs());
    created
        .parse::<i64>()
        .is_ok_and(|created| (oldest..=newest).contains(&created))
}

/// Whether an event of this type speaks of an order, finished or not.
pub(crate) fn is_of_an_order(event_type: &str) -> bool {
    event_type.starts_with("order.") || event_type.starts_with("unfinished_order.")
}

/// The order an event speaks of: by the id that people know, else by the internal number, which the
/// API takes as well.
pub(crate) fn order(event: &Event<'_>) -> Option<ShopOrderId> {
    let data: EventData<'_> = event
        .data
        .filter(|data| data.get().starts_with('{'))
        .and_then(|data| serde_json::from_str(data.get()).ok())
        .unwrap_or_default();
    ShopOrderId::new(data.order_id.as_str())
        .ok()
        .or_else(|| ShopOrderId::new(event.entity_id.id()?).ok())
}

/// Tries all live secrets, whatever the signature looks like and whether or not one matched already:
/// the time taken says nothing.
fn is_signed(connection: &Connection, headers: &HeaderMap, event: &Event<'_>) -> bool {
    let claimed = only(headers, &SIGNATURE)
        .and_then(|text| STANDARD.decode(text).ok())
        .and_then(|bytes| <[u8; SIGNATURE_BYTES]>::try_from(bytes).ok());
    let against = claimed.unwrap_or_default();
    let (created, id) = (event.created.as_str(), event.id.as_str());
    // With a dot in it, `1.2` and `3` would sign as `1` and `2.3` do.
    let is_sound =
        !created.is_empty() && created.bytes().all(|byte| byte.is_ascii_digit()) && !id.is_empty();
    let message = format!("{created}.{id}");
    let mut matches = false;
    for secret in connection.secrets.iter() {
        matches |= signs(secret, &message, &against);
    }
    matches && is_sound && claimed.is_some()
}

fn signs(secret: &SecretString, message: &str, signature: &[u8; SIGNATURE_BYTES]) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
        .expect("HMAC takes keys of any length");
    mac.update(message.as_bytes());
    mac.verify_slice(signature).is_ok()
}

/// The one value of a header; none if it is given twice.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a http::HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}
