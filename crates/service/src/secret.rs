//! New secrets: what opens a door for whoever has it.

use std::fmt::Write as _;

use secrecy::SecretString;

/// Of randomness in each.
const SECRET_BYTES: usize = 32;

/// A secret that was never given before and that nobody guesses: 64 hexadecimal digits.
///
/// # Panics
///
/// Where the operating system gives no randomness. A [`crate::seal::Keyring`] asks for it first.
#[must_use]
pub fn fresh() -> SecretString {
    let mut bytes = [0_u8; SECRET_BYTES];
    getrandom::fill(&mut bytes).expect("the random source answers for good once it has");
    let mut text = String::with_capacity(2 * SECRET_BYTES);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a string takes what is written to it");
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn no_two_secrets_are_the_same() {
        let (one, other) = (fresh(), fresh());
        assert_eq!(one.expose_secret().len(), 64);
        assert_ne!(one.expose_secret(), other.expose_secret());
    }
}
