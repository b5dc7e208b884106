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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::thread;

    use super::*;
    use crate::services::Service;

    /// A slot whose service is a shell script.
    fn slot(dir: &tempfile::TempDir, script: &str) -> Slot {
        let program = dir.path().join("program");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        let launch = Launch {
            program,
            service: Service::Ledger,
            settings: BTreeMap::new(),
            log: dir.path().join("log"),
        };
        Slot::new(launch, "127.0.0.1:1".parse().unwrap())
    }

    fn wait_until(what: impl Fn(&mut Slot) -> bool, slot: &mut Slot) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while !what(slot) {
            assert!(Instant::now() < deadline, "waited too long");
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn a_service_that_ends_is_started_again_after_a_growing_pause() {
        let dir = tempfile::tempdir().unwrap();
        let mut slot = slot(&dir, "exit 7");
        slot.start().unwrap();
        let mut now = Instant::now();
        for pause in [FIRST_PAUSE, FIRST_PAUSE * 2, FIRST_PAUSE * 4] {
            wait_until(|slot| slot.pid().is_none(), &mut slot);
            let status = slot.look_after(now).unwrap().unwrap();
            assert!(status.contains('7'), "{status}");
            assert_eq!(slot.look_after(now + pause / 2).unwrap(), None);
            assert!(slot.process.is_none(), "started too early");
            now += pause;
            assert_eq!(slot.look_after(now).unwrap(), None);
            assert!(slot.process.is_some(), "not started");
        }
    }

    #[test]
    fn a_service_killed_on_purpose_stays_down() {
        let dir = tempfile::tempdir().unwrap();
        let mut slot = slot(&dir, "exec sleep 60");
        slot.start().unwrap();
        assert!(slot.pid().is_some());
        slot.kill();
        assert_eq!(slot.pid(), None);
        assert_eq!(
            slot.look_after(Instant::now() + LONGEST_PAUSE).unwrap(),
            None
        );
        assert_eq!(slot.pid(), None);
    }

    #[test]
    fn a_service_that_does_not_drain_is_killed() {
        let dir = tempfile::tempdir().unwrap();
        let mut slot = slot(&dir, "trap '' TERM; echo up; while :; do sleep 1; done");
        slot.start().unwrap();
        wait_until(|slot| slot.launch.log_tail() == "up", &mut slot);
        slot.stop(Duration::from_millis(50));
        assert_eq!(slot.pid(), None);
    }

    #[test]
    fn a_failed_migration_is_told_in_the_services_words() {
        let dir = tempfile::tempdir().unwrap();
        let slot = slot(&dir, "echo \"no such role $ROLE\" >&2; exit 1");
        let admin = BTreeMap::from([("ROLE".to_owned(), "admin".to_owned())]);
        let error = slot.launch.migrate(admin).unwrap_err().to_string();
        assert!(error.contains("no such role admin"), "{error}");
    }
}
