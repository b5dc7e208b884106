//! How large a packed file is when it is unpacked.

use std::fs::File;
use std::io::{self, Read as _};

use super::FileError;

/// All parts of a workbook together, in bytes: a million rows of two kilobytes each.
pub(super) const LIMIT_BYTES: u64 = 2 << 30;
/// The texts that its cells share, which are read into memory, in bytes.
const SHARED_LIMIT_BYTES: u64 = 256 << 20;
const SHARED: &str = "sharedStrings.xml";

/// Unpacks it once and keeps nothing: what a file says of its own sizes need not be true.
pub(super) fn check(file: &File) -> Result<(), FileError> {
    let mut archive = zip::ZipArchive::new(io::BufReader::new(file))?;
    let mut left = LIMIT_BYTES;
    for place in 0..archive.len() {
        let part = archive.by_index(place)?;
        let limit = if part.name()?.ends_with(SHARED) {
            left.min(SHARED_LIMIT_BYTES)
        } else {
            left
        };
        let size = io::copy(&mut part.take(limit.saturating_add(1)), &mut io::sink());
        let size = size.map_err(zip::result::ZipError::Io)?;
        if size > limit {
            return Err(FileError::UnpacksTooLarge(limit));
        }
        left -= size;
    }
    Ok(())
}
