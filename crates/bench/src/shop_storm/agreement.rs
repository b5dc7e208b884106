//! Waits until the ledger says what the shop says, and whether that lasts.

use std::time::{Duration, Instant};

use shop_sim::checker::{ShopBooks, differences, read};
use test_kit::world;
use tokio::time::sleep;

use crate::simulated::{ShopSystem, own_check};

const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How often it is said how far they are.
const SAY_EVERY: Duration = Duration::from_secs(20);
/// Once they agree, what still arrives must change nothing for so long: several polls.
const LASTING: Duration = Duration::from_secs(5);
/// Differences that do not grow fewer for so long will stay: longer than a shop that was away is left alone.
const PATIENCE: Duration = Duration::from_mins(5);

/// What was found in the end.
pub struct Agreement {
    pub sales: usize,
    pub levels: usize,
    /// Between ledger and shop, and what the ledger's own check found.
    pub differences: Vec<String>,
}

pub async fn reach(system: &ShopSystem, shops: &[ShopBooks]) -> anyhow::Result<Agreement> {
    let mut fewest = usize::MAX;
    let mut moved = Instant::now();
    let mut said = Instant::now();
    let mut agreed_since: Option<Instant> = None;
    loop {
        let told = read(system.ledger_channel()?, world::RETAILER).await?;
        let differences = differences(shops, &told);
        if differences.is_empty() {
            agreed_since.get_or_insert_with(Instant::now);
        } else {
            agreed_since = None;
        }
        if said.elapsed() >= SAY_EVERY {
            eprintln!("{} differences", differences.len());
            said = Instant::now();
        }
        if differences.len() < fewest {
            (fewest, moved) = (differences.len(), Instant::now());
        }
        let has_lasted = agreed_since.is_some_and(|since| since.elapsed() >= LASTING);
        if has_lasted || (!differences.is_empty() && moved.elapsed() > PATIENCE) {
            let mut differences: Vec<String> =
                differences.iter().map(ToString::to_string).collect();
            differences.extend(own_check(system).await?);
            return Ok(Agreement {
                sales: told.sales.len(),
                levels: told.levels.len(),
                differences,
            });
        }
        sleep(LOOK_EVERY).await;
    }
}
