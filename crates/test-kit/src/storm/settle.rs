//! Waits until nothing is left to do, and then reads everything.

use std::time::{Duration, Instant};

use crate::backlog::backlog;
use crate::compare::Seen;
use crate::ledger::Ledger;
use crate::system::System;

/// Work that is handed on between two streams is in neither for a moment; so it must be quiet for
/// this long.
const QUIET: Duration = Duration::from_millis(500);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Standing work that does not shrink for so long is stuck.
const PATIENCE: Duration = Duration::from_mins(2);

/// Until no consumer has anything left.
pub async fn settle(system: &System) -> anyhow::Result<()> {
    let mut quiet_since: Option<Instant> = None;
    let mut least = u64::MAX;
    let mut moved = Instant::now();
    loop {
        let left = backlog(system.monitor_url()).await?;
        if left.is_empty() {
            if quiet_since.get_or_insert_with(Instant::now).elapsed() >= QUIET {
                return Ok(());
            }
        } else {
            quiet_since = None;
            let sum = left.pending + left.unacknowledged;
            if sum < least {
                (least, moved) = (sum, Instant::now());
            }
            anyhow::ensure!(moved.elapsed() < PATIENCE, "stuck with {left:?}");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Everything the ledger says.
pub async fn seen(ledger: &Ledger) -> anyhow::Result<Seen> {
    Ok(Seen {
        sales: ledger.sales().await?,
        levels: ledger.levels().await?,
    })
}
