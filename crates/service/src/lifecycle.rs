//! The life of a process: it owns every task, stops at the first that ends, and drains at SIGTERM.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::health::Health;
use crate::settings::{SettingError, Settings};

/// How long a stop may take, in seconds, before what is still in flight is given up.
const DEADLINE: &str = "SHUTDOWN_DEADLINE_S";
/// Below the 30 s that schedulers commonly wait before they kill.
const DEADLINE_DEFAULT_S: u64 = 20;

/// Owns every task of the process. Dropping it aborts them.
#[derive(Debug, Default)]
pub struct Lifecycle {
    stop: CancellationToken,
    tasks: JoinSet<anyhow::Result<()>>,
    names: BTreeMap<Id, &'static str>,
}

/// Why a process did not end well.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    /// A task failed; the process stopped because of it, or failed to stop in order.
    #[error("task {name} failed")]
    Failed {
        /// The task.
        name: &'static str,
        /// Its error.
        source: anyhow::Error,
    },
    /// A task that should last as long as the process ended before.
    #[error("task {name} ended although the process was not stopping")]
    EndedEarly {
        /// The task.
        name: &'static str,
    },
    /// A task panicked. The panic's message is on standard error.
    #[error("task {name} panicked")]
    Panicked {
        /// The task.
        name: &'static str,
    },
    /// Work in flight was given up: it took longer than the deadline, or a second signal came.
    #[error("gave up on {} after {}", names.join(", "), why)]
    GaveUp {
        /// The tasks still running.
        names: Vec<&'static str>,
        /// What ended the patience.
        why: &'static str,
    },
    /// The process cannot listen for signals.
    #[error("cannot listen for signals")]
    Signals(#[from] std::io::Error),
}

/// The time a stop may take, from setting `SHUTDOWN_DEADLINE_S`.
pub fn deadline(settings: &Settings) -> Result<Duration, SettingError> {
    settings
        .or(DEADLINE, DEADLINE_DEFAULT_S)
        .map(Duration::from_secs)
}

impl Lifecycle {
    /// A process with no task yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Says "stop taking work" once cancelled: every task watches it. Cancelling it stops the process in order.
    #[must_use]
    pub fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Starts a task that lasts as long as the process: after [`Lifecycle::stop`] is cancelled it finishes what it
    /// has in flight and returns `Ok`. If it ends before, well or not, the process stops.
    pub fn spawn<F>(&mut self, name: &'static str, task: F)
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let handle = self.tasks.spawn(task);
        self.names.insert(handle.id(), name);
    }

    /// Waits for SIGTERM, SIGINT, a cancelled [`Lifecycle::stop`] or a task's end; then drains: `health` says not
    /// serving, tasks are told to stop and have `deadline` to finish. A second signal ends the waiting.
    ///
    /// Before this call a signal ends the process at once, which is right while it still starts.
    pub async fn run_until_stopped(
        mut self,
        health: &Health,
        deadline: Duration,
    ) -> Result<(), StopError> {
        let mut signals = Signals::listen()?;
        let mut failure = None;
        tokio::select! {
            name = signals.next() => tracing::info!(signal = name, "stopping"),
            () = self.stop.cancelled() => tracing::info!("stopping, as asked"),
            Some(ended) = self.tasks.join_next_with_id() => match self.outcome(ended) {
                // Told to stop, and quicker than this.
                Ok(_) if self.stop.is_cancelled() => tracing::info!("stopping, as asked"),
                Ok(name) => failure = Some(StopError::EndedEarly { name }),
                Err(error) => failure = Some(error),
            },
        }
        if let Some(cause) = &failure {
            // The whole cause is the caller's to report, once everything has stopped.
            tracing::error!("stopping, because {cause}");
        }
        health.drain();
        self.stop.cancel();

        let impatience = tokio::select! {
            () = self.drain(&mut failure) => None,
            () = tokio::time::sleep(deadline) => Some("the deadline"),
            _name = signals.next() => Some("a second signal"),
        };
        if let Some(why) = impatience {
            let names = self.names.values().copied().collect();
            first_or_log(&mut failure, StopError::GaveUp { names, why });
        }
        match failure {
            None => {
                tracing::info!("stopped");
                Ok(())
            }
            Some(error) => Err(error),
        }
    }

    /// Waits for every task.
    async fn drain(&mut self, failure: &mut Option<StopError>) {
        while let Some(ended) = self.tasks.join_next_with_id().await {
            match self.outcome(ended) {
                Ok(name) => tracing::debug!(task = name, "finished"),
                Err(error) => first_or_log(failure, error),
            }
        }
    }

    fn outcome(
        &mut self,
        ended: Result<(Id, anyhow::Result<()>), JoinError>,
    ) -> Result<&'static str, StopError> {
        let id = match &ended {
            Ok((id, _)) => *id,
            Err(error) => error.id(),
        };
        let name = self.names.remove(&id).unwrap_or("unnamed");
        match ended {
            Ok((_, Ok(()))) => Ok(name),
            Ok((_, Err(source))) => Err(StopError::Failed { name, source }),
            // Nobody aborts a task while this is still waiting for it: what is left is a panic.
            Err(_) => Err(StopError::Panicked { name }),
        }
    }
}

