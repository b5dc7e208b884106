//! The steps of an import, each followed to its end, with services killed on the way.

use std::time::{Duration, Instant};

use anyhow::ensure;
use proto::connect::{ImportJob, ImportJobState, ImportKind, Verdict};
use proto::ledger::ImportCounts;
use tokio::time::sleep;
use uuid::Uuid;

use super::desk::Desk;
use crate::simulated::{ShopSystem, SimulatedShop, ingest};

const LOOK_EVERY: Duration = Duration::from_millis(50);
/// A step that takes longer stands still.
const PATIENCE: Duration = Duration::from_hours(3);
/// How often it is said how far it is.
const SAY_EVERY: Duration = Duration::from_secs(30);

/// Whether services are killed on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Killing {
    Nobody,
    InTheMiddle,
}

/// Of this run's imports: the same for the same seed.
pub fn id(seed: u64, number: u64) -> Uuid {
    const VERSION_8: u128 = 0x8000_8000_0000_0000_0000;
    Uuid::from_u128((u128::from(seed) << 80) | VERSION_8 | u128::from(number))
}

/// A plan.
pub struct Scanned {
    pub job: ImportJob,
    pub took: Duration,
    /// Orders found when the ingest service was killed.
    pub killed_at: Option<i64>,
}

impl Scanned {
    pub fn count(&self, verdict: Verdict) -> i64 {
        let counts = self.job.counts.iter();
        let of = counts.filter(|count| count.verdict() == verdict);
        of.map(|count| count.orders).sum()
    }
}

/// Looks through the shop until there is a plan.
pub async fn scan(
    desk: &Desk,
    system: &ShopSystem,
    shop: &SimulatedShop,
    import: Uuid,
    kind: ImportKind,
    killing: Killing,
) -> anyhow::Result<Scanned> {
    let (began, mut said) = (Instant::now(), Instant::now());
    desk.start(import, kind).await?;
    let placed = i64::try_from(shop.runner.shop().status().placed)?;
    let mut killed_at = None;
    loop {
        let job = desk.job(import).await?;
        if job.state() == ImportJobState::Planned {
            return Ok(Scanned {
                job,
                took: began.elapsed(),
                killed_at,
            });
        }
        if killing == Killing::InTheMiddle && killed_at.is_none() && job.found * 3 >= placed {
            killed_at = Some(job.found);
            system.crash(&ingest(shop.platform)).await?;
        }
        say(
            &mut said,
            format_args!("{} found: {}", job.found, job.last_failure),
        );
        ensure!(began.elapsed() < PATIENCE, "the scan stands still");
        sleep(LOOK_EVERY).await;
    }
}

/// An import that the ledger has taken.
pub struct Committed {
    pub counts: ImportCounts,
    pub took: Duration,
    /// Orders told when the ingest service was killed, and taken when the ledger was.
    pub ingest_killed_at: Option<i64>,
    pub ledger_killed_at: Option<i64>,
}

/// Lets the plan happen until the ledger has all of it.
pub async fn commit(
    desk: &Desk,
    system: &ShopSystem,
    shop: &SimulatedShop,
    import: Uuid,
    killing: Killing,
) -> anyhow::Result<Committed> {
    let (began, mut said) = (Instant::now(), Instant::now());
    desk.commit(import).await?;
    let (mut ingest_killed_at, mut ledger_killed_at) = (None, None);
    loop {
        let job = desk.job(import).await?;
        let counts = desk.counts(import).await?;
        let taken = taken(&counts);
        if job.state() == ImportJobState::Complete {
            return Ok(Committed {
                counts,
                took: began.elapsed(),
                ingest_killed_at,
                ledger_killed_at,
            });
        }
        if killing == Killing::InTheMiddle {
            if ingest_killed_at.is_none() && job.told * 3 >= job.to_tell {
                ingest_killed_at = Some(job.told);
                system.crash(&ingest(shop.platform)).await?;
            } else if ledger_killed_at.is_none() && taken * 2 >= job.to_tell {
                ledger_killed_at = Some(taken);
                system.crash(ShopSystem::LEDGER).await?;
            }
        }
        say(
            &mut said,
            format_args!("{} told, {taken} taken: {}", job.told, job.last_failure),
        );
        ensure!(began.elapsed() < PATIENCE, "the commit stands still");
        sleep(LOOK_EVERY).await;
    }
}

/// An import that was taken back.
pub struct Undone {
    pub counts: ImportCounts,
    pub took: Duration,
    /// Orders left when the ledger was killed.
    pub killed_at: Option<i64>,
}

/// Takes an import back.
pub async fn undo(
    desk: &Desk,
    system: &ShopSystem,
    import: Uuid,
    killing: Killing,
) -> anyhow::Result<Undone> {
    let began = Instant::now();
    let made = desk.counts(import).await?.made;
    let mut killed_at = None;
    loop {
        let remaining = desk.undo(import).await?;
        if remaining == 0 {
            return Ok(Undone {
                counts: desk.counts(import).await?,
                took: began.elapsed(),
                killed_at,
            });
        }
        if killing == Killing::InTheMiddle && killed_at.is_none() && remaining * 2 <= made {
            killed_at = Some(remaining);
            system.crash(ShopSystem::LEDGER).await?;
        }
        ensure!(began.elapsed() < PATIENCE, "taking back stands still");
    }
}

/// Orders that the ledger has taken of an import.
pub fn taken(counts: &ImportCounts) -> i64 {
    let ImportCounts {
        made,
        changed,
        already_recorded,
        not_imported,
        held,
        parked,
        undone: _,
        kept: _,
    } = counts;
    made + changed + already_recorded + not_imported + held + parked
}

fn say(said: &mut Instant, how_far: std::fmt::Arguments<'_>) {
    if said.elapsed() >= SAY_EVERY {
        eprintln!("{how_far}");
        *said = Instant::now();
    }
}
