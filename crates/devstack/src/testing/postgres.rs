use std::sync::{
    OnceLock,
    atomic::{AtomicU32, Ordering},
};

use secrecy::ExposeSecret as _;

use super::{cache, scratch::Scratch, search};
use crate::{
    Error, Observer, Sizing,
    postgres::{self, Cluster, Place},
    secrets,
    unprivileged::ServerUser,
};

/// A throwaway PostgreSQL.
#[derive(Debug)]
pub struct Postgres {
    // Stopped before its folder goes.
    cluster: Cluster,
    _scratch: Scratch,
    made: AtomicU32,
}

/// A database of one test.
#[derive(Debug, Clone)]
pub struct Database {
    pub name: String,
    /// The superuser's, password included.
    pub url: String,
}

impl Postgres {
    /// The one of this test process, started at first use; it ends with the process.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| match Self::start() {
            Ok(postgres) => postgres,
            Err(error) => panic!("no PostgreSQL for tests: {error}"),
        })
    }

    /// One of its own, for tests that crash it or change what belongs to all databases.
    pub fn start() -> Result<Self, Error> {
        let search = search();
        let observer = Observer::default();
        let user = ServerUser::needed()?;
        let scratch = Scratch::new(user)?;
        let home = postgres::prepare(scratch.path(), user)?;
        let binaries = postgres::find(&search, &cache(&search), None, user, &observer)?;
        let place = Place {
            home,
            log: scratch.path().join("postgres.log"),
            user,
            scratch: Some(scratch.path().to_owned()),
        };
        let password = secrets::generate()?;
        let cluster = Cluster::start(binaries, place, Sizing::TESTS, password, &observer)?;
        Ok(Self {
            cluster,
            _scratch: scratch,
            made: AtomicU32::new(0),
        })
    }

    /// A new, empty database.
    pub fn fresh_database(&self) -> Result<Database, Error> {
        self.copy_of("template1")
    }

    /// A new database that begins as a copy of `template`, to which nobody may be connected:
    /// cheaper than running the same migrations for each test.
    pub fn copy_of(&self, template: &str) -> Result<Database, Error> {
        let name = format!("test_{}", self.made.fetch_add(1, Ordering::Relaxed));
        let script = format!("create database {name} template {template};\n");
        self.cluster.query("postgres", &script)?;
        Ok(self.database(&name))
    }

    /// A database that is there.
    #[must_use]
    pub fn database(&self, name: &str) -> Database {
        Database {
            name: name.to_owned(),
            url: self.cluster.url(name).expose_secret().to_owned(),
        }
    }

    /// Runs a script as the superuser and returns what it printed, unaligned, without headers.
    pub fn query(&self, database: &Database, script: &str) -> Result<String, Error> {
        self.cluster.query(&database.name, script)
    }

    /// `None` after a crash.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.cluster.pid()
    }

    /// Ends it as a crash would (SIGKILL).
    pub fn kill(&self) {
        self.cluster.kill();
    }

    /// Starts it again on the same port and data.
    pub fn restart(&self) -> Result<(), Error> {
        self.cluster.restart()
    }
}
