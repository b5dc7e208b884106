use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use devstack::{Devstack, GivenNats, NatsConfig, NatsUser, Port};
use secrecy::{ExposeSecret as _, SecretString};
use service::access::{Authorized, Bearer};
use service::clock::{Clock as _, SystemClock};
use tonic::transport::Endpoint;

use super::environment::{Environment, Servers, operator_token};
use super::ports::Ports;
use super::process::Launch;
use super::slot::Slot;
use super::supervisor::Supervisor;
use super::{
    Connection, Observer, Outlet, Part, Retailer, Running, Seed, SeedConnection, StackOptions,
    State, kept,
};
use crate::services::{self, Kind, Service};

/// How long the services may take to become ready.
const READY_DEADLINE: Duration = Duration::from_mins(1);
/// How often their readiness is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A running system: servers and services as processes of their own. Dropping it stops them.
///
/// Everything here blocks; from async code call it on a blocking thread.
#[derive(Debug)]
pub struct Stack {
    dir: PathBuf,
    state: State,
    shutdown_deadline: Duration,
    parts: Arc<Parts>,
    supervisor: Option<Supervisor>,
    /// Where its services listen, now or after a restart: no other stack is to be given them.
    _ports: Vec<Port>,
}

/// What the supervisor shares with the stack.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) servers: Devstack,
    slots: Mutex<BTreeMap<Service, Slot>>,
    /// Servers killed on purpose, which stay down.
    held: Mutex<Vec<Part>>,
}

impl Stack {
    /// Starts everything and returns when every service is ready.
    pub fn start(options: StackOptions) -> anyhow::Result<Self> {
        fs::create_dir_all(&options.dir)
            .with_context(|| format!("cannot make folder {}", options.dir.display()))?;
        let dir = options
            .dir
            .canonicalize()
            .context("cannot find the stack's folder")?;
        kept::private_dir(&dir.join("secrets"))?;
        kept::private_dir(&dir.join("log"))?;
        let devstack = start_servers(&dir, &options)?;
        // Only now: until the lock is ours, the files may be another stack's.
        if let Some(seed) = &options.seed {
            seed.write(&dir.join("seed.toml"))?;
        }
        let seed = Seed::read(&dir.join("seed.toml"))?.context("there is no seed.toml")?;
        let (ports, held_ports) = Ports::of(&dir)?;
        let servers = servers(&devstack, &options)?;
        // Every platform has its place on the broker; only who has shops to listen to runs.
        let services = needed(&seed);
        let state = state(&seed, &services, &ports, &servers)?;
        let shared = Arc::new(Parts {
            servers: devstack,
            slots: Mutex::new(BTreeMap::new()),
            held: Mutex::new(given(&options)),
        });
        // From here on an early return stops what was started.
        let mut stack = Self {
            dir: dir.clone(),
            state,
            shutdown_deadline: options.shutdown_deadline,
            parts: shared,
            supervisor: None,
            _ports: held_ports,
        };
        let environment = Environment {
            options: &options,
            dir: &dir,
            servers: &servers,
            ports: &ports,
        };
        for service in Service::ALL {
            let launch = Launch {
                program: options.program.clone(),
                service,
                settings: environment.of(service)?,
                log: dir.join("log").join(format!("{}.log", service.name())),
            };
            options
                .observer
                .tell(&format!("bringing {} up to date", service.name()));
            launch.migrate(environment.admin(service)?)?;
            if !services.contains(&service) {
                continue;
            }
            let mut slot = Slot::new(launch, ports.http(service)?);
            slot.start()?;
            stack.parts.slots().insert(service, slot);
        }
        options
            .observer
            .tell("waiting until every service is ready");
        stack.wait_until_ready(READY_DEADLINE)?;
        stack.state.write(&dir)?;
        options.observer.tell(Observer::READY);
        if options.supervise {
            stack.supervisor = Some(Supervisor::start(
                Arc::clone(&stack.parts),
                options.observer,
            ));
        }
        Ok(stack)
    }

    /// The folder of the stack, as its real path.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What `stack.json` says.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Where the shop of a connection sends deliveries. `None`: there is no such connection.
    #[must_use]
    pub fn hook_url(&self, connection: &str) -> Option<&str> {
        let mut connections = self.state.connections.iter();
        let found = connections.find(|known| known.id == connection)?;
        Some(&found.hook_url)
    }

    #[must_use]
    pub fn grpc_url(&self) -> &str {
        &self.state.grpc_url
    }

    /// What the operator calls its services with.
    pub fn operator_token(&self) -> anyhow::Result<SecretString> {
        operator_token(&self.dir)
    }

