use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use super::Seed;

/// How long a service may drain before it is killed.
const SHUTDOWN_DEADLINE: Duration = Duration::from_secs(10);

/// What a stack is to be.
#[derive(Clone, Debug)]
pub struct StackOptions {
    /// Where everything is kept. Made if it is not there.
    pub dir: PathBuf,
    /// The `comptoir` program, which runs the services.
    pub program: PathBuf,
    /// Written to the folder for the services to read; `None`: the file that is there stays.
    pub seed: Option<Seed>,
    /// Whether a part that ends by itself is started again.
    pub supervise: bool,
    /// The services' log filter.
    pub log: String,
    /// How long a service may drain before it is killed.
    pub shutdown_deadline: Duration,
    /// The administrator's URL of a database that is there already: none is started then.
    pub database_url: Option<SecretString>,
    /// A broker that is there already: none is started then.
    pub broker: Option<GivenBroker>,
    /// A place for fetched servers that several folders share.
    pub cache: Option<PathBuf>,
    /// Settings given to every service besides its own.
    pub settings: BTreeMap<String, String>,
    /// Told what is being done.
    pub observer: Observer,
}

/// A broker from outside, whose users are those of `bus::permission`.
#[derive(Clone, Debug)]
pub struct GivenBroker {
    pub url: String,
    pub monitor_url: String,
    /// By user.
    pub passwords: BTreeMap<String, SecretString>,
}

impl StackOptions {
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>, program: impl Into<PathBuf>, seed: Seed) -> Self {
        Self {
            dir: dir.into(),
            program: program.into(),
            seed: Some(seed),
            supervise: true,
            log: "info".to_owned(),
            shutdown_deadline: SHUTDOWN_DEADLINE,
            database_url: None,
            broker: None,
            cache: None,
            settings: BTreeMap::new(),
            observer: Observer::default(),
        }
    }
}

/// Told of every step in a person's words, from more than one thread.
#[derive(Clone)]
pub struct Observer(Arc<dyn Fn(&str) + Send + Sync>);

impl Observer {
    /// The last step of a start.
    pub const READY: &str = "every service is ready";

    pub fn new(tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    pub(super) fn tell(&self, step: &str) {
        (self.0)(step);
    }
}

/// Tells nobody.
impl Default for Observer {
    fn default() -> Self {
        Self::new(|_| ())
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
