//! Forgets what may be forgotten, behind the bookings.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use service::clock::Clock;
use tokio_util::sync::CancellationToken;

use crate::store::{Store, StoreError};

/// Days that repeated deliveries are listed for, where nothing is said: as long as their bodies are kept.
pub const DAYS: u32 = 400;
/// Orders of the last sixty days may still be imported (SH-4), and are asked about.
pub const LEAST_DAYS: u32 = 60;
pub const MOST_DAYS: u32 = 3_650;
/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_hours(1);
/// Between two transactions, so that others have the database too.
const REST: Duration = Duration::from_millis(200);

/// The task that forgets.
#[derive(Debug)]
pub struct Retention {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    /// How long repeated deliveries are listed.
    pub kept: SignedDuration,
}

impl Retention {
    /// Forgets until `stop`.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        stop.run_until_cancelled(self.forget()).await;
        Ok(())
    }

    async fn forget(&self) {
        loop {
            match self.turn().await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "repeated deliveries are listed no more"),
                Err(error) => tracing::warn!(%error, "old deliveries are not forgotten yet"),
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// All there is to forget now.
    async fn turn(&self) -> Result<u64, StoreError> {
        let now = self.clock.now();
        let Ok(before) = now.checked_sub(self.kept) else {
            return Ok(0);
        };
        let mut forgotten = 0;
        loop {
            let count = self.store.forget_repeats(before).await?;
            if count == 0 {
                return Ok(forgotten);
            }
            forgotten += count;
            tokio::time::sleep(REST).await;
        }
    }
}
