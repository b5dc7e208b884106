use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::Timestamp;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

use super::kept;

/// What `stack.json` tells other commands about the running stack. It holds a password, and is
/// readable for us alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The process whose stack this is.
    pub pid: i32,
    pub started_at: Timestamp,
    pub grpc_url: String,
    pub services: Vec<Running>,
    pub nats_url: String,
    pub monitor_url: String,
    /// The administrator's, password included.
    pub admin_database_url: String,
    pub retailers: Vec<Retailer>,
    pub outlets: Vec<Outlet>,
    pub connections: Vec<Connection>,
}

/// A service, and where it answers for its health and to gRPC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    pub name: String,
    pub health_url: String,
    pub grpc_url: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retailer {
    pub id: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outlet {
    pub id: String,
    pub name: String,
    /// IANA name, for example "America/Toronto".
    pub time_zone: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    pub id: String,
    pub name: String,
    /// Where its shop sends deliveries.
    pub hook_url: String,
}

impl Running {
    pub(crate) fn address(&self) -> anyhow::Result<SocketAddr> {
        let url = &self.health_url;
        let authority = url
            .strip_prefix("http://")
            .and_then(|rest| rest.split('/').next());
        authority
            .and_then(|authority| authority.parse().ok())
            .with_context(|| format!("{url} is no address on this machine"))
    }
}

impl State {
    /// The running stack in one of these folders, the first that runs.
    pub fn find<'a>(dirs: impl IntoIterator<Item = &'a Path>) -> anyhow::Result<Option<Self>> {
        for dir in dirs {
            if let Some(state) = Self::read(dir)?
                && is_running(state.pid)
            {
                return Ok(Some(state));
            }
        }
        Ok(None)
    }

    pub(super) fn write(&self, dir: &Path) -> anyhow::Result<()> {
        kept::write(&path(dir), &serde_json::to_string_pretty(self)?)
    }

    pub(super) fn remove(dir: &Path) {
        // One that stays behind misleads nobody: its process is gone.
        let _ = fs::remove_file(path(dir));
    }

    fn read(dir: &Path) -> anyhow::Result<Option<Self>> {
        let path = path(dir);
        kept::read(&path)?
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .with_context(|| format!("{} is not a stack's state", path.display()))
    }
}

fn path(dir: &Path) -> PathBuf {
    dir.join("stack.json")
}

fn is_running(pid: i32) -> bool {
    pid > 0 && kill(Pid::from_raw(pid), None).is_ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn state(pid: i32) -> State {
        State {
            pid,
            started_at: "2026-11-21T19:50:52Z".parse().unwrap(),
            grpc_url: "http://127.0.0.1:20002".to_owned(),
            services: vec![Running {
                name: "ledger".to_owned(),
                health_url: "http://127.0.0.1:20003/readyz".to_owned(),
                grpc_url: "http://127.0.0.1:20002".to_owned(),
            }],
            nats_url: "nats://127.0.0.1:20004".to_owned(),
            monitor_url: "http://127.0.0.1:20005".to_owned(),
            admin_database_url: "postgres://postgres:secret@127.0.0.1:20006/comptoir".to_owned(),
            retailers: vec![Retailer {
                id: "r".to_owned(),
                name: "Shop".to_owned(),
            }],
            outlets: vec![Outlet {
                id: "o".to_owned(),
                name: "Montréal".to_owned(),
                time_zone: "America/Toronto".to_owned(),
            }],
            connections: vec![Connection {
                id: "c".to_owned(),
                name: "Web shop".to_owned(),
                hook_url: "http://127.0.0.1:20001/hooks/c".to_owned(),
            }],
        }
    }

    #[test]
    fn the_state_goes_to_the_file_and_back_for_us_alone() {
        let dir = tempfile::tempdir().unwrap();
        let ours = state(i32::try_from(std::process::id()).unwrap());
        ours.write(dir.path()).unwrap();
        let mode = fs::metadata(path(dir.path())).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let address = ours.services.first().unwrap().address().unwrap();
        assert_eq!(address.port(), 20_003);
        assert_eq!(State::find([dir.path()]).unwrap(), Some(ours));
        State::remove(dir.path());
        assert_eq!(State::find([dir.path()]).unwrap(), None);
    }

    #[test]
    fn a_stack_whose_process_is_gone_does_not_run() {
        let (gone, here) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut child = std::process::Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        state(i32::try_from(child.id()).unwrap())
            .write(gone.path())
            .unwrap();
        assert_eq!(State::find([gone.path()]).unwrap(), None);
        let ours = state(i32::try_from(std::process::id()).unwrap());
        ours.write(here.path()).unwrap();
        assert_eq!(State::find([gone.path(), here.path()]).unwrap(), Some(ours));
    }
}
