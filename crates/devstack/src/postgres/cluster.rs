use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use nix::sys::signal::Signal;
use secrecy::{ExposeSecret as _, SecretString};

use super::{NAME, SUPERUSER, Sizing, find::Binaries, home, init::init, psql, settings::settings};
use crate::{
    Error, Observer, Port, Step,
    at::At as _,
    files, orphan,
    server::{Ending, Launch, Server, start_patiently},
    unprivileged::ServerUser,
};

/// A fast shutdown writes all to disk; an immediate one leaves that to the next start.
const ENDING: Ending = Ending {
    ask: Signal::SIGINT,
    insist: Signal::SIGQUIT,
};
/// What nobody will read again needs no writing to disk.
const SCRATCH_ENDING: Ending = Ending {
    ask: Signal::SIGQUIT,
    insist: Signal::SIGKILL,
};

/// After a crash the processes of the old server take a moment to notice and go.
const PASSING: [&str; 3] = [
    "Address already in use",
    "pre-existing shared memory block",
    "lock file \"postmaster.pid\" already exists",
];

/// Where a cluster lives and as whom.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Holds `data`, and `password` beside it so that the two stay together.
    pub(crate) home: PathBuf,
    pub(crate) log: PathBuf,
    pub(crate) user: Option<ServerUser>,
    /// The folder to remove at the end, for data that nobody will read again.
    pub(crate) scratch: Option<PathBuf>,
}

/// One PostgreSQL cluster, running or crashed.
#[derive(Debug)]
pub(crate) struct Cluster {
    binaries: Binaries,
    place: Place,
    sizing: Sizing,
    password: SecretString,
    port: Port,
    /// `None` after a crash or a stop.
    server: Mutex<Option<Server>>,
}

impl Cluster {
    /// Starts a cluster, making it first if need be.
    pub(crate) fn start(
        binaries: Binaries,
        place: Place,
        sizing: Sizing,
        password: SecretString,
        observer: &Observer,
    ) -> Result<Self, Error> {
        let began = Instant::now();
        observer.tell(&Step::Found {
            server: NAME,
            version: binaries.version,
        });
        if let Some(pid) = stop_orphan(&place.home)? {
            observer.tell(&Step::OrphanStopped { server: NAME, pid });
        }
        if home::made_by(&place.home)?.is_none() {
            observer.tell(&Step::Initialising);
            let durable = place.scratch.is_none();
            init(&binaries, &place.home, place.user, &password, durable)?;
        }
        let (port, server) = start_patiently(&PASSING, || {
            let port = Port::any()?;
            let server = start_on(&port, &binaries, &place, sizing)?;
            Ok((port, server))
        })?;
        let cluster = Self {
            binaries,
            place,
            sizing,
            password,
            port,
            server: Mutex::new(Some(server)),
        };
        // Asked as everybody asks: over TCP, with the password.
        cluster.query("postgres", "select 1")?;
        observer.tell(&Step::Ready {
            server: NAME,
            after: began.elapsed(),
        });
        Ok(cluster)
    }

    /// Makes a database of this name unless there is one. The name is not escaped.
    pub(crate) fn ensure_database(&self, name: &str) -> Result<(), Error> {
        let script = format!(
            "select 'create database {name}' \
             where not exists (select from pg_catalog.pg_database where datname = '{name}') \\gexec\n"
        );
        self.query("postgres", &script).map(drop)
    }

    /// Runs a script as the superuser.
    pub(crate) fn query(&self, database: &str, script: &str) -> Result<String, Error> {
        psql::run(
            &self.binaries,
            self.port.number(),
            &self.password,
            database,
            script,
        )
    }

    /// The superuser's URL of a database, password included.
    pub(crate) fn url(&self, database: &str) -> SecretString {
        SecretString::from(format!(
            "postgres://{SUPERUSER}:{}@127.0.0.1:{}/{database}",
            self.password.expose_secret(),
            self.port.number()
        ))
    }

    pub(crate) fn data(&self) -> PathBuf {
        home::data(&self.place.home)
    }

    /// The postmaster's pid; `None` after a crash or a stop.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.server().as_ref().map(Server::pid)
    }

    /// An error if the server has ended by itself.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.server().as_mut().map_or(Ok(()), Server::check)
    }

    /// Ends the server as a crash would.
    pub(crate) fn kill(&self) {
        if let Some(mut server) = self.server().take() {
            server.kill();
        }
    }

    /// Starts the server again on the same port and data, stopping it first if it runs.
    pub(crate) fn restart(&self) -> Result<(), Error> {
        let mut server = self.server();
        drop(server.take());
        *server = Some(start_patiently(&PASSING, || {
            start_on(&self.port, &self.binaries, &self.place, self.sizing)
        })?);
        Ok(())
    }

    pub(crate) fn stop(&self) {
        drop(self.server().take());
    }

    fn server(&self) -> MutexGuard<'_, Option<Server>> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stops a server that outlived its owner in this home.
pub(crate) fn stop_orphan(home: &Path) -> Result<Option<i32>, Error> {
    orphan::stop(&pid_file(home), &home::data(home), ENDING)
}

fn start_on(
    port: &Port,
    binaries: &Binaries,
    place: &Place,
    sizing: Sizing,
) -> Result<Server, Error> {
    let data = home::data(&place.home);
    heal_pid_file(&place.home)?;
    let mut arguments: Vec<OsString> = vec!["-D".into(), data.into()];
    for (name, value) in settings(port.number(), sizing) {
        arguments.extend(["-c".into(), format!("{name}={value}").into()]);
    }
    let launch = Launch {
        name: NAME,
        program: binaries.postgres(),
        arguments,
        user: place.user,
        log: place.log.clone(),
        ending: if place.scratch.is_some() {
            SCRATCH_ENDING
        } else {
            ENDING
        },
        then_remove: place.scratch.clone(),
    };
    Server::start(&launch, |pid| is_ready(&place.home, pid))
}

/// As `pg_ctl` does: the server's pid in the first line, its state in the eighth.
fn is_ready(home: &Path, pid: u32) -> bool {
    let Ok(text) = fs::read_to_string(pid_file(home)) else {
        return false;
    };
    let mut lines = text.lines();
    lines.next().and_then(|line| line.trim().parse().ok()) == Some(pid)
        && lines.nth(6).is_some_and(|state| state.trim() == "ready")
}

/// After a crash `postmaster.pid` may name a pid that another process has by now, and PostgreSQL
/// would refuse to start. The file must stay, for it also names the shared memory by which
/// PostgreSQL finds out whether processes of the old server still run. So the pid in it becomes
/// ours: a server passes over the pid of its parent.
fn heal_pid_file(home: &Path) -> Result<(), Error> {
    let path = pid_file(home);
    if let Some(text) = files::read_if_there(&path)?
        && let Some((_, rest)) = text.split_once('\n')
    {
        let healed = format!("{}\n{rest}", std::process::id());
        fs::write(&path, healed).at("heal", &path)?;
    }
    Ok(())
}

fn pid_file(home: &Path) -> PathBuf {
    home::data(home).join("postmaster.pid")
}
