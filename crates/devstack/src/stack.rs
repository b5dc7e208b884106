use std::{
    collections::BTreeMap,
    panic,
    path::{Path, PathBuf},
    thread,
};

use secrecy::SecretString;

use crate::{
    Endpoints, Error, GivenNats, Options,
    at::At as _,
    attach,
    fetch::Cache,
    files,
    lock::DirLock,
    nats::{self, Broker},
    postgres::{self, Cluster, DATABASE},
    secrets,
    unprivileged::ServerUser,
};

/// A running PostgreSQL and nats-server. Dropping it stops both, as does the end of the process,
/// whatever ends it.
#[derive(Debug)]
pub struct Devstack {
    dir: PathBuf,
    postgres: Postgres,
    nats: Nats,
    /// Given back last.
    _lock: DirLock,
}

/// The processes that are ours; `None` for a server from outside, a stopped or a crashed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pids {
    pub postgres: Option<u32>,
    pub nats: Option<u32>,
}

#[derive(Debug)]
enum Postgres {
    Ours(Box<Cluster>),
    Given(SecretString),
}

#[derive(Debug)]
enum Nats {
    Ours(Box<Broker>),
    Given(GivenNats),
}

impl Devstack {
    /// Starts both servers side by side and returns when both answer. Blocks for about two seconds
    /// the first time, for less than one later.
    pub fn start(options: &Options) -> Result<Self, Error> {
        files::ensure_dir(&options.dir)?;
        let dir = options.dir.canonicalize().at("find", &options.dir)?;
        let lock = DirLock::take(&dir)?;
        files::remove_file_if_there(&attach::path(&dir))?;
        files::make_dir(&dir.join("secrets"), 0o700)?;
        files::make_dir(&dir.join("log"), 0o755)?;
        let (postgres, nats) = thread::scope(|scope| {
            let postgres = scope.spawn(|| start_postgres(&dir, options));
            let nats = start_nats(&dir, options);
            let postgres = postgres
                .join()
                .unwrap_or_else(|why| panic::resume_unwind(why));
            (postgres, nats)
        });
        let stack = Self {
            dir,
            postgres: postgres?,
            nats: nats?,
            _lock: lock,
        };
        stack.endpoints().write(&attach::path(&stack.dir))?;
        Ok(stack)
    }

    /// Stops what is ours and waits for its end.
    pub fn stop(self) {
        drop(self);
    }

    /// The folder of the stack, as its real path.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where PostgreSQL keeps its data; `None` for one from outside.
    #[must_use]
    pub fn data_dir(&self) -> Option<PathBuf> {
        match &self.postgres {
            Postgres::Ours(cluster) => Some(cluster.data()),
            Postgres::Given(_) => None,
        }
    }

    /// Where the servers answer, and the secrets they ask for.
    #[must_use]
    pub fn endpoints(&self) -> Endpoints {
        Endpoints {
            database_url: self.database_url(),
            nats_url: self.nats_url(),
            monitor_url: self.monitor_url(),
            nats_passwords: match &self.nats {
                Nats::Ours(broker) => broker.passwords().clone(),
                Nats::Given(_) => BTreeMap::new(),
            },
        }
    }

    /// The administrator's URL of the stack's database, password included.
    #[must_use]
    pub fn database_url(&self) -> SecretString {
        match &self.postgres {
            Postgres::Ours(cluster) => cluster.url(DATABASE),
            Postgres::Given(url) => url.clone(),
        }
    }

    #[must_use]
    pub fn nats_url(&self) -> String {
        match &self.nats {
            Nats::Ours(broker) => broker.url(),
            Nats::Given(GivenNats { url, .. }) => url.clone(),
        }
    }

    /// The broker's monitoring page; for one from outside only if it was told.
    #[must_use]
    pub fn monitor_url(&self) -> Option<String> {
        match &self.nats {
            Nats::Ours(broker) => Some(broker.monitor_url()),
            Nats::Given(GivenNats { monitor_url, .. }) => monitor_url.clone(),
        }
    }

    /// A broker user's password; `None` for an unknown user and for a broker from outside.
    #[must_use]
    pub fn nats_password(&self, user: &str) -> Option<SecretString> {
        match &self.nats {
            Nats::Ours(broker) => broker.passwords().get(user).cloned(),
            Nats::Given(_) => None,
        }
    }

