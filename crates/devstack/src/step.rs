use std::{fmt, sync::Arc, time::Duration};

use crate::Version;

/// What is being done, for a progress display.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A server on this machine cannot be used; the reason is for people.
    PassedOver(String),
    /// A wheel is being fetched, as the machine has no usable server of its own.
    Fetching(&'static str),
    /// This server will be started.
    Found {
        server: &'static str,
        version: Version,
    },
    /// A server that outlived its owner was stopped.
    OrphanStopped { server: &'static str, pid: i32 },
    /// A new database cluster is being made.
    Initialising,
    /// The server answers.
    Ready {
        server: &'static str,
        after: Duration,
    },
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PassedOver(why) => write!(f, "passed over: {why}"),
            Self::Fetching(wheel) => write!(f, "fetching {wheel}"),
            Self::Found { server, version } => write!(f, "starting {server} {version}"),
            Self::OrphanStopped { server, pid } => {
                write!(
                    f,
                    "stopped {server} (process {pid}), which had outlived its owner"
                )
            }
            Self::Initialising => f.write_str("making a new database cluster"),
            Self::Ready { server, after } => {
                write!(f, "{server} is ready after {} ms", after.as_millis())
            }
        }
    }
}

/// Told of every [`Step`], from more than one thread.
#[derive(Clone)]
pub struct Observer(Arc<dyn Fn(&Step) + Send + Sync>);

impl Observer {
    pub fn new(tell: impl Fn(&Step) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    pub(crate) fn tell(&self, step: &Step) {
        tracing::debug!("{step}");
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
