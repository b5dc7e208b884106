use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::services::{Action, Service};

/// How often a process that should end is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// How long a migration may take.
const MIGRATE_DEADLINE: Duration = Duration::from_mins(2);
/// How much of a log's end is shown.
const TAIL_BYTES: u64 = 2_000;
/// A log that is longer at a start is begun anew.
const MAX_LOG_BYTES: u64 = 64 << 20;
/// What a service may inherit of our environment: where the system's own files are, no setting.
const INHERITED: [&str; 3] = ["PATH", "TZ", "RUST_BACKTRACE"];

/// How one service is run.
#[derive(Clone, Debug)]
pub(super) struct Launch {
    pub(super) program: PathBuf,
    pub(super) service: Service,
    pub(super) settings: BTreeMap<String, String>,
    pub(super) log: PathBuf,
}

/// A running service. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// The service stops when this closes, also because we were killed.
    _input: Option<ChildStdin>,
}

impl Launch {
    /// Starts the service; it is not ready yet.
    pub(super) fn start(&self) -> anyhow::Result<Process> {
        self.spawn(Action::Serve)
    }

    /// Runs the service's migration to its end. `admin` is what it needs beside its settings.
    pub(super) fn migrate(&self, admin: BTreeMap<String, String>) -> anyhow::Result<()> {
        let mut launch = self.clone();
        launch.settings.extend(admin);
        let begin = fs::metadata(&self.log).map_or(0, |log| log.len());
        let mut process = launch.spawn(Action::Migrate)?;
        match process.ends_within(MIGRATE_DEADLINE) {
            Some(status) if status.success() => Ok(()),
            Some(status) => {
                let said = tail(&self.log, begin);
                bail!("{} cannot migrate ({status}):\n{said}", self.service.name())
            }
            None => bail!(
                "{} did not migrate within {} s, see {}",
                self.service.name(),
                MIGRATE_DEADLINE.as_secs(),
                self.log.display()
            ),
        }
    }

    fn spawn(&self, action: Action) -> anyhow::Result<Process> {
        let log = open_log(&self.log)?;
        let mut command = Command::new(&self.program);
        command
            .args([
                "service",
                self.service.name(),
                action.name(),
                "--stop-with-input",
            ])
            .env_clear()
            .envs(
                INHERITED
                    .iter()
                    .filter_map(|key| Some((key, std::env::var_os(key)?))),
            )
            .envs(&self.settings)
            // Ctrl-C in a terminal is for us, who then stop the services in order.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(log.try_clone().context("cannot open a log twice")?)
            .stderr(log);
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot run {}", self.program.display()))?;
        let input = child.stdin.take();
        Ok(Process {
            child,
            _input: input,
        })
    }

    /// The end of what the service wrote.
    pub(super) fn log_tail(&self) -> String {
        tail(&self.log, 0)
    }
}

impl Process {
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How it ended; `None` while it runs.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Asks it to drain and end.
    pub(super) fn ask_to_stop(&self) {
        self.signal(Signal::SIGTERM);
    }

    /// Ends it as a crash would, and returns when it is gone.
    pub(super) fn kill(&mut self) {
        // Also for one that has ended: then there is nothing left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub(super) fn ends_within(&mut self, patience: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            if Instant::now() > deadline {
                return None;
            }
            thread::sleep(LOOK_EVERY);
        }
    }

    /// Until it is waited for, the pid is the child's and nobody else's.
    fn signal(&self, signal: Signal) {
        if let Ok(pid) = i32::try_from(self.child.id()) {
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn open_log(path: &Path) -> anyhow::Result<File> {
    let is_long = fs::metadata(path).is_ok_and(|log| log.len() > MAX_LOG_BYTES);
    let mut options = OpenOptions::new();
    options.create(true).mode(0o600);
    if is_long {
        options.write(true).truncate(true);
    } else {
        options.append(true);
    }
    options
        .open(path)
        .with_context(|| format!("cannot open log {}", path.display()))
}

fn tail(path: &Path, from: u64) -> String {
    let read = || -> std::io::Result<String> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(from.max(length.saturating_sub(TAIL_BYTES))))?;
        let mut bytes = Vec::new();
        file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
    };
    match read() {
        Ok(text) if text.is_empty() => "it said nothing".to_owned(),
        Ok(text) => text,
        Err(error) => format!("its log {} cannot be read: {error}", path.display()),
    }
}
