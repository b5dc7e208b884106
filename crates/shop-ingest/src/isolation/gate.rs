//! What all tasks of one connection share: its budget, and that it asked to be left alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use retail::ConnectionId;
use shop::Allowance;
use tokio::time::{Instant, sleep, sleep_until};

use super::{Loan, Shares};

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
///
/// Who asks for what sales wait for comes first: polls and webhooks wait for their turn, and an import for
/// what they leave. Hints wait for nobody, as the shop itself prompts them; what they use is counted, so that
/// an import steps back. Who writes to the shop is lent what there is, and while both sides want something each has half.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    shares: Shares,
    alone_until: Option<Instant>,
}

impl Gate {
    /// Waits for `units` of the allowance, and while the shop wants to be left alone.
    pub(crate) async fn pass(&self, allowance: &Allowance, units: u32) {
        self.not_alone().await;
        let wait = self.with(|state| state.shares.take(allowance.into(), units, Instant::now()));
        sleep(wait).await;
    }

    /// The same for an import, which goes only when enough is left for everybody else.
    pub(crate) async fn pass_last(&self, allowance: &Allowance, units: u32) {
        loop {
            self.not_alone().await;
            let now = Instant::now();
            match self.with(|state| state.shares.take_spare(allowance.into(), units, now)) {
                Ok(()) => return,
                Err(wait) => sleep(wait).await,
            }
        }
    }

    /// Counts what is asked without waiting.
    pub(crate) fn note(&self, allowance: &Allowance, units: u32) {
        self.with(|state| state.shares.note(allowance.into(), units, Instant::now()));
    }

    /// Lends what there is, up to `wanted`; nothing while the shop wants to be left alone.
    pub(crate) fn lend(&self, allowance: &Allowance, wanted: u32) -> Loan {
        let alone = self.left_alone();
        if wanted > 0 && !alone.is_zero() {
            return Loan {
                units: 0,
                more_in: alone,
            };
        }
        self.with(|state| state.shares.lend(allowance.into(), wanted, Instant::now()))
    }

    /// Takes back what was lent and not used; below zero, counts what was used beyond it.
    pub(crate) fn settle(&self, allowance: &Allowance, units: i32) {
        self.with(|state| {
            state.shares.settle(allowance.into(), units, Instant::now());
        });
    }

    async fn not_alone(&self) {
        while let Some(until) = self.alone_until(Instant::now()) {
            sleep_until(until).await;
        }
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
    use tokio::task::JoinSet;
    use uuid::Uuid;

    use super::*;

    const EVERY: Duration = Duration::from_millis(200);
    const ALLOWANCE: Allowance = Allowance {
        per_second: 5,
        at_once: 10,
        changed_page: 1,
        placed_page: 1,
        order: 1,
    };

    #[tokio::test(start_paused = true)]
    async fn a_shop_is_asked_within_its_budget_whoever_asks() {
        let gates = Gates::default();
        let id = ConnectionId::new(Uuid::from_u128(1));
        let began = Instant::now();
        for _ in 0..ALLOWANCE.at_once {
            gates.of(id).pass(&ALLOWANCE, 1).await;
        }
        assert_eq!(began.elapsed(), Duration::ZERO);
        for _ in 0..5 {
            gates.of(id).pass(&ALLOWANCE, 1).await;
        }
        assert_eq!(began.elapsed(), EVERY * 5);
        let other = ConnectionId::new(Uuid::from_u128(2));
        gates.of(other).pass(&ALLOWANCE, 1).await;
        assert_eq!(began.elapsed(), EVERY * 5, "another shop has its own");
    }

    /// An import that asks for all it can get, for as long as it lasts.
    #[tokio::test(start_paused = true)]
    async fn polls_do_not_wait_for_an_import_and_hints_make_it_step_back() {
        let gate = Arc::new(Gate::default());
        let asked = Arc::new(Mutex::new(0));
        let mut import = JoinSet::<()>::new();
        import.spawn({
            let (gate, asked) = (Arc::clone(&gate), Arc::clone(&asked));
            async move {
                loop {
                    gate.pass_last(&ALLOWANCE, 1).await;
                    *asked.lock().unwrap() += 1;
                }
            }
        });
        for _ in 0..100 {
            sleep(Duration::from_secs(1)).await;
            let began = Instant::now();
            gate.pass(&ALLOWANCE, 1).await;
            assert_eq!(began.elapsed(), Duration::ZERO, "a poll goes at once");
        }
        let alone = *asked.lock().unwrap();
        assert!((395..=405).contains(&alone), "what polls leave: {alone}");
        for _ in 0..100 {
            sleep(Duration::from_secs(1)).await;
            gate.note(&ALLOWANCE, 5);
        }
        let beside = *asked.lock().unwrap() - alone;
        assert!(beside < 10, "hints use all there is: {beside}");
        import.shutdown().await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_shop_that_asked_for_it_is_left_alone() {
        let gate = Gate::default();
        gate.leave_alone(Duration::from_mins(1));
        gate.leave_alone(Duration::from_secs(10));
        assert_eq!(gate.left_alone(), Duration::from_mins(1));
        let began = Instant::now();
        gate.pass(&ALLOWANCE, 1).await;
        assert_eq!(began.elapsed(), Duration::from_mins(1));
        assert_eq!(gate.left_alone(), Duration::ZERO);
    }
}
