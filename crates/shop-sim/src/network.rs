//! What lies between the shop and the world.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::clock::SimClock;
use crate::counts::Counters;
use crate::faults::{AnswerFate, DeliveryFate, Faults};
use crate::journal::Journals;
use crate::outage::Outage;

/// Shared by everything that sends or answers.
#[derive(Debug)]
pub(crate) struct Network {
    seed: u64,
    faults: Mutex<Weather>,
    requests: AtomicU64,
    pub(crate) outage: Outage,
    pub(crate) counters: Counters,
    pub(crate) journals: Journals,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Weather {
    pub(crate) faults: Faults,
    /// Whether any of them happen.
    pub(crate) on: bool,
}

impl Network {
    pub(crate) fn new(seed: u64, faults: Faults, clock: Arc<SimClock>) -> Arc<Self> {
        Arc::new(Self {
            seed,
            faults: Mutex::new(Weather { faults, on: true }),
            requests: AtomicU64::new(0),
            outage: Outage::new(clock),
            counters: Counters::default(),
            journals: Journals::default(),
        })
    }

    pub(crate) fn weather(&self) -> Weather {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Weather)) {
        change(&mut self.faults.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Of the attempt of this number.
    pub(crate) fn delivery(&self, number: u64) -> DeliveryFate {
        DeliveryFate::of(&self.now().deliveries, self.seed, number)
    }

    /// Of the next request.
    pub(crate) fn answer(&self) -> AnswerFate {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        AnswerFate::of(&self.now().answers, self.seed, number)
    }

    fn now(&self) -> Faults {
        let Weather { faults, on } = self.weather();
        if on { faults } else { Faults::NONE }
    }
}
