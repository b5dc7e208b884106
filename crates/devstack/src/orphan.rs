use std::{
    fs,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use nix::{
    errno::Errno,
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{
    Error, files,
    server::{Ending, LOOK_EVERY, STOP_PATIENCE},
};

/// Stops the server that a pid file names, if it still runs and its command line shows it to be
/// ours by `mark` (pids are used again). Returns the pid of the server that was stopped.
pub(crate) fn stop(pid_file: &Path, mark: &Path, ending: Ending) -> Result<Option<i32>, Error> {
    let Some(pid) = first_line(pid_file)? else {
        return Ok(None);
    };
    if !is_ours(pid, mark) {
        return Ok(None);
    }
    for signal in [ending.ask, ending.insist, Signal::SIGKILL] {
        if kill(Pid::from_raw(pid), signal) == Err(Errno::EPERM) {
            break;
        }
        if is_gone_within(pid, mark, STOP_PATIENCE) {
            return Ok(Some(pid));
        }
    }
    Err(Error::NotReady {
        server: "a server that outlived its owner",
        seconds: STOP_PATIENCE.as_secs(),
        log: pid_file.to_owned(),
        said: format!("process {pid} does not end"),
    })
}

/// Whether a process runs whose command line names `mark`. One that has ended but was not waited
/// for has no command line, so it does not count.
pub(crate) fn is_ours(pid: i32, mark: &Path) -> bool {
    let mark = mark.to_string_lossy();
    command_line(pid).is_some_and(|line| line.contains(mark.as_ref()))
}

fn first_line(pid_file: &Path) -> Result<Option<i32>, Error> {
    let text = files::read_if_there(pid_file)?;
    Ok(text
        .and_then(|text| text.lines().next()?.trim().parse().ok())
        .filter(|pid| *pid > 1))
}

fn is_gone_within(pid: i32, mark: &Path, patience: Duration) -> bool {
    let deadline = Instant::now() + patience;
    while is_ours(pid, mark) {
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(LOOK_EVERY);
    }
    true
}

fn command_line(pid: i32) -> Option<String> {
    if Path::new("/proc/self/cmdline").exists() {
        let bytes = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        return Some(String::from_utf8_lossy(&bytes).replace('\0', " "));
    }
    let output = Command::new("ps")
        .args(["-ww", "-o", "command=", "-p", &pid.to_string()])
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}
