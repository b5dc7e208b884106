//! The time and new ids, as arguments: the only file of the workspace that asks the wall clock.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use uuid::timestamp::context::ContextV7;

/// Says what time it is.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// Gives new ids.
pub trait Ids: Debug + Send + Sync + 'static {
    /// An id that was never given before.
    fn next(&self) -> Uuid;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the wall clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands still until a test moves it. Clones share the time.
#[derive(Clone, Debug)]
pub struct ManualClock {
    now: Arc<Mutex<Timestamp>>,
}

impl ManualClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self {
            now: Arc::new(Mutex::new(now)),
        }
    }

    /// Moves the clock to `now`, forwards or backwards.
    pub fn set(&self, now: Timestamp) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// Moves the clock forwards, or backwards by a negative amount; stops at the end of time.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let end = if by.is_negative() {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        };
        *now = now.checked_add(by).unwrap_or(end);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Version 7 ids: ordered by the clock's instant, and among one process's ids of the same millisecond by a counter.
pub struct SystemIds {
    clock: Arc<dyn Clock>,
    order: Mutex<ContextV7>,
}

impl SystemIds {
    /// Ids that carry the time of `clock`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            order: Mutex::new(ContextV7::new()),
        }
    }
}

impl Debug for SystemIds {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SystemIds")
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}

impl Ids for SystemIds {
    fn next(&self) -> Uuid {
        // Version 7 has no room for an instant before 1970; such a clock is wrong anyway.
        let now = self.clock.now().max(Timestamp::UNIX_EPOCH);
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
        Uuid::new_v7(uuid::Timestamp::from_unix(
            &self.order,
            seconds,
            nanoseconds,
        ))
    }
}

/// 1, 2, 3 and so on, dressed as version 7 ids, for tests. Clones share the count.
#[derive(Clone, Debug, Default)]
pub struct SequentialIds {
    given: Arc<AtomicU64>,
}

impl SequentialIds {
    /// Ids that begin after `seed`, so that two sources in one test do not meet.
    #[must_use]
    pub fn after(seed: u64) -> Self {
        Self {
            given: Arc::new(AtomicU64::new(seed)),
        }
    }
}

impl Ids for SequentialIds {
    fn next(&self) -> Uuid {
        let number = self.given.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        uuid::Builder::from_u128(number.into())
            .with_version(uuid::Version::SortRand)
            .with_variant(uuid::Variant::RFC4122)
            .into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Timestamp {
        "2025-11-28T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = ManualClock::at(noon());
        let same = clock.clone();
        assert_eq!(clock.now(), noon());
        same.advance(SignedDuration::from_mins(1));
        assert_eq!(clock.now(), "2025-11-28T12:01:00Z".parse().unwrap());
        clock.advance(SignedDuration::MAX);
        assert_eq!(clock.now(), Timestamp::MAX);
        clock.advance(SignedDuration::MIN);
        assert_eq!(clock.now(), Timestamp::MIN);
        clock.set(noon());
        assert_eq!(same.now(), noon());
    }

    #[test]
    fn system_ids_carry_the_time_of_the_clock_and_grow_within_a_millisecond() {
        let clock = ManualClock::at(noon());
        let ids = SystemIds::new(Arc::new(clock.clone()));
        let given: Vec<Uuid> = (0..1_000).map(|_| ids.next()).collect();
        assert!(given.is_sorted_by(|earlier, later| earlier < later));
        for id in &given {
            assert_eq!(id.get_version(), Some(uuid::Version::SortRand));
        }
        let (seconds, _) = given.first().unwrap().get_timestamp().unwrap().to_unix();
        assert_eq!(i64::try_from(seconds).unwrap(), noon().as_second());
        clock.set("1969-01-01T00:00:00Z".parse().unwrap());
        assert_eq!(ids.next().get_version(), Some(uuid::Version::SortRand));
    }

    #[test]
    fn sequential_ids_count() {
        let ids = SequentialIds::default();
        assert_eq!(
            ids.next().to_string(),
            "00000000-0000-7000-8000-000000000001"
        );
        assert_eq!(
            ids.clone().next().to_string(),
            "00000000-0000-7000-8000-000000000002"
        );
        assert_eq!(
            SequentialIds::after(255).next().to_string(),
            "00000000-0000-7000-8000-000000000100"
        );
    }
}