    /// Puts that on calls.
    pub fn operator(&self) -> anyhow::Result<Bearer> {
        Bearer::new(&self.operator_token()?)
            .context("the operator's token cannot stand in a header")
    }

    /// The way to one of its services, as the operator. Connects when it is first used.
    pub fn as_operator(&self, url: &str) -> anyhow::Result<Authorized> {
        let endpoint = Endpoint::from_shared(url.to_owned())?;
        Ok(self.operator()?.on(endpoint.connect_lazy()))
    }

    /// The way to its ledger, as the operator.
    pub fn ledger(&self) -> anyhow::Result<Authorized> {
        self.as_operator(self.grpc_url())
    }

    /// The administrator's, password included.
    #[must_use]
    pub fn admin_database_url(&self) -> &str {
        &self.state.admin_database_url
    }

    /// The broker as one of the users of `bus::permission`.
    pub fn nats_options(&self, user: &str) -> anyhow::Result<bus::Options> {
        let password = self.parts.servers.nats_password(user);
        Ok(bus::Options {
            url: self.state.nats_url.clone(),
            user: user.to_owned(),
            password: password.with_context(|| format!("no password for broker user {user}"))?,
            name: "comptoir".to_owned(),
        })
    }

    /// The process of a part; `None` while it is down, or from outside.
    #[must_use]
    pub fn pid(&self, part: Part) -> Option<u32> {
        let servers = &self.parts.servers;
        match part {
            Part::Broker => servers.pids().nats,
            Part::Database => servers.pids().postgres,
            Part::Ingest | Part::Ledger => self.parts.slot(part, Slot::pid).flatten(),
        }
    }

    /// Ends a part as a crash would (SIGKILL). It stays down until [`Stack::restart`].
    pub fn kill(&self, part: Part) -> anyhow::Result<()> {
        let servers = &self.parts.servers;
        self.parts.hold(part);
        match part {
            Part::Broker => servers.kill_nats()?,
            Part::Database => servers.kill_postgres()?,
            Part::Ingest | Part::Ledger => {
                self.parts.slot(part, Slot::kill);
            }
        }
        Ok(())
    }

    /// Starts a part again with the same ports and data, stopping it first if it runs. Servers are
    /// ready when this returns; for services see [`Stack::wait_until_ready`].
    pub fn restart(&self, part: Part) -> anyhow::Result<()> {
        let servers = &self.parts.servers;
        match part {
            Part::Broker => servers.restart_nats()?,
            Part::Database => servers.restart_postgres()?,
            Part::Ingest | Part::Ledger => {
                let patience = self.shutdown_deadline;
                let started = self.parts.slot(part, |slot| {
                    slot.stop(patience);
                    slot.start()
                });
                started.transpose()?;
            }
        }
        self.parts.release(part);
        Ok(())
    }

    /// Waits until every service that is not held down is ready.
    pub fn wait_until_ready(&self, patience: Duration) -> anyhow::Result<()> {
        let begin = Instant::now();
        let deadline = begin + patience;
        loop {
            let missing = self.parts.missing();
            let Some((service, reason, said)) = missing else {
                return Ok(());
            };
            let comes_back = self.supervisor.is_some() || !self.parts.has_ended(service);
            if Instant::now() > deadline || !comes_back {
                bail!(
                    "{} is not ready after {} s: {reason}\nits log ends:\n{said}",
                    service.name(),
                    begin.elapsed().as_secs()
                );
            }
            thread::sleep(LOOK_EVERY);
        }
    }

    /// Stops everything, services first, each after what it has in flight.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        State::remove(&self.dir);
        // It ends before the services do, so that it starts none of them again.
        self.supervisor = None;
        let patience = self.shutdown_deadline;
        for (_, slot) in self.parts.slots().iter_mut().rev() {
            slot.stop(patience);
        }
    }
}

impl Parts {
    pub(super) fn slots(&self) -> MutexGuard<'_, BTreeMap<Service, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_held(&self, part: Part) -> bool {
        self.held().contains(&part)
    }

    fn slot<T>(&self, part: Part, change: impl FnOnce(&mut Slot) -> T) -> Option<T> {
        self.slots().get_mut(&part.service()?).map(change)
    }

    /// Whether its process has ended, by itself or not.
    fn has_ended(&self, service: Service) -> bool {
        self.slots()
            .get_mut(&service)
            .is_none_or(|slot| slot.pid().is_none())
    }

    fn held(&self) -> MutexGuard<'_, Vec<Part>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hold(&self, part: Part) {
        self.held().push(part);
    }

    fn release(&self, part: Part) {
        self.held().retain(|held| *held != part);
    }

    /// The first service that should be ready and is not, why, and the end of its log.
    fn missing(&self) -> Option<(Service, String, String)> {
        let mut slots = self.slots();
        slots.iter_mut().find_map(|(service, slot)| {
            if slot.is_held() {
                return None;
            }
            let reason = match slot.pid() {
                Some(_) => slot.readiness().reason()?,
                None => "it ended".to_owned(),
            };
            Some((*service, reason, slot.launch.log_tail()))
        })
    }
}

