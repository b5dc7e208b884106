//! Writes the reference of the API, `docs/api/comptoir/`, from the protos and their comments:
//! `cargo run -p proto --example reference`. Its test holds the committed pages against the protos.

mod comments;
mod page;
mod words;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use prost::Message as _;
use prost_types::FileDescriptorSet;

use page::Page;

/// Where the pages stand.
const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api");
/// What of the protos is ours, and the folder of the pages.
const OURS: &str = "comptoir";

/// Why there is no reference.
#[derive(Debug, thiserror::Error)]
enum ReferenceError {
    #[error("the descriptors cannot be decoded: {0}")]
    Descriptors(#[from] prost::DecodeError),
    /// buf cannot tell requests and answers from the messages that need one.
    #[error("{0} has no comment")]
    NoComment(String),
    #[error("{0} is defined inside another message, which the reference does not show")]
    Nested(String),
    #[error("{0} is nowhere defined")]
    Unknown(String),
    #[error("{0} cannot be read or written: {1}")]
    File(PathBuf, io::Error),
}

fn main() -> Result<(), ReferenceError> {
    let reference = Path::new(REFERENCE);
    let ours = reference.join(OURS);
    // Of a proto that is gone nothing is left.
    fs::remove_dir_all(&ours)
        .or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        })
        .map_err(|error| ReferenceError::File(ours, error))?;
    for (name, text) in pages()? {
        let path = reference.join(name);
        let folder = path.parent().unwrap_or(reference);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, text))
            .map_err(|error| ReferenceError::File(path, error))?;
    }
    Ok(())
}

/// Every page by its path under [`REFERENCE`].
fn pages() -> Result<BTreeMap<String, String>, ReferenceError> {
    let FileDescriptorSet { file: mut files } = FileDescriptorSet::decode(proto::DESCRIPTORS)?;
    files.sort_by(|one, other| one.name().cmp(other.name()));
    let places = page::places(&files)?;
    let ours = files.iter().filter(|file| file.name().starts_with(OURS));
    let pages: Vec<Page> = ours.map(|file| Page::new(file, &places)).collect();
    let mut texts = BTreeMap::from([(format!("{OURS}/README.md"), page::index(&pages))]);
    for page in pages {
        texts.insert(page::path(page.name()), page.text()?);
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_is_what_the_protos_say() {
        let asked = "the reference is out of date: cargo run -p proto --example reference";
        let mut there = committed(&Path::new(REFERENCE).join(OURS));
        for (name, text) in pages().unwrap() {
            let found = there.remove(&Path::new(REFERENCE).join(&name));
            assert!(found.as_ref() == Some(&text), "{asked} ({name})");
        }
        assert!(there.is_empty(), "{asked} ({:?})", there.keys());
    }

    fn committed(folder: &Path) -> BTreeMap<PathBuf, String> {
        let mut pages = BTreeMap::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pages.extend(committed(&path));
            } else {
                let text = fs::read_to_string(&path).unwrap();
                pages.insert(path, text);
            }
        }
        pages
    }
}
