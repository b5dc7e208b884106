//! A service's process, found among our children, killed as a crash would and brought back by the stack's own
//! supervision.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::sleep;

const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Until the supervision has started a killed service again.
const BACK_PATIENCE: Duration = Duration::from_mins(1);

/// SIGKILL, and wait until another process is there in its place; it may not be ready yet.
pub async fn kill_and_wait(service: &str) -> anyhow::Result<()> {
    let before = pid(service)?.with_context(|| format!("{service} does not run"))?;
    kill(Pid::from_raw(before), Signal::SIGKILL)?;
    let began = Instant::now();
    while pid(service)?.is_none_or(|now| now == before) {
        ensure!(
            began.elapsed() < BACK_PATIENCE,
            "{service} is not started again"
        );
        sleep(LOOK_EVERY).await;
    }
    Ok(())
}

/// Of our own child that runs `service NAME serve`.
pub fn pid(service: &str) -> anyhow::Result<Option<i32>> {
    let own = std::process::id().to_string();
    for entry in fs::read_dir("/proc")? {
        let entry = entry?;
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        // A process may end while it is looked at.
        let Ok(status) = fs::read_to_string(entry.path().join("status")) else {
            continue;
        };
        let Ok(command) = fs::read_to_string(entry.path().join("cmdline")) else {
            continue;
        };
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        let words: Vec<&str> = command.split('\0').collect();
        if parent.map(str::trim) == Some(&*own)
            && words.get(1..4) == Some(&["service", service, "serve"][..])
        {
            return Ok(Some(pid));
        }
    }
    Ok(None)
}
