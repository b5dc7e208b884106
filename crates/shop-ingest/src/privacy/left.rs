//! What fails by itself, while the rest goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::mem;

use jiff::Timestamp;
use retail::RetailerId;

/// What was not done, round by round; each is logged when it begins to fail.
#[derive(Debug, Default)]
pub(crate) struct Left {
    before: BTreeSet<String>,
    now: BTreeSet<String>,
    /// Whose archive is not searched again before when.
    rests: BTreeMap<RetailerId, Timestamp>,
}

impl Left {
    /// `what` is told by ids alone.
    pub(super) fn note(&mut self, what: String, why: &dyn Display) {
        if !self.before.contains(&what) && !self.now.contains(&what) {
            tracing::warn!(what, error = %why, "what people ask by law is not done yet");
        }
        self.now.insert(what);
    }

    pub(super) fn rest(&mut self, retailer: RetailerId, until: Timestamp) {
        self.rests.insert(retailer, until);
    }

    pub(super) fn rests(&self, retailer: RetailerId, now: Timestamp) -> bool {
        self.rests.get(&retailer).is_some_and(|until| now < *until)
    }

    pub(super) fn end_round(&mut self) {
        self.before = mem::take(&mut self.now);
    }
}
