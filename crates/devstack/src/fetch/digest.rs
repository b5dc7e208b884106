use std::{fs::File, io::Read as _, path::Path};

use sha2::{Digest as _, Sha256};

use crate::{Error, at::At as _, files, secrets};

const CHUNK_BYTES: usize = 64 * 1024;

/// Refuses, and removes, a file that is not the pinned one.
pub(super) fn check(path: &Path, pinned: &str) -> Result<(), Error> {
    let mut file = File::open(path).at("open", path)?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match file.read(&mut chunk).at("read", path)? {
            0 => break,
            len => hash.update(&chunk[..len]),
        }
    }
    let found = secrets::hex(&hash.finalize());
    if found == pinned {
        return Ok(());
    }
    files::remove_file_if_there(path)?;
    Err(Error::HashMismatch {
        file: path
            .file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned(),
        pinned: pinned.to_owned(),
        found,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the three bytes "abc".
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn the_pinned_file_is_taken_and_any_other_refused_and_removed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("some.whl");
        std::fs::write(&path, "abc").unwrap();
        check(&path, ABC).unwrap();
        std::fs::write(&path, "abd").unwrap();
        let error = check(&path, ABC).unwrap_err();
        assert!(
            matches!(&error, Error::HashMismatch { file, pinned, .. } if file == "some.whl" && pinned == ABC)
        );
        assert!(!path.exists());
    }
}
