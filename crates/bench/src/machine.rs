//! Whether the machine had time for the bench: what everything else on it used meanwhile.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::figure::Figure;
use crate::process::{TICKS_A_SECOND, usage};

/// So long a machine is looked at to see whether it rests.
const LOOK: Duration = Duration::from_secs(2);
/// A machine that others use less than this rests.
const REST_PERCENT: f64 = 10.0;

/// A moment, and the CPU used until then.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    at: Instant,
    /// By everybody, since the machine started.
    busy: Duration,
    /// By this process and all it started.
    ours: Duration,
}

impl Moment {
    pub fn now() -> anyhow::Result<Self> {
        Ok(Self {
            at: Instant::now(),
            busy: busy()?,
            ours: usage(std::process::id())?.cpu,
        })
    }

    /// How much of the machine others have used since, in percent.
    pub fn others_percent(&self) -> anyhow::Result<f64> {
        let now = Self::now()?;
        let busy = now.busy.saturating_sub(self.busy);
        let others = busy.saturating_sub(now.ours.saturating_sub(self.ours));
        let cores = u32::try_from(thread::available_parallelism()?.get())?;
        let offered = now.at.duration_since(self.at) * cores;
        Ok(others.as_secs_f64() / offered.as_secs_f64() * 100.0)
    }

    pub fn figure(&self, measured: String) -> anyhow::Result<Figure> {
        let percent = self.others_percent()?;
        Ok(Figure::new(
            "machine",
            measured,
            "used by others",
            percent,
            "%",
        ))
    }
}

/// Waits until others leave the machine alone, at most so long; says whether they did.
pub fn wait_for_rest(patience: Duration) -> anyhow::Result<bool> {
    let deadline = Instant::now() + patience;
    loop {
        let moment = Moment::now()?;
        thread::sleep(LOOK);
        if moment.others_percent()? < REST_PERCENT {
            return Ok(true);
        }
        if Instant::now() > deadline {
            return Ok(false);
        }
    }
}

/// The first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal.
fn busy() -> anyhow::Result<Duration> {
    let stat = fs::read_to_string("/proc/stat")?;
    let line = stat.lines().next().context("/proc/stat is empty")?;
    let ticks: Vec<u64> = line
        .split_whitespace()
        .skip(1)
        .map_while(|number| number.parse().ok())
        .collect();
    let idle = 3..=4;
    let busy: u64 = ticks
        .iter()
        .enumerate()
        .take(8)
        .filter(|(place, _)| !idle.contains(place))
        .map(|(_, ticks)| ticks)
        .sum();
    Ok(Duration::from_millis(busy * 1000 / TICKS_A_SECOND))
}
