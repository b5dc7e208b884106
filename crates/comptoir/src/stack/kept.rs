//! Small files: written as a whole or not at all, secrets for nobody else's eyes.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use anyhow::Context as _;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

/// Randomness in a generated secret.
const SECRET_BYTES: usize = 32;

/// A folder that only we may look into.
pub(super) fn private_dir(dir: &Path) -> anyhow::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder
        .create(dir)
        .with_context(|| format!("cannot make folder {}", dir.display()))
}

/// Replaces a file, readable for us alone, so that a reader sees the old text or the new one.
pub(super) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let beside = path.with_extension("new");
    let attempt = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    attempt().with_context(|| format!("cannot write {}", path.display()))
}

/// The file's text; `None` if there is no such file.
pub(super) fn read(path: &Path) -> anyhow::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// A password that is safe in a URL, made at first use.
pub(super) fn password(path: &Path) -> anyhow::Result<String> {
    secret(path, |bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// A key in standard base64, made at first use.
pub(super) fn key(path: &Path) -> anyhow::Result<String> {
    secret(path, |bytes| BASE64_STANDARD.encode(bytes))
}

/// Random text for a secret that the caller keeps.
pub(crate) fn random_text() -> anyhow::Result<String> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(random_bytes()?))
}

fn secret(path: &Path, encode: impl Fn(&[u8]) -> String) -> anyhow::Result<String> {
    if let Some(secret) = read(path)? {
        return Ok(secret.trim().to_owned());
    }
    let secret = encode(&random_bytes()?);
    write(path, &secret)?;
    Ok(secret)
}

fn random_bytes() -> anyhow::Result<[u8; SECRET_BYTES]> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).context("the system gives no randomness")?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_secret_is_made_once_and_for_us_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        let first = key(&path).unwrap();
        assert_eq!(key(&path).unwrap(), first);
        assert_eq!(BASE64_STANDARD.decode(&first).unwrap().len(), SECRET_BYTES);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_ne!(password(&dir.path().join("other")).unwrap(), first);
    }
}
