//! What all tasks of one connection share: its budget, and that it asked to be left alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use retail::ConnectionId;
use tokio::time::{Instant, sleep, sleep_until};

use super::Budget;

/// Requests a second of our own accord (polls, webhooks, imports), and at once. Hints come on top: they are
/// asked one at a time, as the shop itself prompts them.
const EVERY: Duration = Duration::from_millis(200);
const BURST: u32 = 10;

/// The gates of all connections.
#[derive(Debug, Default)]
pub(crate) struct Gates {
    by_id: Mutex<HashMap<ConnectionId, Arc<Gate>>>,
}

impl Gates {
    pub(crate) fn of(&self, id: ConnectionId) -> Arc<Gate> {
        let mut gates = self.by_id.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(gates.entry(id).or_default())
    }
}

/// Through it one connection's shop is asked.
#[derive(Debug)]
pub(crate) struct Gate {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    budget: Budget,
    alone_until: Option<Instant>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                budget: Budget::new(EVERY, BURST),
                alone_until: None,
            }),
        }
    }
}

impl Gate {
    /// Waits for a request of the budget, and while the shop wants to be left alone.
    pub(crate) async fn pass(&self) {
        while let Some(until) = self.alone_until(Instant::now()) {
            sleep_until(until).await;
        }
        let wait = self.with(|state| state.budget.take(Instant::now()));
        sleep(wait).await;
    }

    /// The shop asked for it.
    pub(crate) fn leave_alone(&self, after: Duration) {
        let until = Instant::now() + after;
        self.with(|state| state.alone_until = state.alone_until.max(Some(until)));
    }

    /// How long it is still to be left alone.
    pub(crate) fn left_alone(&self) -> Duration {
        let now = Instant::now();
        self.alone_until(now)
            .map_or(Duration::ZERO, |until| until.duration_since(now))
    }

    fn alone_until(&self, now: Instant) -> Option<Instant> {
        self.with(|state| state.alone_until.filter(|until| *until > now))
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_shop_is_asked_within_its_budget_whoever_asks() {
        let gates = Gates::default();
        let id = ConnectionId::new(Uuid::from_u128(1));
        let began = Instant::now();
        for _ in 0..BURST {
            gates.of(id).pass().await;
        }
        assert_eq!(began.elapsed(), Duration::ZERO);
        for _ in 0..5 {
            gates.of(id).pass().await;
        }
        assert_eq!(began.elapsed(), EVERY * 5);
        let other = ConnectionId::new(Uuid::from_u128(2));
        gates.of(other).pass().await;
        assert_eq!(began.elapsed(), EVERY * 5, "another shop has its own");
    }

    #[tokio::test(start_paused = true)]
    async fn a_shop_that_asked_for_it_is_left_alone() {
        let gate = Gate::default();
        gate.leave_alone(Duration::from_mins(1));
        gate.leave_alone(Duration::from_secs(10));
        assert_eq!(gate.left_alone(), Duration::from_mins(1));
        let began = Instant::now();
        gate.pass().await;
        assert_eq!(began.elapsed(), Duration::from_mins(1));
        assert_eq!(gate.left_alone(), Duration::ZERO);
    }
}
