use std::{
    ffi::OsString,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{
    Error,
    at::At as _,
    keeper::Keeper,
    log_file::LogFile,
    unprivileged::{ServerUser, run_as},
};

/// How often a server's state is looked at.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(5);
/// How long a server may take to become ready; recovery after a crash counts.
const READY_DEADLINE: Duration = Duration::from_mins(1);
/// How long each of asking and insisting is given before the next means.
pub(crate) const STOP_PATIENCE: Duration = Duration::from_secs(10);
/// A start that failed for a passing reason is tried again this often, so far apart.
const START_ATTEMPTS: usize = 50;
const START_PAUSE: Duration = Duration::from_millis(200);

/// The signals that end a server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ending {
    pub(crate) ask: Signal,
    pub(crate) insist: Signal,
}

/// How to start a server.
#[derive(Debug)]
pub(crate) struct Launch {
    pub(crate) name: &'static str,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) user: Option<ServerUser>,
    pub(crate) log: PathBuf,
    pub(crate) ending: Ending,
    /// A folder the keeper removes after us; for tests.
    pub(crate) then_remove: Option<PathBuf>,
}

/// A running server, its keeper beside it. Dropping it ends the server.
#[derive(Debug)]
pub(crate) struct Server {
    name: &'static str,
    child: Child,
    /// `None` once the server has ended.
    keeper: Option<Keeper>,
    ending: Ending,
    log: LogFile,
}

impl Server {
    /// Starts a server and waits until `ready` says so.
    pub(crate) fn start(launch: &Launch, ready: impl Fn(u32) -> bool) -> Result<Self, Error> {
        let mut server = Self::spawn(launch)?;
        let deadline = Instant::now() + READY_DEADLINE;
        while !ready(server.pid()) {
            server.check()?;
            if Instant::now() > deadline {
                return Err(Error::NotReady {
                    server: server.name,
                    seconds: READY_DEADLINE.as_secs(),
                    log: server.log.path.clone(),
                    said: server.log.tail(),
                });
            }
            thread::sleep(LOOK_EVERY);
        }
        Ok(server)
    }

    fn spawn(launch: &Launch) -> Result<Self, Error> {
        let (log, file) = LogFile::open(&launch.log)?;
        let mut keeper = Keeper::start(launch.ending, launch.then_remove.as_deref())?;
        let mut command = command(&launch.program, launch.user);
        command
            .args(&launch.arguments)
            // Ctrl-C in a terminal is for us, who then stop our servers in order.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(file.try_clone().at("open", &launch.log)?)
            .stderr(file);
        let child = command.spawn().at("run", &launch.program)?;
        let told = keeper.watch(child.id());
        let server = Self {
            name: launch.name,
            child,
            keeper: Some(keeper),
            ending: launch.ending,
            log,
        };
        told.map(|()| server)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// An error if the server has ended by itself.
    pub(crate) fn check(&mut self) -> Result<(), Error> {
        match self.reap() {
            None => Ok(()),
            Some(status) => Err(Error::Exited {
                server: self.name,
                status: status.to_string(),
                log: self.log.path.clone(),
                said: self.log.tail(),
            }),
        }
    }

    /// Ends the server as it likes to be ended, by force if it will not.
    pub(crate) fn stop(&mut self) {
        for signal in [self.ending.ask, self.ending.insist] {
            self.signal(signal);
            if self.ends_within(STOP_PATIENCE) {
                return;
            }
        }
        self.kill();
    }

    /// Ends the server as a crash would, and returns when it is gone.
    pub(crate) fn kill(&mut self) {
        self.signal(Signal::SIGKILL);
        // A killed process ends; how it ended is known.
        let _ = self.child.wait();
        self.ended();
    }

    fn ends_within(&mut self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        while self.reap().is_none() {
            if Instant::now() > deadline {
                return false;
            }
            thread::sleep(LOOK_EVERY);
        }
        true
    }

    fn reap(&mut self) -> Option<ExitStatus> {
        let status = self.child.try_wait().ok().flatten();
        if status.is_some() {
            self.ended();
        }
        status
    }

    fn ended(&mut self) {
        if let Some(keeper) = self.keeper.take() {
            keeper.release();
        }
    }

    /// Until it is reaped the pid is the server's, so that the signal can hit nobody else.
    fn signal(&self, signal: Signal) {
        if let (Some(_), Ok(pid)) = (&self.keeper, i32::try_from(self.child.id())) {
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A command of one of our servers: run as the user, away from our folder, without our
/// environment, in which anything could change what a server does.
pub(crate) fn command(program: &Path, user: Option<ServerUser>) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/").env_clear().env("LC_ALL", "C");
    for kept in ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] {
        if let Some(value) = std::env::var_os(kept) {
            command.env(kept, value);
        }
    }
    run_as(&mut command, user);
    command
}

/// Starts a server, again if it ended for one of the `passing` reasons, which its log tells.
pub(crate) fn start_patiently<T>(
    passing: &[&str],
    mut start: impl FnMut() -> Result<T, Error>,
) -> Result<T, Error> {
    let mut attempt = 1;
    loop {
        match start() {
            Err(Error::Exited { said, .. })
                if attempt < START_ATTEMPTS && passing.iter().any(|why| said.contains(why)) =>
            {
                attempt += 1;
                thread::sleep(START_PAUSE);
            }
            started => return started,
        }
    }
}
