use std::path::PathBuf;

use secrecy::SecretString;

use crate::{NatsConfig, Observer, Search, Sizing};

/// What a stack is to be.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where everything is kept: the project's `.comptoir/`. Made if it is not there.
    pub dir: PathBuf,
    /// The broker's users and limits.
    pub nats: NatsConfig,
    /// A database that is there already: none is started then.
    pub database_url: Option<SecretString>,
    /// A broker that is there already: none is started then.
    pub given_nats: Option<GivenNats>,
    /// Where servers are looked for.
    pub search: Search,
    /// How much of the machine PostgreSQL takes.
    pub sizing: Sizing,
    /// Told what is being done.
    pub observer: Observer,
}

impl Options {
    /// Both servers of our own, found by what this process's environment says.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>, nats: NatsConfig) -> Self {
        Self {
            dir: dir.into(),
            nats,
            database_url: None,
            given_nats: None,
            search: Search::from_env(),
            sizing: Sizing::default(),
            observer: Observer::default(),
        }
    }
}

/// A broker from outside. Its users and their passwords are its owner's affair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenNats {
    pub url: String,
    /// Its monitoring page, if one is known.
    pub monitor_url: Option<String>,
}
