//! How somebody who was erased is known again, without a word of who it is.

use hmac::{Hmac, KeyInit as _, Mac as _};
use retail::{EmailKey, RetailerId};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretBox};
use sha2::Sha256;

const KEY_BYTES: usize = 32;

/// What is kept of an erased person's e-mail address.
pub type Mark = [u8; 32];

/// What marks are made with. Without it nobody can try addresses on them.
#[derive(Debug)]
pub struct ErasureKey(SecretBox<[u8; KEY_BYTES]>);

impl ErasureKey {
    #[must_use]
    pub fn of(bytes: &[u8; KEY_BYTES]) -> Self {
        Self(SecretBox::init_with_mut(|key: &mut [u8; KEY_BYTES]| {
            key.copy_from_slice(bytes);
        }))
    }

    /// A new one, drawn by chance.
    pub(crate) fn draw() -> Result<Zeroizing<[u8; KEY_BYTES]>, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(bytes.as_mut())?;
        Ok(bytes)
    }

    /// The same person has another mark with every retailer.
    #[must_use]
    pub fn mark(&self, retailer: RetailerId, email: &EmailKey) -> Mark {
        self.mark_of(retailer, email.as_str().as_bytes())
    }

    /// Of whatever says who somebody is.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "HMAC takes keys of every length")]
    pub fn mark_of(&self, retailer: RetailerId, who: &[u8]) -> Mark {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret())
            .expect("a key of any length is taken");
        mac.update(retailer.uuid().as_bytes());
        mac.update(who);
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_mark_is_of_one_address_one_retailer_and_one_key() {
        let email = |text| EmailKey::new(text).unwrap();
        let of = |number| RetailerId::new(Uuid::from_u128(number));
        let (one, other) = (ErasureKey::of(&[1; 32]), ErasureKey::of(&[2; 32]));
        let mark = one.mark(of(1), &email("Zoe@example.test"));
        assert_eq!(one.mark(of(1), &email("zoe@EXAMPLE.test")), mark);
        assert_ne!(one.mark(of(1), &email("zo@example.test")), mark);
        assert_ne!(one.mark(of(2), &email("zoe@example.test")), mark);
        assert_ne!(other.mark(of(1), &email("zoe@example.test")), mark);
    }
}