    #[must_use]
    pub fn pids(&self) -> Pids {
        Pids {
            postgres: match &self.postgres {
                Postgres::Ours(cluster) => cluster.pid(),
                Postgres::Given(_) => None,
            },
            nats: match &self.nats {
                Nats::Ours(broker) => broker.pid(),
                Nats::Given(_) => None,
            },
        }
    }

    /// An error if a server of ours has ended by itself.
    pub fn check(&self) -> Result<(), Error> {
        if let Postgres::Ours(cluster) = &self.postgres {
            cluster.check()?;
        }
        match &self.nats {
            Nats::Ours(broker) => broker.check(),
            Nats::Given(_) => Ok(()),
        }
    }

    /// Runs a script on the stack's database as its administrator, with psql, and returns what that
    /// printed, unaligned, without headers.
    pub fn query(&self, script: &str) -> Result<String, Error> {
        self.our_postgres()?.query(DATABASE, script)
    }

    /// Ends PostgreSQL as a crash would (SIGKILL).
    pub fn kill_postgres(&self) -> Result<(), Error> {
        self.our_postgres().map(Cluster::kill)
    }

    /// Starts PostgreSQL again on the same port and data.
    pub fn restart_postgres(&self) -> Result<(), Error> {
        self.our_postgres()?.restart()
    }

    /// Ends nats-server as a crash would (SIGKILL).
    pub fn kill_nats(&self) -> Result<(), Error> {
        self.our_nats().map(Broker::kill)
    }

    /// Starts nats-server again on the same ports and store.
    pub fn restart_nats(&self) -> Result<(), Error> {
        self.our_nats()?.restart()
    }

    fn our_postgres(&self) -> Result<&Cluster, Error> {
        match &self.postgres {
            Postgres::Ours(cluster) => Ok(cluster),
            Postgres::Given(_) => Err(Error::NotOurServer {
                server: postgres::NAME,
            }),
        }
    }

    fn our_nats(&self) -> Result<&Broker, Error> {
        match &self.nats {
            Nats::Ours(broker) => Ok(broker),
            Nats::Given(_) => Err(Error::NotOurServer { server: nats::NAME }),
        }
    }
}

impl Drop for Devstack {
    fn drop(&mut self) {
        // One that stays behind misleads nobody: it counts only while the lock is held.
        let _ = files::remove_file_if_there(&attach::path(&self.dir));
        thread::scope(|scope| {
            scope.spawn(|| {
                if let Postgres::Ours(cluster) = &self.postgres {
                    cluster.stop();
                }
            });
            if let Nats::Ours(broker) = &self.nats {
                broker.stop();
            }
        });
    }
}

fn start_postgres(dir: &Path, options: &Options) -> Result<Postgres, Error> {
    if let Some(url) = &options.database_url {
        return Ok(Postgres::Given(url.clone()));
    }
    let user = ServerUser::needed()?;
    let home = postgres::prepare(dir, user)?;
    let data = home.join("data");
    let made_by = postgres::made_by(&home)?.map(|major| (data.as_path(), major));
    let cache = cache(dir, options);
    let observer = &options.observer;
    let binaries = postgres::find(&options.search, &cache, made_by, user, observer)?;
    let password = secrets::kept(&home.join("password"))?;
    let place = postgres::Place {
        home,
        log: dir.join("log/postgres.log"),
        user,
        scratch: None,
    };
    let cluster = Cluster::start(binaries, place, options.sizing, password, observer)?;
    cluster.ensure_database(DATABASE)?;
    Ok(Postgres::Ours(Box::new(cluster)))
}

fn start_nats(dir: &Path, options: &Options) -> Result<Nats, Error> {
    if let Some(given) = &options.given_nats {
        return Ok(Nats::Given(given.clone()));
    }
    let observer = &options.observer;
    let binary = nats::find(&options.search, &cache(dir, options), observer)?;
    let mut passwords = BTreeMap::new();
    for user in options.nats.user_names() {
        let path = dir.join("secrets").join(format!("nats-{user}"));
        passwords.insert(user.to_owned(), secrets::kept(&path)?);
    }
    let place = nats::Place {
        home: dir.join("nats"),
        log: dir.join("log/nats.log"),
        scratch: None,
    };
    let broker = Broker::start(binary, place, options.nats.clone(), passwords, observer)?;
    Ok(Nats::Ours(Box::new(broker)))
}

fn cache(dir: &Path, options: &Options) -> Cache {
    Cache::new(&options.search, &dir.join("cache"))
}
