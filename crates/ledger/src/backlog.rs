//! Since when orders wait that the ledger has not taken from the broker.

use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, InfoError, durable};
use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// An answer of the broker is good for so long: whoever asks meanwhile asks for nothing.
const ANSWER_AGE: Duration = Duration::from_millis(250);

/// Asks the broker, now and then.
#[derive(Clone)]
pub struct Backlog {
    /// `None`: nothing is read from any.
    bus: Option<Bus>,
    last: Arc<Mutex<Option<Answer>>>,
}

#[derive(Clone, Copy, Debug)]
struct Answer {
    asked_at: Instant,
    oldest: Option<Timestamp>,
}

impl Backlog {
    #[must_use]
    pub fn of(bus: Bus) -> Self {
        Self {
            bus: Some(bus),
            last: Arc::default(),
        }
    }

    /// Of a ledger that reads no broker.
    #[must_use]
    pub fn none() -> Self {
        Self {
            bus: None,
            last: Arc::default(),
        }
    }

    /// When the oldest order message came that is not booked, or was a moment ago; `None`: there is none.
    pub async fn oldest(&self) -> Result<Option<Timestamp>, InfoError> {
        let Some(bus) = &self.bus else {
            return Ok(None);
        };
        // Whoever waits here is answered with the one question that is on its way.
        let mut last = self.last.lock().await;
        if let Some(answer) = *last
            && answer.asked_at.elapsed() < ANSWER_AGE
        {
            return Ok(answer.oldest);
        }
        let asked_at = Instant::now();
        let oldest = bus.oldest_waiting(&durable::ledger_orders()).await?;
        *last = Some(Answer { asked_at, oldest });
        Ok(oldest)
    }
}

impl std::fmt::Debug for Backlog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Backlog").finish_non_exhaustive()
    }
}
