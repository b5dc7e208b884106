use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::process::{Launch, Process};
use super::ready::{Readiness, readiness};

/// The pause before a service that ended is started again, the first time in a row.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause, after several.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A service that ran this long is not "ending again".
const STEADY_AFTER: Duration = Duration::from_secs(30);

/// One service's place in the stack: running, ended, or held down on purpose.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) launch: Launch,
    pub(super) health: SocketAddr,
    process: Option<Process>,
    started: Instant,
    /// Killed on purpose: nobody but [`Slot::start`] starts it again.
    held: bool,
    pause: Duration,
    start_at: Option<Instant>,
}

impl Slot {
    pub(super) fn new(launch: Launch, health: SocketAddr) -> Self {
        Self {
            launch,
            health,
            process: None,
            started: Instant::now(),
            held: true,
            pause: FIRST_PAUSE,
            start_at: None,
        }
    }

    pub(super) fn start(&mut self) -> anyhow::Result<()> {
        self.process = None;
        self.process = Some(self.launch.start()?);
        self.started = Instant::now();
        self.held = false;
        self.start_at = None;
        Ok(())
    }

    pub(super) fn pid(&mut self) -> Option<u32> {
        let process = self.process.as_mut()?;
        match process.ended() {
            None => Some(process.pid()),
            Some(_) => None,
        }
    }

    /// As a crash would; it stays down.
    pub(super) fn kill(&mut self) {
        self.held = true;
        self.process = None;
    }

    /// In order: drain, and by force after `patience`.
    pub(super) fn stop(&mut self, patience: Duration) {
        self.held = true;
        if let Some(mut process) = self.process.take() {
            process.ask_to_stop();
            if process.ends_within(patience).is_none() {
                process.kill();
            }
        }
    }

    pub(super) const fn is_held(&self) -> bool {
        self.held
    }

    pub(super) fn readiness(&self) -> Readiness {
        readiness(self.health)
    }

    /// Starts it again if it ended by itself and its pause is over. Tells how it ended.
    pub(super) fn look_after(&mut self, now: Instant) -> anyhow::Result<Option<String>> {
        if self.held {
            return Ok(None);
        }
        if let Some(start_at) = self.start_at {
            if now >= start_at {
                self.start()?;
            }
            return Ok(None);
        }
        let Some(status) = self.process.as_mut().and_then(Process::ended) else {
            return Ok(None);
        };
        self.process = None;
        let pause = if now.duration_since(self.started) >= STEADY_AFTER {
            FIRST_PAUSE
        } else {
            self.pause
        };
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        self.start_at = Some(now + pause);
        Ok(Some(status.to_string()))
    }
}
