use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use super::cluster::stop_orphan;
use crate::{Error, at::At as _, files, secrets, unprivileged::ServerUser};

/// Where the home goes when it cannot lie in the project. Unlike `/tmp` it outlives a reboot.
const SHARED: &str = "/var/tmp";
/// Bytes of a path's hash in the name of a home out there.
const NAME_BYTES: usize = 8;

/// Makes the folder of a cluster and returns its real path. It is `<dir>/postgres`, unless the
/// server's user cannot look into `dir`: then that is a link to `/var/tmp/comptoir-<hash of dir>`.
/// Whoever removes `dir` has removed the data: without the link, what lies out there is cleared.
pub(crate) fn prepare(dir: &Path, user: Option<ServerUser>) -> Result<PathBuf, Error> {
    let here = dir.join("postgres");
    let away = Path::new(SHARED).join(away_name(dir));
    let is_linked = fs::read_link(&here).is_ok_and(|target| target == away);
    let is_reachable = user.is_none_or(|user| user.can_reach(dir));
    if !is_linked && here.is_symlink() {
        // A copy of another project's folder: those data are not ours.
        files::remove_file_if_there(&here)?;
    }
    if is_linked || (!is_reachable && !here.exists()) {
        if !is_linked && away.exists() {
            files::make_dir_of_ours(&away, mode(user))?;
            stop_orphan(&away)?;
            files::remove_dir_if_there(&away)?;
        }
        files::make_dir_of_ours(&away, mode(user))?;
        if !is_linked {
            symlink(&away, &here).at("make the link", &here)?;
        }
        return Ok(away);
    }
    files::make_dir(&here, mode(user))?;
    here.canonicalize().at("find", &here)
}

/// The major version that made the data in a home; `None` if there are none yet.
pub(crate) fn made_by(home: &Path) -> Result<Option<u32>, Error> {
    let text = files::read_if_there(&data(home).join("PG_VERSION"))?;
    Ok(text.and_then(|text| text.trim().parse().ok()))
}

pub(super) fn data(home: &Path) -> PathBuf {
    home.join("data")
}

/// Another user who runs the server must pass through, without seeing what lies there.
fn mode(user: Option<ServerUser>) -> u32 {
    if user.is_some() { 0o711 } else { 0o700 }
}

fn away_name(dir: &Path) -> String {
    let hash = Sha256::digest(dir.as_os_str().as_encoded_bytes());
    format!("comptoir-{}", secrets::hex(&hash[..NAME_BYTES]))
}
