//! Which deliveries are due, and when one that nobody took is tried again.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::hook::Hook;

/// After the first try: a quarter of an hour, half, three quarters, then every hour for a day. Then
/// the shop gives up.
pub const RETRIES: [SignedDuration; 27] = retries();

const fn retries() -> [SignedDuration; 27] {
    let mut retries = [SignedDuration::ZERO; 27];
    let mut place = 0;
    let mut minutes = 0;
    while place < retries.len() {
        minutes += if place < 4 { 15 } else { 60 };
        retries[place] = SignedDuration::from_mins(minutes);
        place += 1;
    }
    retries
}

/// One try to deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub hook: Hook,
    first_at: Timestamp,
    /// Tries made before this one.
    tries: usize,
}

/// The deliveries that are still to be made. Those that are due at one time keep no order: eCom
/// promises none.
#[derive(Debug, Default)]
pub struct Outbox {
    waiting: BTreeMap<(Timestamp, u64), Attempt>,
    next: u64,
    given_up: u64,
}

impl Outbox {
    /// To be delivered at once.
    pub fn push(&mut self, hook: Hook, now: Timestamp) {
        let attempt = Attempt {
            hook,
            first_at: now,
            tries: 0,
        };
        self.wait(now, attempt);
    }

    /// Takes out what is due. Each is to be handed back by [`Outbox::answered`].
    pub fn due(&mut self, now: Timestamp) -> Vec<Attempt> {
        let later = self.waiting.split_off(&(now, u64::MAX));
        std::mem::replace(&mut self.waiting, later)
            .into_values()
            .collect()
    }

    /// `status` is what the receiver answered, `None` when it did not. Whether it was taken.
    pub fn answered(&mut self, attempt: Attempt, status: Option<u16>) -> bool {
        if matches!(status, Some(200 | 201 | 202 | 204 | 209)) {
            return true;
        }
        match RETRIES.get(attempt.tries) {
            Some(pause) => {
                let tries = attempt.tries + 1;
                self.wait(attempt.first_at + *pause, Attempt { tries, ..attempt });
            }
            None => self.given_up += 1,
        }
        false
    }

    /// When something is due next.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.waiting.keys().next().map(|(at, _)| *at)
    }

    /// How many were tried for the last time.
    #[must_use]
    pub const fn given_up(&self) -> u64 {
        self.given_up
    }

    fn wait(&mut self, at: Timestamp, attempt: Attempt) {
        self.waiting.insert((at, self.next), attempt);
        self.next += 1;
    }
}
