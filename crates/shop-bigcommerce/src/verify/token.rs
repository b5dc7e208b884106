//! The secret that a connection's hooks carry in a header of their own.
//!
//! BigCommerce sends back the headers that a hook was made with. The value is not stored: it is made
//! of the app's secret and the connection's id, so that it changes with the one and differs between
//! connections. It binds a delivery to its connection, which the signature does not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderName};
use retail::ConnectionId;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use shop::Connection;

use super::only;

/// The header to give with each hook that is made.
pub const HOOK_SECRET_HEADER: &str = "x-hook-secret";

const HEADER: HeaderName = HeaderName::from_static(HOOK_SECRET_HEADER);
/// Of an HMAC-SHA256.
const TOKEN_BYTES: usize = 32;
/// Tells this use of the app's secret from any other.
const PURPOSE: &[u8] = b"comptoir bigcommerce hook 1 ";

/// What [`HOOK_SECRET_HEADER`] is to say in the hooks of `connection`, by the first of its live secrets.
#[must_use]
pub fn hook_secret(connection: &Connection) -> Option<SecretString> {
    let secret = connection.secrets.iter().next()?;
    let token = mac(secret, connection.id).finalize().into_bytes();
    Some(URL_SAFE_NO_PAD.encode(token).into())
}

/// Whether `text` is the secret of one of the hooks of `connection`, by any of its live secrets.
pub(crate) fn carries_hook_secret(connection: &Connection, text: &SecretString) -> bool {
    is_token(connection, Some(text.expose_secret().as_bytes()))
}

pub(super) fn is_given(connection: &Connection, headers: &HeaderMap) -> bool {
    is_token(connection, only(headers, &HEADER).map(AsRef::as_ref))
}

/// Tries all live secrets, whatever the text looks like and whether or not one matched already.
fn is_token(connection: &Connection, text: Option<&[u8]>) -> bool {
    let claimed = text
        .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
        .and_then(|bytes| <[u8; TOKEN_BYTES]>::try_from(bytes).ok());
    let against = claimed.unwrap_or_default();
    let mut matches = false;
    for secret in connection.secrets.iter() {
        matches |= mac(secret, connection.id).verify_slice(&against).is_ok();
    }
    matches && claimed.is_some()
}

fn mac(secret: &SecretString, connection: ConnectionId) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
        .expect("HMAC takes keys of any length");
    mac.update(PURPOSE);
    mac.update(connection.uuid().as_bytes());
    mac
}
