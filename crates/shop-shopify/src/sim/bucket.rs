//! Points, which every question costs, and the bucket they flow into.

use jiff::Timestamp;
use serde_json::{Value, json};

/// What a shop pays for, which decides how much it may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    Standard,
    Enterprise,
    /// No shop has it.
    Unlimited,
}

impl Plan {
    const fn points_per_second(self) -> i64 {
        match self {
            Self::Standard => 100,
            Self::Enterprise => 2_000,
            Self::Unlimited => 1_000_000,
        }
    }

    /// What flows in within 20 s.
    const fn capacity(self) -> i64 {
        self.points_per_second() * 20
    }
}

#[derive(Debug)]
pub(super) struct Bucket {
    plan: Plan,
    thousandths: i64,
    filled_at: Timestamp,
}

impl Bucket {
    pub(super) fn full(plan: Plan, now: Timestamp) -> Self {
        Self {
            plan,
            thousandths: plan.capacity() * 1_000,
            filled_at: now,
        }
    }

    /// Whether it holds what is asked for. Only what the answer turns out to cost is taken.
    pub(super) fn holds(&mut self, points: i64, now: Timestamp) -> bool {
        let passed = now.duration_since(self.filled_at).as_millis();
        if passed > 0 {
            let passed = i64::try_from(passed).unwrap_or(i64::MAX);
            let flown = passed.saturating_mul(self.plan.points_per_second());
            let full = self.plan.capacity() * 1_000;
            self.thousandths = self.thousandths.saturating_add(flown).min(full);
            self.filled_at = now;
        }
        self.thousandths >= points * 1_000
    }

    pub(super) const fn take(&mut self, points: i64) {
        self.thousandths -= points * 1_000;
    }

    pub(super) fn status(&self) -> Value {
        json!({
            "maximumAvailable": self.plan.capacity(),
            "currentlyAvailable": self.thousandths / 1_000,
            "restoreRate": self.plan.points_per_second(),
        })
    }
}

/// What an answer costs: less than the question, where less came of it.
pub(super) fn cost(data: &Value) -> i64 {
    data.as_object()
        .map_or(0, |fields| fields.values().map(of).sum())
}

fn of(value: &Value) -> i64 {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
        // A plain list costs what one of its members does.
        Value::Array(items) => items.iter().map(of).max().unwrap_or(0),
        Value::Object(fields) => {
            let is_free = ["amount", "shopMoney", "hasNextPage"];
            if is_free.iter().any(|name| fields.contains_key(*name)) {
                0
            } else if let Some(Value::Array(nodes)) = fields.get("nodes") {
                2 + size(nodes.len()) * nodes.iter().map(of).max().unwrap_or(0)
            } else {
                1 + fields.values().map(of).sum::<i64>()
            }
        }
    }
}

/// What a list of `length` counts as: twice its natural logarithm, rounded down, and at least one.
fn size(length: usize) -> i64 {
    const GROWS_AT: [usize; 11] = [1, 3, 5, 8, 13, 21, 34, 55, 91, 149, 245];
    let size = GROWS_AT.iter().filter(|at| length >= **at).count();
    i64::try_from(size).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_what_it_holds_and_fills_again() {
        let start: Timestamp = "2026-11-21T14:00:00Z".parse().unwrap();
        let later = |millis| start + jiff::SignedDuration::from_millis(millis);
        let mut bucket = Bucket::full(Plan::Standard, start);
        assert!(bucket.holds(2_000, start) && !bucket.holds(2_001, start));
        bucket.take(2_000);
        assert!(!bucket.holds(1, start));
        assert!(bucket.holds(50, later(500)) && !bucket.holds(51, later(500)));
        assert!(bucket.holds(2_000, later(90_000)) && !bucket.holds(2_001, later(90_000)));
    }

    #[test]
    fn a_list_counts_as_what_was_recorded() {
        let sizes = [0, 1, 5, 10, 20, 50, 100, 250].map(size);
        assert_eq!(sizes, [0, 1, 3, 4, 5, 7, 9, 11]);
    }
}