/// The caller gets the first failure; the others end here.
fn first_or_log(first: &mut Option<StopError>, error: StopError) {
    if first.is_none() {
        *first = Some(error);
    } else {
        let error = format!("{:#}", anyhow::Error::from(error));
        tracing::error!(error, "a further failure while stopping");
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// Longer than any test that passes.
    const DEADLINE: Duration = Duration::from_secs(20);
    const WORK_IN_FLIGHT: Duration = Duration::from_millis(20);

    fn with_worker() -> (Lifecycle, Arc<AtomicBool>) {
        let mut lifecycle = Lifecycle::new();
        let finished = Arc::new(AtomicBool::new(false));
        let (stop, flag) = (lifecycle.stop(), Arc::clone(&finished));
        lifecycle.spawn("worker", async move {
            stop.cancelled().await;
            tokio::time::sleep(WORK_IN_FLIGHT).await;
            flag.store(true, Ordering::Relaxed);
            Ok(())
        });
        (lifecycle, finished)
    }

    #[tokio::test]
    async fn a_stop_drains_health_and_lets_work_in_flight_finish() {
        let (lifecycle, finished) = with_worker();
        let health = Health::new();
        assert!(health.is_ready());
        lifecycle.stop().cancel();
        lifecycle
            .run_until_stopped(&health, DEADLINE)
            .await
            .unwrap();
        assert!(finished.load(Ordering::Relaxed));
        assert!(!health.is_ready());
    }

    #[tokio::test]
    async fn a_failed_task_stops_the_others_in_order_and_is_the_cause() {
        let (mut lifecycle, finished) = with_worker();
        lifecycle.spawn("relay", async {
            anyhow::bail!("no answer from the broker")
        });
        let error = lifecycle
            .run_until_stopped(&Health::new(), DEADLINE)
            .await
            .unwrap_err();
        assert_eq!(
            format!("{:#}", anyhow::Error::from(error)),
            "task relay failed: no answer from the broker"
        );
        assert!(finished.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn a_task_that_ends_early_or_panics_stops_the_process() {
        let (mut lifecycle, _) = with_worker();
        lifecycle.spawn("relay", async { Ok(()) });
        let error = lifecycle
            .run_until_stopped(&Health::new(), DEADLINE)
            .await
            .unwrap_err();
        assert!(
            matches!(error, StopError::EndedEarly { name: "relay" }),
            "{error}"
        );

        let (mut lifecycle, finished) = with_worker();
        lifecycle.spawn("relay", async { panic!("for the test") });
        let error = lifecycle
            .run_until_stopped(&Health::new(), DEADLINE)
            .await
            .unwrap_err();
        assert!(
            matches!(error, StopError::Panicked { name: "relay" }),
            "{error}"
        );
        assert!(finished.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn a_task_that_fails_while_stopping_is_reported() {
        let mut lifecycle = Lifecycle::new();
        let stop = lifecycle.stop();
        lifecycle.spawn("worker", {
            let stop = stop.clone();
            async move {
                stop.cancelled().await;
                anyhow::bail!("the batch did not commit")
            }
        });
        stop.cancel();
        let error = lifecycle
            .run_until_stopped(&Health::new(), DEADLINE)
            .await
            .unwrap_err();
        assert!(
            matches!(error, StopError::Failed { name: "worker", .. }),
            "{error}"
        );
    }

    #[tokio::test]
    async fn work_that_does_not_end_is_given_up_at_the_deadline_and_named() {
        let (mut lifecycle, _) = with_worker();
        lifecycle.spawn("stuck", std::future::pending());
        lifecycle.stop().cancel();
        let error = lifecycle
            .run_until_stopped(&Health::new(), 4 * WORK_IN_FLIGHT)
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), "gave up on stuck after the deadline");
    }

    #[tokio::test]
    async fn a_failure_is_not_forgotten_over_work_that_is_given_up() {
        let mut lifecycle = Lifecycle::new();
        lifecycle.spawn("relay", async { anyhow::bail!("no answer") });
        lifecycle.spawn("stuck", std::future::pending());
        lifecycle.stop().cancel();
        let error = lifecycle
            .run_until_stopped(&Health::new(), 4 * WORK_IN_FLIGHT)
            .await
            .unwrap_err();
        assert!(
            matches!(error, StopError::Failed { name: "relay", .. }),
            "{error}"
        );
    }

    #[test]
    fn the_deadline_is_a_setting() {
        assert_eq!(
            deadline(&Settings::default()).unwrap(),
            Duration::from_secs(20)
        );
        let settings = Settings::from_map([(super::DEADLINE, "5")]);
        assert_eq!(deadline(&settings).unwrap(), Duration::from_secs(5));
        let settings = Settings::from_map([(super::DEADLINE, "soon")]);
        assert!(deadline(&settings).is_err());
    }
}
