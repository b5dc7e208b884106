//! Whether a delivery comes from the store, and what it is.

mod signature;
mod token;

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use shop::{Connection, Notice, Refused, Topic};

use self::signature::Signature;
pub(crate) use self::token::carries_hook_secret;
pub use self::token::{HOOK_SECRET_HEADER, hook_secret};
use crate::payload::Hook;
use crate::{read, store};

/// Asks for the connection's own secret always, and for a right signature where there is one: hooks
/// made before BigCommerce signed them carry none.
pub(crate) fn verify(
    connection: &Connection,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<Notice, Refused> {
    // Both are always judged: the time taken says nothing.
    let signature = signature::judge(&connection.secrets, headers, body, now);
    let has_token = token::is_given(connection, headers);
    let is_signed = match signature {
        Signature::Right | Signature::Absent => true,
        Signature::Late => {
            tracing::info!(connection = %connection.id, "a delivery signed long ago is a hint all the same");
            true
        }
        Signature::Wrong => false,
    };
    if !(has_token && is_signed) {
        return Err(Refused::NotAuthentic);
    }
    let hook = hook(body)?;
    if !is_from_own_store(connection, &hook) {
        return Err(Refused::NotAuthentic);
    }
    let scope = hook.scope.as_str();
    let topic = Topic::new(scope).ok_or(Refused::Malformed("it has no scope"))?;
    let order = read::order_in(scope, &hook);
    Ok(Notice::Delivery { topic, order })
}

/// An app's secret signs for all its stores: a body of one must not pass for another's.
fn is_from_own_store(connection: &Connection, hook: &Hook<'_>) -> bool {
    let own = connection.api.as_ref().and_then(store::hash);
    let theirs = hook.producer.as_str().strip_prefix("stores/");
    own.is_some() && own == theirs
}

fn hook(body: &[u8]) -> Result<Hook<'_>, Refused> {
    if body.is_empty() {
        return Err(Refused::Malformed("its body is empty"));
    }
    let text =
        std::str::from_utf8(body).map_err(|_| Refused::Malformed("its body is not UTF-8"))?;
    if !text.trim_start().starts_with('{') {
        return Err(Refused::Malformed("its body is not a JSON object"));
    }
    serde_json::from_str(text).map_err(|_| Refused::Malformed("its body is not JSON"))
}

/// The one value of a header; none if it is given twice.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}
