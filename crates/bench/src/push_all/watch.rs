//! The memory of whoever tells shops, looked at all the time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::ensure;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::process::usage;
use crate::simulated::ShopSystem;

const LOOK_EVERY: Duration = Duration::from_millis(500);

/// It looks until it is dropped.
pub struct Watch {
    most_mib: Arc<Mutex<f64>>,
    looking: JoinSet<()>,
}

impl Watch {
    pub fn begin(system: &ShopSystem) -> anyhow::Result<Self> {
        let pid = system.pid(ShopSystem::CATALOGUE)?;
        let most_mib = Arc::new(Mutex::new(usage(pid)?.memory_mib));
        let noted = Arc::clone(&most_mib);
        let mut looking = JoinSet::new();
        looking.spawn(async move {
            loop {
                sleep(LOOK_EVERY).await;
                match usage(pid) {
                    Ok(now) if now.memory_mib > 0.0 => {
                        let mut most = noted.lock().unwrap_or_else(PoisonError::into_inner);
                        *most = most.max(now.memory_mib);
                    }
                    // It has ended, and whoever asks is told so.
                    Ok(_) | Err(_) => return,
                }
            }
        });
        Ok(Self { most_mib, looking })
    }

    /// The most so far. An error: the process that was looked at has ended.
    pub fn most_mib(&mut self) -> anyhow::Result<f64> {
        ensure!(
            self.looking.try_join_next().is_none(),
            "the service has ended"
        );
        Ok(*self.most_mib.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
