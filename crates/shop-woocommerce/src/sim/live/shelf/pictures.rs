//! The shop's library of pictures.

use jiff::Timestamp;

use super::Shelf;
use crate::sim::live::api::Problem;

const ENDINGS: [&str; 5] = [".jpg", ".jpeg", ".png", ".gif", ".webp"];

#[derive(Clone, Debug)]
pub(in crate::sim::live) struct Picture {
    pub(in crate::sim::live) file: String,
    pub(in crate::sim::live) name: String,
    pub(in crate::sim::live) alt: String,
    pub(in crate::sim::live) added_at: Timestamp,
}

impl Shelf {
    /// Takes a copy of what is at an address, whether there is one of it already or not. Here nobody is asked: what ends as
    /// pictures do is one.
    pub(super) fn fetch(
        &mut self,
        url: &str,
        name: Option<&str>,
        alt: &str,
        now: Timestamp,
    ) -> Result<u64, Problem> {
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let file = path.rsplit('/').next().unwrap_or_default();
        let is_web = url.starts_with("http://") || url.starts_with("https://");
        if !is_web || !ENDINGS.iter().any(|ending| file.ends_with(ending)) {
            return Err(Problem::picture(
                "Invalid image: Sorry, you are not allowed to upload this file type.",
            ));
        }
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let id = self.id();
        let picture = Picture {
            file: file.to_owned(),
            name: name.unwrap_or(stem).to_owned(),
            alt: alt.to_owned(),
            added_at: now,
        };
        self.pictures.insert(id, picture);
        Ok(id)
    }

    pub(in crate::sim::live) fn picture(&self, id: u64) -> Option<&Picture> {
        self.pictures.get(&id)
    }
}
