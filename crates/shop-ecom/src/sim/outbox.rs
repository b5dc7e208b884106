//! Which deliveries are due, and when one that nobody took is tried again.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::hook::Hook;

/// After the first try: a quarter of an hour, half, three quarters, then every hour for a day. Then
/// the shop gives up.
pub const RETRIES: [SignedDuration; 27] = retries();

/// For a connection 3 s, for an answer 10 s: then there is none.
pub const PATIENCE: SignedDuration = SignedDuration::from_secs(13);

/// An app that takes no delivery for this long is told nothing more.
pub const BLOCKED_AFTER: SignedDuration = SignedDuration::from_hours(14 * 24);

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
    /// Of this try.
    pub id: u64,
    pub hook: Hook,
}

/// A delivery, over all its tries.
#[derive(Clone, Debug)]
struct Delivery {
    hook: Hook,
    first_at: Timestamp,
    tries: usize,
}

/// The deliveries that are still to be made. Those that are due at one time keep no order: eCom
/// promises none.
#[derive(Debug, Default)]
pub struct Outbox {
    waiting: BTreeMap<(Timestamp, u64), Delivery>,
    /// Given out and not answered: since when.
    out: BTreeMap<u64, (Timestamp, Delivery)>,
    next: u64,
    given_up: u64,
    failing_since: Option<Timestamp>,
    blocked: bool,
}

impl Outbox {
    /// To be delivered at once, unless the app is blocked.
    pub fn push(&mut self, hook: Hook, now: Timestamp) {
        let delivery = Delivery {
            hook,
            first_at: now,
            tries: 0,
        };
        self.wait(now, delivery);
    }

    /// Takes out what is due. Each is to be answered by [`Outbox::answered`] before [`PATIENCE`] ends.
    pub fn due(&mut self, now: Timestamp) -> Vec<Attempt> {
        let lost: Vec<u64> = self
            .out
            .iter()
            .filter(|(_, (since, _))| now.duration_since(*since) > PATIENCE)
            .map(|(id, _)| *id)
            .collect();
        for id in lost {
            self.answered(id, None, now);
        }
        let later = self.waiting.split_off(&(now, u64::MAX));
        let due = std::mem::replace(&mut self.waiting, later);
        due.into_values()
            .map(|delivery| {
                let id = self.id();
                let hook = delivery.hook.clone();
                self.out.insert(id, (now, delivery));
                Attempt { id, hook }
            })
            .collect()
    }

    /// `status` is what the receiver answered, `None` when it did not. Whether it was taken.
    pub fn answered(&mut self, id: u64, status: Option<u16>, now: Timestamp) -> bool {
        let Some((_, delivery)) = self.out.remove(&id) else {
            return false;
        };
        if matches!(status, Some(200 | 201 | 202 | 204 | 209)) {
            self.failing_since = None;
            return true;
        }
        let since = *self.failing_since.get_or_insert(now);
        if now.duration_since(since) >= BLOCKED_AFTER {
            self.block();
        }
        match RETRIES.get(delivery.tries) {
            Some(pause) => {
                let (at, tries) = (delivery.first_at + *pause, delivery.tries + 1);
                self.wait(at, Delivery { tries, ..delivery });
            }
            None => self.given_up += 1,
        }
        false
    }

    /// Nothing is told any more, what waits included.
    pub fn block(&mut self) {
        self.blocked = true;
        self.waiting.clear();
    }

    /// What happens from now on is told again.
    pub fn unblock(&mut self) {
        self.blocked = false;
        self.failing_since = None;
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

    fn wait(&mut self, at: Timestamp, delivery: Delivery) {
        if !self.blocked {
            let id = self.id();
            self.waiting.insert((at, id), delivery);
        }
    }

    const fn id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}
