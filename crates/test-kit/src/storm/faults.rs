//! Kills parts at random moments and brings them back.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use comptoir::stack::Part;
use proto::ledger::Check;
use shop_woocommerce::sim::Dice;

use super::Kill;
use super::send::Progress;
use crate::ledger::Ledger;
use crate::system::System;

/// How often the storm's progress is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// A killed part stays down for up to this.
const DOWN_MAX_MS: u64 = 400;
/// After everything is ready again, the ledger must answer within this.
const VERIFY_PATIENCE: Duration = Duration::from_secs(30);
const VERIFY_AGAIN: Duration = Duration::from_millis(200);
/// A storm that stands still for so long has ended in some other way.
const STANDSTILL: Duration = Duration::from_mins(3);

/// Which part dies after how many accepted deliveries: every part in turn, in random order.
pub fn plan(dice: &mut Dice, kills: usize, deliveries: usize) -> Vec<Kill> {
    let mut parts = Vec::new();
    while parts.len() < kills {
        let mut round = Part::ALL;
        dice.shuffle(&mut round);
        parts.extend(round);
    }
    let mut moments: Vec<usize> = (0..kills).map(|_| dice.index(deliveries)).collect();
    moments.sort_unstable();
    parts
        .into_iter()
        .zip(moments)
        .map(|(part, after)| Kill { part, after })
        .collect()
}

#[derive(Debug, Default)]
pub struct Struck {
    /// As they really happened.
    pub kills: Vec<Kill>,
    pub verified: usize,
    /// What the ledger's own check found.
    pub failures: Vec<String>,
}

/// Follows the plan; after each kill the ledger checks itself.
pub async fn strike(
    plan: Vec<Kill>,
    mut dice: Dice,
    system: &Arc<System>,
    ledger: &Ledger,
    progress: &Progress,
) -> anyhow::Result<Struck> {
    let mut struck = Struck::default();
    for Kill { part, after } in plan {
        let waiting = Instant::now();
        while progress.accepted.load(Ordering::Relaxed) < after {
            anyhow::ensure!(waiting.elapsed() < STANDSTILL, "the storm stands still");
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let down = Duration::from_millis(dice.between(0, DOWN_MAX_MS));
        system.kill(part).await?;
        tokio::time::sleep(down).await;
        let back = system.restart(part).await;
        back.with_context(|| format!("after {part:?} was killed"))?;
        struck.kills.push(Kill {
            part,
            after: progress.accepted.load(Ordering::Relaxed),
        });
        let failures = verify(ledger).await?;
        struck.verified += 1;
        struck.failures.extend(
            failures
                .into_iter()
                .map(|what| format!("after {part:?} was killed: {what}")),
        );
    }
    Ok(struck)
}

/// The failures of the ledger's own check, asked until it answers.
pub async fn verify(ledger: &Ledger) -> anyhow::Result<Vec<String>> {
    let began = Instant::now();
    loop {
        match ledger.verify().await {
            Ok(checks) => {
                anyhow::ensure!(!checks.is_empty(), "the ledger checks nothing");
                return Ok(checks.iter().filter_map(failures).collect());
            }
            Err(error) if began.elapsed() > VERIFY_PATIENCE => {
                return Err(error.context("the ledger cannot check itself"));
            }
            Err(_) => tokio::time::sleep(VERIFY_AGAIN).await,
        }
    }
}

fn failures(check: &Check) -> Option<String> {
    (check.failure_count > 0).then(|| {
        format!(
            "{}: {} failures, such as {:?}",
            check.name,
            check.failure_count,
            check.failures.first()
        )
    })
}
