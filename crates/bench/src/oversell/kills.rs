//! Services are killed as long as anybody sells.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use service::clock::{Clock as _, SystemClock};
use shop_sim::Platform;
use tokio::time::sleep;

use crate::simulated::{ShopSystem, ingest};

/// Between the return of one and the killing of the next.
const PAUSE: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// When whoever tells shops was killed and was ready again: what it had in mind before is not told after.
#[derive(Clone, Copy, Debug)]
pub struct Restart {
    pub killed_at: Timestamp,
    pub ready_at: Timestamp,
}

#[derive(Clone, Debug, Default)]
pub struct Restarts {
    /// Services killed, of any kind.
    pub all: usize,
    /// Of whoever tells shops, in order.
    pub of_catalogue: Vec<Restart>,
}

/// One after the other, until all is sold; every one is back when this returns.
pub async fn kill(system: &ShopSystem, over: &AtomicBool) -> anyhow::Result<Restarts> {
    let mut restarts = Restarts::default();
    for service in services().iter().cycle() {
        let mut waited = Duration::ZERO;
        while waited < PAUSE && !over.load(Ordering::Relaxed) {
            sleep(LOOK_EVERY).await;
            waited += LOOK_EVERY;
        }
        if over.load(Ordering::Relaxed) {
            break;
        }
        let killed_at = SystemClock.now();
        system.crash(service).await?;
        restarts.all += 1;
        if service == ShopSystem::CATALOGUE {
            restarts.of_catalogue.push(Restart {
                killed_at,
                ready_at: SystemClock.now(),
            });
        }
    }
    Ok(restarts)
}

/// Whoever tells shops is killed every other time.
fn services() -> Vec<String> {
    let others = std::iter::once(ShopSystem::LEDGER.to_owned()).chain(Platform::ALL.map(ingest));
    others
        .flat_map(|other| [ShopSystem::CATALOGUE.to_owned(), other])
        .collect()
}
