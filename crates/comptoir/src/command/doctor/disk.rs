use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use super::Finding;
use crate::output::duration;

/// How often a write is forced to the disk.
const SYNCS: usize = 25;
/// As much as a small message.
const WRITE_BYTES: usize = 4_096;
/// Above this, deliveries wait noticeably.
const SLOW: Duration = Duration::from_millis(50);

/// How long the disk takes to keep something: every acknowledged delivery waits for that.
pub(super) fn disk(dir: &Path) -> Finding {
    match median_sync(dir) {
        Ok(median) if median > SLOW => Finding::bad(
            "disk",
            format!(
                "forcing a write to the disk takes {}; deliveries wait for it: use a faster disk",
                duration(median)
            ),
        ),
        Ok(median) => Finding::good(
            "disk",
            format!("a write is on the disk after {}", duration(median)),
        ),
        Err(error) => Finding::bad(
            "disk",
            format!("cannot write in {}: {error}", dir.display()),
        ),
    }
}

fn median_sync(dir: &Path) -> std::io::Result<Duration> {
    fs::create_dir_all(dir)?;
    let path = dir.join("doctor.probe");
    let measured = measure(&path);
    fs::remove_file(&path)?;
    measured
}

fn measure(path: &Path) -> std::io::Result<Duration> {
    let mut file = File::create(path)?;
    let mut times = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        let begin = Instant::now();
        file.write_all(&[0; WRITE_BYTES])?;
        file.sync_data()?;
        times.push(begin.elapsed());
    }
    times.sort_unstable();
    Ok(times.get(SYNCS / 2).copied().unwrap_or_default())
}
