//! Values sealed before they leave the process: raw deliveries, customers' data, shops' credentials.
//!
//! XChaCha20-Poly1305 with a random nonce. Sealed bytes are
//! `version (1 byte) | key id (1) | nonce (24) | ciphertext and tag (plain + 16)`.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{KeyInit as _, Tag, XChaCha20Poly1305, XNonce};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretBox};

use crate::settings::{SettingError, Settings};

/// The secret setting that holds the keys.
pub const KEY: &str = "COMPTOIR_SEAL_KEY";

/// Sealed bytes are this much longer than what is in them.
pub const OVERHEAD_BYTES: usize = HEADER_BYTES + TAG_BYTES;

const VERSION: u8 = 1;
const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const HEADER_BYTES: usize = 2 + NONCE_BYTES;

/// The id of a key given without one.
const ONLY_KEY_ID: u8 = 0;

/// The keys of this installation: one that seals, and the older ones that still open.
pub struct Keyring {
    current: u8,
    keys: BTreeMap<u8, SecretBox<[u8; KEY_BYTES]>>,
}

/// Why there is no keyring. Never shows a key.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// The setting cannot be read.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// One entry is neither `key` alone nor `id:key`, with id 0 to 255 and key the base64 of 32 bytes.
    #[error(
        "entry {position} of setting {KEY} is not the base64 of {KEY_BYTES} bytes, or id:base64 with an id of 0 to 255"
    )]
    Malformed {
        /// Which entry, from 1.
        position: usize,
    },
    /// Two entries have the same id.
    #[error("setting {KEY} has two keys with id {id}")]
    SameId {
        /// The id.
        id: u8,
    },
    /// The operating system gives no randomness.
    #[error("the operating system gives no randomness")]
    NoRandomness(#[source] getrandom::Error),
}

/// Why sealed bytes do not open. None of these goes away by trying again.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SealError {
    /// Shorter than anything ever sealed.
    #[error("sealed value is truncated")]
    Truncated,
    /// Sealed by a later program, or not sealed at all.
    #[error("sealed value has unknown version {0}")]
    UnknownVersion(u8),
    /// Sealed with a key that is not in the ring.
    #[error("sealed value needs key {0}, which is not in the keyring")]
    UnknownKey(u8),
    /// Altered, sealed for another purpose, or sealed with another key under the same id.
    #[error("sealed value does not open: altered, or sealed for another purpose")]
    Rejected,
}

impl Keyring {
    /// The keys in setting `COMPTOIR_SEAL_KEY`: the base64 of 32 bytes, or for rotation several `id:base64`
    /// separated by commas, of which the first one seals.
    pub fn from_settings(settings: &Settings) -> Result<Self, KeyringError> {
        Self::parse(settings.secret(KEY)?.expose_secret())
    }

    fn parse(text: &str) -> Result<Self, KeyringError> {
        // Sealing cannot report a lack of randomness, so it is found out here. Once it answers, it answers for good.
        getrandom::fill(&mut [0; NONCE_BYTES]).map_err(KeyringError::NoRandomness)?;

        let mut current = None;
        let mut keys = BTreeMap::new();
        for (index, entry) in text.split(',').enumerate() {
            let position = index + 1;
            let (id, key) = parse_entry(entry).ok_or(KeyringError::Malformed { position })?;
            current.get_or_insert(id);
            if keys.insert(id, key).is_some() {
                return Err(KeyringError::SameId { id });
            }
        }
        let current = current.ok_or(KeyringError::Malformed { position: 1 })?;
        Ok(Self { current, keys })
    }

    /// Seals `plain` with the current key. Opens only with the same `aad`: say in it what the value is and whose.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        reason = "each expectation is met: see its text"
    )]
    pub fn seal(&self, aad: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).expect("the random source answered when the keyring was made");

        let mut sealed = Vec::with_capacity(plain.len() + OVERHEAD_BYTES);
        sealed.extend_from_slice(&[VERSION, self.current]);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let tag = self
            .cipher(self.current)
            .expect("the current key is one of the keys")
            .encrypt_inout_detached(
                &XNonce::from(nonce),
                aad,
                (&mut sealed[HEADER_BYTES..]).into(),
            )
            .expect("no value in memory reaches the cipher's limit of 256 GiB");
        sealed.extend_from_slice(&tag);
        sealed
    }

    /// Opens what [`Keyring::seal`] sealed with the same `aad`, with whichever key it was.
    pub fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (&version, rest) = sealed.split_first().ok_or(SealError::Truncated)?;
        if version != VERSION {
            return Err(SealError::UnknownVersion(version));
        }
        let (&id, rest) = rest.split_first().ok_or(SealError::Truncated)?;
        let (nonce, rest) = rest
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(SealError::Truncated)?;
        let (ciphertext, tag) = rest
            .split_last_chunk::<TAG_BYTES>()
            .ok_or(SealError::Truncated)?;
        let cipher = self.cipher(id).ok_or(SealError::UnknownKey(id))?;

        let mut plain = ciphertext.to_vec();
        cipher
            .decrypt_inout_detached(
                &XNonce::from(*nonce),
                aad,
                plain.as_mut_slice().into(),
                &Tag::from(*tag),
            )
            .map_err(|_| SealError::Rejected)?;
        Ok(plain)
    }

    fn cipher(&self, id: u8) -> Option<XChaCha20Poly1305> {
        let key = self.keys.get(&id)?;
        Some(XChaCha20Poly1305::new(key.expose_secret().into()))
    }
}

