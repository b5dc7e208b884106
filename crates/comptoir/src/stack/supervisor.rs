use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::system::Parts;
use super::{Observer, Part};

/// How often every part is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Pause after a server could not be started again.
const SERVER_PAUSE: Duration = Duration::from_secs(5);

/// A thread that starts again what ended by itself. Dropping it ends the thread.
#[derive(Debug)]
pub(super) struct Supervisor {
    /// Dropped, it tells the thread to end.
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Supervisor {
    pub(super) fn start(parts: Arc<Parts>, observer: Observer) -> Self {
        let (end, ended) = mpsc::channel();
        let thread = thread::spawn(move || {
            let mut servers_at = Instant::now();
            while ended.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
                look_after_services(&parts, &observer);
                if Instant::now() >= servers_at && !look_after_servers(&parts, &observer) {
                    servers_at = Instant::now() + SERVER_PAUSE;
                }
            }
        });
        Self {
            end: Some(end),
            thread: Some(thread),
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.end = None;
        if let Some(thread) = self.thread.take() {
            // If it panicked, its message is on standard error.
            let _ = thread.join();
        }
    }
}

fn look_after_services(parts: &Parts, observer: &Observer) {
    for (service, slot) in parts.slots().iter_mut() {
        match slot.look_after(Instant::now()) {
            Ok(None) => {}
            Ok(Some(status)) => observer.tell(&format!(
                "{} ended ({status}) and is started again; its log: {}",
                service.name(),
                slot.launch.log.display()
            )),
            Err(error) => {
                observer.tell(&format!("{} cannot be started: {error:#}", service.name()));
            }
        }
    }
}

/// Whether the servers run, perhaps again.
fn look_after_servers(parts: &Parts, observer: &Observer) -> bool {
    let Err(error) = parts.servers.check() else {
        return true;
    };
    let mut all = true;
    for part in [Part::Database, Part::Broker] {
        let pids = parts.servers.pids();
        let (pid, restart): (_, fn(&devstack::Devstack) -> _) = match part {
            Part::Database => (pids.postgres, devstack::Devstack::restart_postgres),
            Part::Broker => (pids.nats, devstack::Devstack::restart_nats),
            Part::Ingest | Part::Ledger => continue,
        };
        if pid.is_some() || parts.is_held(part) {
            continue;
        }
        observer.tell(&format!(
            "the {} ended and is started again: {error}",
            part.name()
        ));
        if let Err(error) = restart(&parts.servers) {
            observer.tell(&format!("the {} cannot be started: {error}", part.name()));
            all = false;
        }
    }
    all
}
