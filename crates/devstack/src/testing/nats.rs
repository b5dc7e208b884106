use std::sync::OnceLock;

use secrecy::{ExposeSecret as _, SecretString};

use super::{cache, scratch::Scratch, search};
use crate::{
    Error, NatsConfig, Observer,
    nats::{self, Binary, Broker, Place},
    secrets,
};

/// A throwaway nats-server.
#[derive(Debug)]
pub struct Nats {
    // Stopped before its folder goes.
    broker: Broker,
    _scratch: Scratch,
}

impl Nats {
    /// Starts one with these users and an empty store.
    pub fn start(config: NatsConfig) -> Result<Self, Error> {
        let observer = Observer::default();
        let scratch = Scratch::new(None)?;
        let place = Place {
            home: scratch.path().join("nats"),
            log: scratch.path().join("nats.log"),
            scratch: Some(scratch.path().to_owned()),
        };
        let passwords = config
            .user_names()
            .map(|user| Ok((user.to_owned(), secrets::generate()?)))
            .collect::<Result<_, Error>>()?;
        let broker = Broker::start(binary()?, place, config, passwords, &observer)?;
        Ok(Self {
            broker,
            _scratch: scratch,
        })
    }

    #[must_use]
    pub fn url(&self) -> String {
        self.broker.url()
    }

    #[must_use]
    pub fn monitor_url(&self) -> String {
        self.broker.monitor_url()
    }

    /// A user's password; empty for one it was not started with.
    #[must_use]
    pub fn password(&self, user: &str) -> &str {
        self.broker
            .passwords()
            .get(user)
            .map_or("", SecretString::expose_secret)
    }

    /// `None` after a crash.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.broker.pid()
    }

    /// Ends it as a crash would (SIGKILL).
    pub fn kill(&self) {
        self.broker.kill();
    }

    /// Starts it again on the same ports and store.
    pub fn restart(&self) -> Result<(), Error> {
        self.broker.restart()
    }
}

/// Found once per process; what is not found is looked for again.
fn binary() -> Result<Binary, Error> {
    static FOUND: OnceLock<Binary> = OnceLock::new();
    if let Some(binary) = FOUND.get() {
        return Ok(binary.clone());
    }
    let search = search();
    let binary = nats::find(&search, &cache(&search), &Observer::default())?;
    Ok(FOUND.get_or_init(|| binary).clone())
}
