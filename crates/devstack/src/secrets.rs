use std::{fmt::Write as _, path::Path};

use secrecy::{ExposeSecret as _, SecretString};

use crate::{Error, files};

/// Bytes of randomness in a generated password.
const PASSWORD_BYTES: usize = 24;

/// The password kept in a file that only we may read; made at first use.
pub(crate) fn kept(path: &Path) -> Result<SecretString, Error> {
    if let Some(text) = files::read_if_there(path)? {
        let text = text.trim();
        if !text.is_empty() {
            return Ok(SecretString::from(text));
        }
    }
    let password = generate()?;
    files::write_private(path, password.expose_secret())?;
    Ok(password)
}

/// A new password, of hexadecimal digits so that it needs no escaping anywhere.
pub(crate) fn generate() -> Result<SecretString, Error> {
    Ok(SecretString::from(random_hex::<PASSWORD_BYTES>()?))
}

/// A random name: twice as many hexadecimal digits as bytes.
pub(crate) fn random_hex<const BYTES: usize>() -> Result<String, Error> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(Error::Random)?;
    Ok(hex(&bytes))
}

pub(crate) fn random_u16() -> Result<u16, Error> {
    let mut bytes = [0; 2];
    getrandom::fill(&mut bytes).map_err(Error::Random)?;
    Ok(u16::from_ne_bytes(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
