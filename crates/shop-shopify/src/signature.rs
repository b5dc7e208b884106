//! HMAC-SHA256 under the app's client secret: what Shopify signs deliveries and addresses with.

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use shop::LiveSecrets;

/// Of an HMAC-SHA256.
pub(crate) const SIGNATURE_BYTES: usize = 32;

/// Whether one of the live secrets signs `message` so. While a secret is being replaced, Shopify signs
/// with the oldest that is not revoked.
///
/// Tries all of them, whatever is claimed and whether or not one matched already: the time taken says nothing.
pub(crate) fn is_signed(
    secrets: &LiveSecrets,
    message: &[u8],
    claimed: Option<[u8; SIGNATURE_BYTES]>,
) -> bool {
    let against = claimed.unwrap_or_default();
    let mut matches = false;
    for secret in secrets.iter() {
        matches |= signs(secret, message, &against);
    }
    matches && claimed.is_some()
}

fn signs(secret: &SecretString, message: &[u8], signature: &[u8; SIGNATURE_BYTES]) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
        .expect("HMAC takes keys of any length");
    mac.update(message);
    mac.verify_slice(signature).is_ok()
}
