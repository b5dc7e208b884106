//! What a process has used, from `/proc`.

use std::fs;
use std::time::Duration;

use anyhow::Context as _;

/// Clock ticks a second in `/proc`: always this on Linux for user space.
pub const TICKS_A_SECOND: u64 = 100;
/// Bytes in a page of `/proc`'s KiB.
const KIB: f64 = 1024.0;

#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// Proportional set size: shared pages counted in parts, so that PostgreSQL's processes add up.
    pub memory_mib: f64,
    pub cpu: Duration,
}

/// Of a process and all its descendants.
pub fn usage(pid: u32) -> anyhow::Result<Usage> {
    let mut sum = Usage::default();
    for pid in family(pid)? {
        // A child may end while it is looked at.
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else {
            continue;
        };
        let Ok(rollup) = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")) else {
            continue;
        };
        sum.cpu += cpu(&stat).with_context(|| format!("/proc/{pid}/stat is unreadable"))?;
        sum.memory_mib += memory_mib(&rollup).unwrap_or(0.0);
    }
    Ok(sum)
}

fn family(root: u32) -> anyhow::Result<Vec<u32>> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let Some(pid) = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u32>().ok())
        else {
            continue;
        };
        if let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat"))
            && let Some(parent) = field(&stat, 4)
        {
            parents.push((pid, u32::try_from(parent).unwrap_or(0)));
        }
    }
    let mut family = vec![root];
    let mut at = 0;
    while let Some(parent) = family.get(at).copied() {
        let children = parents.iter().filter(|(_, of)| *of == parent);
        family.extend(children.map(|(pid, _)| *pid));
        at += 1;
    }
    Ok(family)
}

/// Time in user and system mode, its ended children included.
fn cpu(stat: &str) -> Option<Duration> {
    let ticks = [14, 15, 16, 17].map(|at| field(stat, at));
    let ticks: u64 = ticks.into_iter().sum::<Option<u64>>()?;
    Some(Duration::from_millis(ticks * 1000 / TICKS_A_SECOND))
}

/// Fields are counted from 1 as in proc(5); the second, in parentheses, may hold spaces.
fn field(stat: &str, number: usize) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(number - 3)?.parse().ok()
}

fn memory_mib(rollup: &str) -> Option<f64> {
    let line = rollup.lines().find(|line| line.starts_with("Pss:"))?;
    let kib: u32 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(f64::from(kib) / KIB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_and_parentheses_is_no_field() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194560 90 0 0 0 250 150 30 20 20 0 1 0 5 0 0";
        assert_eq!(field(stat, 4), Some(1));
        assert_eq!(cpu(stat), Some(Duration::from_millis(4500)));
    }

    #[test]
    fn this_process_uses_something() {
        let usage = usage(std::process::id()).unwrap();
        assert!(usage.memory_mib > 0.5, "{usage:?}");
    }
}
