//! Tells the relay and those who follow sales that something was committed here. A hint: what other
//! processes commit is found by looking now and then.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout};

/// A batch that was full is news for this long.
const BEHIND_FOR: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub struct Wake {
    /// When a batch was full the last time, if the last one was.
    changes: watch::Sender<Option<Instant>>,
}

/// Hears of changes since it last listened.
#[derive(Clone, Debug)]
pub struct Listener {
    changes: watch::Receiver<Option<Instant>>,
}

impl Wake {
    #[must_use]
    pub fn new() -> Self {
        Self {
            changes: watch::Sender::new(None),
        }
    }

    /// Something was committed. `is_full`: more was waiting than fitted into it.
    pub fn all(&self, is_full: bool) {
        self.changes.send_replace(is_full.then(Instant::now));
    }

    #[must_use]
    pub fn listener(&self) -> Listener {
        Listener {
            changes: self.changes.subscribe(),
        }
    }
}

impl Default for Wake {
    fn default() -> Self {
        Self::new()
    }
}

impl Listener {
    /// Whether recording is behind what the shops send.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.changes
            .borrow()
            .is_some_and(|full_at| full_at.elapsed() < BEHIND_FOR)
    }

    /// Waits for a change, at most for `patience`.
    pub async fn wait(&mut self, patience: Duration) {
        // Without anyone left to tell, patience is all there is.
        let changed = async {
            if self.changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let _ = timeout(patience, changed).await;
    }
}
