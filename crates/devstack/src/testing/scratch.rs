use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
    sync::Once,
};

use nix::{errno::Errno, sys::signal::kill, unistd::Pid};

use crate::{
    Error, at::At as _, files, lock::DirLock, nats, postgres, secrets, unprivileged::ServerUser,
};

const PREFIX: &str = "comptoir-test-";
/// Bytes of randomness in a folder's name.
const NAME_BYTES: usize = 4;
/// Used when the temporary folder is closed to the servers' user.
const OTHER_TEMP: &str = "/var/tmp";

/// A folder for one test's server, named after our process. Removed when dropped, by the server's
/// keeper when we die, and by a later process when that died, too.
#[derive(Debug)]
pub(super) struct Scratch {
    path: PathBuf,
    /// Shows processes that do not see our pid that we live.
    _lock: DirLock,
}

impl Scratch {
    pub(super) fn new(user: Option<ServerUser>) -> Result<Self, Error> {
        static SWEPT: Once = Once::new();
        let parent = parent(user)?;
        SWEPT.call_once(|| sweep(&parent));
        let random = secrets::random_hex::<NAME_BYTES>()?;
        let path = parent.join(format!("{PREFIX}{}-{random}", process::id()));
        files::make_dir_of_ours(&path, 0o711)?;
        let lock = DirLock::take(&path)?;
        Ok(Self { path, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind is swept by a later run.
        let _ = files::remove_dir_if_there(&self.path);
    }
}

fn parent(user: Option<ServerUser>) -> Result<PathBuf, Error> {
    let temp = env::temp_dir();
    let parent = match user {
        Some(user) if !user.can_reach(&temp) => PathBuf::from(OTHER_TEMP),
        Some(_) | None => temp,
    };
    parent.canonicalize().at("find", &parent)
}

/// Removes the folders of dead processes, with the servers that may still run in them. Whatever
/// cannot be removed, another user's for instance, is left alone.
fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let is_dead = entry
            .file_name()
            .to_str()
            .and_then(owner)
            .is_some_and(is_dead);
        // Taking the lock fails while the owner lives, be it where we do not see its pid.
        if is_dead && DirLock::take(&path).is_ok() {
            let _ = postgres::stop_orphan(&path.join("postgres"));
            let _ = nats::stop_orphan(&path.join("nats"));
            let _ = files::remove_dir_if_there(&path);
        }
    }
}

fn owner(name: &str) -> Option<i32> {
    let (pid, _) = name.strip_prefix(PREFIX)?.split_once('-')?;
    pid.parse().ok().filter(|pid| *pid > 1)
}

fn is_dead(pid: i32) -> bool {
    kill(Pid::from_raw(pid), None) == Err(Errno::ESRCH)
}