/// Shows the ids, never a key.
impl fmt::Debug for Keyring {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Keyring")
            .field("current", &self.current)
            .field("ids", &self.keys.keys())
            .finish_non_exhaustive()
    }
}

fn parse_entry(entry: &str) -> Option<(u8, SecretBox<[u8; KEY_BYTES]>)> {
    let (id, text) = match entry.split_once(':') {
        Some((id, text)) => (id.trim().parse().ok()?, text.trim()),
        None => (ONLY_KEY_ID, entry.trim()),
    };
    let bytes = Zeroizing::new(STANDARD.decode(text).ok()?);
    let key: &[u8; KEY_BYTES] = bytes.as_slice().try_into().ok()?;
    Some((
        id,
        SecretBox::init_with_mut(|empty: &mut [u8; KEY_BYTES]| empty.copy_from_slice(key)),
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn base64_of(byte: u8) -> String {
        STANDARD.encode([byte; KEY_BYTES])
    }

    fn ring() -> Keyring {
        Keyring::parse(&format!("7:{}", base64_of(7))).unwrap()
    }

    proptest! {
        #[test]
        fn whatever_is_sealed_opens_with_the_same_aad_only(
            plain in prop::collection::vec(any::<u8>(), 0..300),
            aad in prop::collection::vec(any::<u8>(), 0..40),
            other in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let ring = ring();
            let sealed = ring.seal(&aad, &plain);
            prop_assert_eq!(sealed.len(), plain.len() + OVERHEAD_BYTES);
            prop_assert_eq!(ring.open(&aad, &sealed), Ok(plain));
            if other != aad {
                prop_assert_eq!(ring.open(&other, &sealed), Err(SealError::Rejected));
            }
        }

        #[test]
        fn any_flipped_bit_is_noticed(
            plain in prop::collection::vec(any::<u8>(), 0..64),
            position in any::<prop::sample::Index>(),
            bit in 0_u8..8,
        ) {
            let ring = ring();
            let mut sealed = ring.seal(b"aad", &plain);
            let position = position.index(sealed.len());
            sealed[position] ^= 1 << bit;
            prop_assert!(ring.open(b"aad", &sealed).is_err());
        }

        #[test]
        fn any_bytes_at_all_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(ring().open(b"aad", &bytes).is_err());
        }
    }

    #[test]
    fn every_truncation_is_refused() {
        let ring = ring();
        let sealed = ring.seal(b"aad", b"twelve bytes");
        for length in 0..OVERHEAD_BYTES {
            assert_eq!(
                ring.open(b"aad", &sealed[..length]),
                Err(SealError::Truncated),
                "{length}"
            );
        }
        for length in OVERHEAD_BYTES..sealed.len() {
            assert_eq!(
                ring.open(b"aad", &sealed[..length]),
                Err(SealError::Rejected),
                "{length}"
            );
        }
    }

    #[test]
    fn two_seals_of_one_value_differ() {
        let ring = ring();
        assert_ne!(ring.seal(b"", b"same"), ring.seal(b"", b"same"));
    }

    #[test]
    fn a_rotated_ring_opens_old_values_and_seals_with_the_new_key() {
        let old = ring();
        let both = Keyring::parse(&format!("8:{}, 7:{}", base64_of(8), base64_of(7))).unwrap();
        let new = Keyring::parse(&format!("8:{}", base64_of(8))).unwrap();

        let before = old.seal(b"aad", b"value");
        let after = both.seal(b"aad", b"value");
        assert_eq!(both.open(b"aad", &before).unwrap(), b"value");
        assert_eq!(new.open(b"aad", &after).unwrap(), b"value");
        assert_eq!(new.open(b"aad", &before), Err(SealError::UnknownKey(7)));
        assert_eq!(old.open(b"aad", &after), Err(SealError::UnknownKey(8)));
    }

    #[test]
    fn another_key_under_the_same_id_and_another_version_are_refused() {
        let sealed = ring().seal(b"aad", b"value");
        let impostor = Keyring::parse(&format!("7:{}", base64_of(9))).unwrap();
        assert_eq!(impostor.open(b"aad", &sealed), Err(SealError::Rejected));
        let mut later = sealed;
        later[0] = 2;
        assert_eq!(
            ring().open(b"aad", &later),
            Err(SealError::UnknownVersion(2))
        );
    }

    #[test]
    fn keys_come_from_a_secret_setting() {
        let settings = Settings::from_map([(KEY, base64_of(1))]);
        let ring = Keyring::from_settings(&settings).unwrap();
        assert_eq!(ring.open(b"", &ring.seal(b"", b"x")).unwrap(), b"x");
        assert_eq!(format!("{ring:?}"), "Keyring { current: 0, ids: [0], .. }");
        assert!(matches!(
            Keyring::from_settings(&Settings::default()),
            Err(KeyringError::Setting(SettingError::Missing { .. }))
        ));
    }

    #[test]
    fn malformed_keys_are_refused_without_quoting_them() {
        let good = base64_of(1);
        let short = STANDARD.encode([1; 31]);
        for (text, position) in [
            (short.clone(), 1),
            (format!("{good},"), 2),
            (format!("256:{good}"), 1),
            (format!("a:{good}"), 1),
            (format!("1:{good},2:{short}"), 2),
        ] {
            let error = Keyring::parse(&text).unwrap_err();
            assert!(
                matches!(error, KeyringError::Malformed { position: found } if found == position),
                "{text}: {error}"
            );
            assert!(!format!("{error} {error:?}").contains(&short));
        }
        assert!(matches!(
            Keyring::parse(&format!("1:{good},1:{}", base64_of(2))),
            Err(KeyringError::SameId { id: 1 })
        ));
    }
}
