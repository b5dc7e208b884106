use std::{
    os::unix::{fs::chown, process::CommandExt as _},
    path::Path,
    process::{Command, Stdio},
};

use nix::unistd::{User, geteuid};

use crate::{Error, at::At as _};

const NAME: &str = "nobody";

/// The user PostgreSQL runs as when we are root, which it refuses to be run as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ServerUser {
    uid: u32,
    gid: u32,
}

impl ServerUser {
    /// `None` when we are an ordinary user: then servers run as ourselves.
    pub(crate) fn needed() -> Result<Option<Self>, Error> {
        if !geteuid().is_root() {
            return Ok(None);
        }
        match User::from_name(NAME) {
            Ok(Some(user)) => Ok(Some(Self {
                uid: user.uid.as_raw(),
                gid: user.gid.as_raw(),
            })),
            Ok(None) | Err(_) => Err(Error::NoServerUser),
        }
    }

    /// Whether this user can pass through a folder; the kernel is asked.
    pub(crate) fn can_reach(self, dir: &Path) -> bool {
        let mut test = Command::new("sh");
        test.args(["-c", r#"test -x "$1""#, "sh"])
            .arg(dir)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        run_as(&mut test, Some(self));
        test.status().is_ok_and(|status| status.success())
    }

    /// Makes this user the owner of a path.
    pub(crate) fn own(self, path: &Path) -> Result<(), Error> {
        chown(path, Some(self.uid), Some(self.gid)).at("give away", path)
    }
}

/// Lets a command run as the user, without our groups.
pub(crate) fn run_as(command: &mut Command, user: Option<ServerUser>) {
    if let Some(ServerUser { uid, gid }) = user {
        command.uid(uid).gid(gid);
    }
}