fn start_servers(dir: &Path, options: &StackOptions) -> anyhow::Result<Devstack> {
    let users = bus::permission::users(&services::platforms()?);
    let users = users
        .into_iter()
        .map(
            |bus::permission::User {
                 name,
                 publish,
                 subscribe,
             }| NatsUser {
                name,
                publish,
                subscribe,
                allow_responses: false,
            },
        )
        .collect();
    let mut devstack = devstack::Options::new(dir, NatsConfig::new(users));
    devstack.database_url.clone_from(&options.database_url);
    devstack.given_nats = options.broker.as_ref().map(|broker| GivenNats {
        url: broker.url.clone(),
        monitor_url: Some(broker.monitor_url.clone()),
    });
    if let Some(cache) = &options.cache {
        // Programs in it are run from another folder.
        let cache = std::path::absolute(cache).context("cannot tell where the cache is")?;
        devstack.search.cache.get_or_insert(cache);
    }
    let observer = options.observer.clone();
    devstack.observer = devstack::Observer::new(move |step| observer.tell(&step.to_string()));
    Ok(Devstack::start(&devstack)?)
}

fn servers(devstack: &Devstack, options: &StackOptions) -> anyhow::Result<Servers> {
    let devstack::Endpoints {
        database_url,
        nats_url,
        monitor_url,
        nats_passwords,
    } = devstack.endpoints();
    let nats_passwords: BTreeMap<String, SecretString> = match &options.broker {
        Some(given) => given.passwords.clone(),
        None => nats_passwords,
    };
    Ok(Servers {
        database_url,
        nats_url,
        monitor_url: monitor_url.context("the broker's monitoring address is not known")?,
        nats_passwords,
    })
}

/// Servers from outside are nobody's to start again.
fn given(options: &StackOptions) -> Vec<Part> {
    let database = options.database_url.as_ref().map(|_| Part::Database);
    let broker = options.broker.as_ref().map(|_| Part::Broker);
    database.into_iter().chain(broker).collect()
}

/// The ledger, and who listens to the shops that there are.
fn needed(seed: &Seed) -> Vec<Service> {
    let is_needed = |service: &Service| match service.kind() {
        Kind::Ledger | Kind::Catalogue => true,
        Kind::Ingest(platform) => {
            let mut connections = seed.connections.iter();
            connections.any(|connection| connection.platform == platform)
        }
    };
    Service::ALL.into_iter().filter(is_needed).collect()
}

fn state(
    seed: &Seed,
    services: &[Service],
    ports: &Ports,
    servers: &Servers,
) -> anyhow::Result<State> {
    let running = |service: &Service| {
        Ok(Running {
            name: service.name().to_owned(),
            health_url: format!("http://{}/readyz", ports.http(*service)?),
            grpc_url: format!("http://{}", ports.grpc(*service)?),
        })
    };
    let connection = |connection: &SeedConnection| {
        let hooks_url = ports.hooks_url(&connection.platform)?;
        Ok(Connection {
            id: connection.id.to_string(),
            name: connection.platform.clone(),
            hook_url: format!("{hooks_url}/{}", connection.id),
        })
    };
    Ok(State {
        pid: i32::try_from(std::process::id()).context("a process id beyond measure")?,
        started_at: SystemClock.now(),
        grpc_url: format!("http://{}", ports.grpc(Service::Ledger)?),
        services: services
            .iter()
            .map(running)
            .collect::<anyhow::Result<_>>()?,
        nats_url: servers.nats_url.clone(),
        monitor_url: servers.monitor_url.clone(),
        admin_database_url: servers.database_url.expose_secret().to_owned(),
        retailers: seed
            .retailers
            .iter()
            .map(|retailer| Retailer {
                id: retailer.id.to_string(),
                name: retailer.name.clone(),
            })
            .collect(),
        outlets: seed
            .outlets
            .iter()
            .map(|outlet| Outlet {
                id: outlet.id.to_string(),
                name: outlet.name.clone(),
                time_zone: outlet.time_zone.clone(),
            })
            .collect(),
        connections: seed
            .connections
            .iter()
            .map(connection)
            .collect::<anyhow::Result<_>>()?,
    })
}
