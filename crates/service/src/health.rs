//! Health: what the process relies on, answered from memory over HTTP and gRPC.
//!
//! Live means that the event loop turns, so an answer is proof enough. Ready means that every check passes and the
//! process is not draining. Nobody's question makes the process ask a database: [`probe`] asks, at its own pace.

mod client;
mod grpc;
mod probe;
mod router;

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::watch;

pub use client::{UnhealthyError, healthcheck, own_ready_url};
pub use grpc::GrpcHealth;
pub use probe::probe;

/// The state of the process, shared by whoever changes it and whoever answers for it.
#[derive(Clone, Debug)]
pub struct Health {
    state: Arc<watch::Sender<State>>,
}

/// One thing the process relies on. Not passing until it says so.
#[derive(Clone, Debug)]
pub struct Check {
    name: &'static str,
    state: Arc<watch::Sender<State>>,
}

#[derive(Clone, Debug, Default)]
struct State {
    draining: bool,
    /// A check's name, and the reason why it does not pass.
    checks: BTreeMap<&'static str, Option<String>>,
}

/// Why a new check does not pass.
const NOT_YET: &str = "not checked yet";

impl Health {
    /// A process that relies on nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            state: Arc::new(watch::Sender::new(State::default())),
        }
    }

    /// Adds a check, which does not pass until it says so. Add all of them before serving.
    #[must_use]
    pub fn check(&self, name: &'static str) -> Check {
        self.state.send_modify(|state| {
            state.checks.insert(name, Some(NOT_YET.to_owned()));
        });
        Check {
            name,
            state: Arc::clone(&self.state),
        }
    }

    /// Not serving any more, for good.
    pub fn drain(&self) {
        self.state.send_modify(|state| state.draining = true);
    }

    /// Whether every check passes and the process is not draining.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.state.borrow().is_ready()
    }

    /// `GET /livez` and `GET /readyz`.
    pub fn router(&self) -> axum::Router {
        router::router(self.state.subscribe())
    }

    /// The gRPC health service, for the whole process and for each of the `services` named in full.
    #[must_use]
    pub fn grpc(
        &self,
        services: &[&'static str],
    ) -> tonic_health::pb::health_server::HealthServer<GrpcHealth> {
        grpc::server(self.state.subscribe(), services)
    }
}

impl Default for Health {
    fn default() -> Self {
        Self::new()
    }
}

impl Check {
    /// This thing is there.
    pub fn pass(&self) {
        self.set(None);
    }

    /// This thing is not there, and why. The reason is shown to whoever asks: no secret.
    pub fn fail(&self, reason: impl Into<String>) {
        self.set(Some(reason.into()));
    }

    fn set(&self, reason: Option<String>) {
        let changed = self.state.send_if_modified(|state| {
            let held = state.checks.entry(self.name).or_default();
            let changed = *held != reason;
            held.clone_from(&reason);
            changed
        });
        if changed {
            match reason {
                None => tracing::info!(check = self.name, "ready"),
                Some(reason) => tracing::warn!(check = self.name, reason, "not ready"),
            }
        }
    }
}

impl State {
    fn is_ready(&self) -> bool {
        !self.draining && self.checks.values().all(Option::is_none)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_means_every_check_passes_and_no_drain() {
        let health = Health::new();
        let (database, broker) = (health.check("database"), health.check("broker"));
        assert!(!health.is_ready());
        database.pass();
        assert!(!health.is_ready());
        broker.pass();
        assert!(health.is_ready());
        broker.fail("no answer");
        assert!(!health.is_ready());
        broker.pass();
        health.drain();
        assert!(!health.is_ready());
        database.pass();
        assert!(!health.is_ready(), "a drain is for good");
    }
}
