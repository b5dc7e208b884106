//! Deliveries on their way: repeated until they are taken, and given up in the end.

use std::collections::BTreeMap;

use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use shop::sim::Outgoing;

/// How long a delivery waits for its answer.
const PATIENCE: SignedDuration = SignedDuration::from_secs(5);
/// Repetitions of a delivery, over about four hours.
const RETRIES: u32 = 8;
/// Before the first repetition; twice as long before each one after it.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(1);

/// Addressed and signed when the thing happened: repeated as it is, wherever its webhook leads since.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub(super) subscription: u64,
    pub(super) url: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) triggered_at: Timestamp,
}

/// What came of an attempt, for the webhook that it was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Taken {
        subscription: u64,
    },
    /// For the last time.
    GivenUp {
        subscription: u64,
        began: Timestamp,
    },
}

#[derive(Debug)]
struct Pending {
    delivery: Delivery,
    failures: u32,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Due(Timestamp),
    Out { attempt: u64, until: Timestamp },
}

#[derive(Debug, Default)]
pub(super) struct Deliveries {
    pending: BTreeMap<u64, Pending>,
    /// Numbers given to deliveries and to attempts.
    given: u64,
}

impl Deliveries {
    pub(super) fn add(&mut self, delivery: Delivery, due_at: Timestamp) {
        self.given += 1;
        let pending = Pending {
            delivery,
            failures: 0,
            state: State::Due(due_at),
        };
        self.pending.insert(self.given, pending);
    }

    /// Those whose time has come. Attempts that nobody answered have failed by then.
    pub(super) fn due(&mut self, now: Timestamp) -> (Vec<Outgoing>, Vec<Outcome>) {
        let silent: Vec<u64> = self
            .pending
            .values()
            .filter_map(|pending| match pending.state {
                State::Out { attempt, until } if until <= now => Some(attempt),
                State::Out { .. } | State::Due(_) => None,
            })
            .collect();
        let outcomes = silent
            .into_iter()
            .filter_map(|attempt| self.answered(attempt, None, now));
        let outcomes = outcomes.collect();
        let mut outgoing = Vec::new();
        for pending in self.pending.values_mut() {
            if let State::Due(at) = pending.state
                && at <= now
            {
                self.given += 1;
                pending.state = State::Out {
                    attempt: self.given,
                    until: now + PATIENCE,
                };
                outgoing.push(Outgoing {
                    id: self.given,
                    url: pending.delivery.url.clone(),
                    headers: pending.delivery.headers.clone(),
                    body: pending.delivery.body.clone(),
                });
            }
        }
        (outgoing, outcomes)
    }

    /// What it means for the webhook that an attempt ended so; nothing if it is to be repeated.
    pub(super) fn answered(
        &mut self,
        attempt: u64,
        status: Option<u16>,
        now: Timestamp,
    ) -> Option<Outcome> {
        let key = self
            .pending
            .iter()
            .find_map(|(key, pending)| match pending.state {
                State::Out { attempt: out, .. } if out == attempt => Some(*key),
                State::Out { .. } | State::Due(_) => None,
            })?;
        let mut pending = self.pending.remove(&key)?;
        let subscription = pending.delivery.subscription;
        if status.is_some_and(|status| (200..300).contains(&status)) {
            return Some(Outcome::Taken { subscription });
        }
        if pending.failures == RETRIES {
            let began = pending.delivery.triggered_at;
            return Some(Outcome::GivenUp {
                subscription,
                began,
            });
        }
        pending.state = State::Due(now + FIRST_PAUSE * 2_i32.pow(pending.failures));
        pending.failures += 1;
        self.pending.insert(key, pending);
        None
    }

    /// When there is something to do next: a delivery, or an answer that did not come.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        let instants = self.pending.values().map(|pending| match pending.state {
            State::Due(at) => at,
            State::Out { until, .. } => until,
        });
        instants.min()
    }
}
