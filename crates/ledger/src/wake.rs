//! Tells the relay and those who follow sales that something was committed here. A hint: what other
//! processes commit is found by looking now and then.

use tokio::sync::watch;

#[derive(Clone, Debug)]
pub struct Wake {
    changes: watch::Sender<()>,
}

/// Hears of changes since it last listened.
#[derive(Clone, Debug)]
pub struct Listener {
    changes: watch::Receiver<()>,
}

impl Wake {
    #[must_use]
    pub fn new() -> Self {
        Self {
            changes: watch::Sender::new(()),
        }
    }

    /// Something was committed.
    pub fn all(&self) {
        self.changes.send_replace(());
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
    /// Waits for a change, at most for `patience`.
    pub async fn wait(&mut self, patience: std::time::Duration) {
        // Without anyone left to tell, patience is all there is.
        let changed = async {
            if self.changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let _ = tokio::time::timeout(patience, changed).await;
    }
}
