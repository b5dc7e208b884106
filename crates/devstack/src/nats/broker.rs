use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use nix::sys::signal::Signal;
use secrecy::SecretString;

use super::{Binary, NAME, NatsConfig, config::Rendering};
use crate::{
    Error, Observer, Port, Step, files, http, orphan,
    server::{Ending, Launch, Server, start_patiently},
};

const ENDING: Ending = Ending {
    ask: Signal::SIGTERM,
    insist: Signal::SIGKILL,
};
/// What nobody will read again needs no care.
const SCRATCH_ENDING: Ending = Ending {
    ask: Signal::SIGKILL,
    insist: Signal::SIGKILL,
};

const PASSING: [&str; 1] = ["address already in use"];

/// Where a broker lives.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) home: PathBuf,
    pub(crate) log: PathBuf,
    /// The folder to remove at the end, for messages that nobody will read again.
    pub(crate) scratch: Option<PathBuf>,
}

/// One nats-server, running or crashed.
#[derive(Debug)]
pub(crate) struct Broker {
    binary: Binary,
    place: Place,
    config: NatsConfig,
    passwords: BTreeMap<String, SecretString>,
    ports: Ports,
    /// `None` after a crash or a stop.
    server: Mutex<Option<Server>>,
}

#[derive(Debug)]
struct Ports {
    client: Port,
    monitor: Port,
}

impl Broker {
    /// Starts a broker; `passwords` has one for each user of the configuration and the system's.
    pub(crate) fn start(
        binary: Binary,
        place: Place,
        config: NatsConfig,
        passwords: BTreeMap<String, SecretString>,
        observer: &Observer,
    ) -> Result<Self, Error> {
        let began = Instant::now();
        observer.tell(&Step::Found {
            server: NAME,
            version: binary.version,
        });
        files::make_dir(&place.home, 0o700)?;
        if let Some(pid) = stop_orphan(&place.home)? {
            observer.tell(&Step::OrphanStopped { server: NAME, pid });
        }
        let (ports, server) = start_patiently(&PASSING, || {
            let ports = Ports {
                client: Port::any()?,
                monitor: Port::any()?,
            };
            let server = start_on(&ports, &binary, &place, &config, &passwords)?;
            Ok((ports, server))
        })?;
        observer.tell(&Step::Ready {
            server: NAME,
            after: began.elapsed(),
        });
        Ok(Self {
            binary,
            place,
            config,
            passwords,
            ports,
            server: Mutex::new(Some(server)),
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.ports.client.number())
    }

    pub(crate) fn monitor_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.monitor.number())
    }

    /// The passwords of all users, the system's among them.
    pub(crate) fn passwords(&self) -> &BTreeMap<String, SecretString> {
        &self.passwords
    }

    /// `None` after a crash or a stop.
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

    /// Starts the server again on the same ports and store, stopping it first if it runs.
    pub(crate) fn restart(&self) -> Result<(), Error> {
        let mut server = self.server();
        drop(server.take());
        *server = Some(start_patiently(&PASSING, || {
            start_on(
                &self.ports,
                &self.binary,
                &self.place,
                &self.config,
                &self.passwords,
            )
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

/// Stops a server that outlived its owner in this home. Two on one store would ruin it, and
/// nats-server does not see to that.
pub(crate) fn stop_orphan(home: &Path) -> Result<Option<i32>, Error> {
    orphan::stop(&pid_file(home), &config_file(home), ENDING)
}

fn start_on(
    ports: &Ports,
    binary: &Binary,
    place: &Place,
    config: &NatsConfig,
    passwords: &BTreeMap<String, SecretString>,
) -> Result<Server, Error> {
    let rendering = Rendering {
        config,
        passwords,
        port: ports.client.number(),
        monitor_port: ports.monitor.number(),
        store: &place.home.join("store"),
        pid_file: &pid_file(&place.home),
    };
    let config_file = config_file(&place.home);
    files::write_private(&config_file, &rendering.render())?;
    let launch = Launch {
        name: NAME,
        program: binary.path.clone(),
        arguments: vec!["-c".into(), config_file.into()],
        user: None,
        log: place.log.clone(),
        ending: if place.scratch.is_some() {
            SCRATCH_ENDING
        } else {
            ENDING
        },
        then_remove: place.scratch.clone(),
    };
    // Healthy means that JetStream has recovered its store, too.
    Server::start(&launch, |_| http::is_ok(ports.monitor.number(), "/healthz"))
}

fn config_file(home: &Path) -> PathBuf {
    home.join("nats.conf")
}

fn pid_file(home: &Path) -> PathBuf {
    home.join("nats.pid")
}
