//! What happens while the shop trades, and when.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::ensure;
use shop_sim::{ShopRun, Speed, TooFast};
use tokio::time::sleep;

use crate::simulated::{ShopSystem, SimulatedShop, ingest};

const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Of the shop's clock.
const OUTAGE: Duration = Duration::from_mins(2);
/// The shop's clock during the outage, so that it takes 6 s of ours. Signatures carry the shop's time, and a
/// listener takes no more than 5 minutes of difference from its own.
const OUTAGE_SPEED: u32 = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    CrashIngest,
    CrashLedger,
    Outage,
}

/// By how many of a hundred orders are placed.
const ACTS: [(usize, Act); 5] = [
    (15, Act::CrashIngest),
    (30, Act::CrashLedger),
    (45, Act::Outage),
    (65, Act::CrashIngest),
    (80, Act::CrashLedger),
];

/// What happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Events {
    pub crashes: usize,
    pub outages: usize,
}

impl fmt::Display for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { crashes, outages } = self;
        write!(f, "{crashes} services killed, {outages} outages")
    }
}

/// Plays all acts, each when enough of `orders` are placed; one shop of several is enough to crash the ledger.
pub async fn play(
    shop: &SimulatedShop,
    system: &ShopSystem,
    orders: usize,
    crash_ledger: bool,
    patience: Duration,
) -> anyhow::Result<Events> {
    let ingest = ingest(shop.platform);
    let shop = shop.runner.shop();
    let mut events = Events::default();
    let began = Instant::now();
    for (percent, act) in ACTS {
        while shop.status().placed * 100 < orders * percent {
            ensure!(began.elapsed() < patience, "the trade stands still");
            sleep(LOOK_EVERY).await;
        }
        match act {
            Act::CrashIngest => {
                system.crash(&ingest).await?;
                events.crashes += 1;
            }
            Act::CrashLedger if !crash_ledger => {}
            Act::CrashLedger => {
                system.crash(ShopSystem::LEDGER).await?;
                events.crashes += 1;
            }
            Act::Outage => {
                outage(shop).await?;
                events.outages += 1;
            }
        }
    }
    Ok(events)
}

async fn outage(shop: &ShopRun) -> Result<(), TooFast> {
    shop.clock().set_speed(Speed::try_from(OUTAGE_SPEED)?);
    shop.outage(OUTAGE);
    while shop.status().away_until.is_some() {
        sleep(LOOK_EVERY).await;
    }
    shop.clock().set_speed(Speed::REAL);
    Ok(())
}
