//! What lies between the shop and the world.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

use crate::certificates::Certificates;
use crate::clock::SimClock;
use crate::counts::Counters;
use crate::faults::{AnswerFate, DeliveryFate, Faults, HandshakeFate};
use crate::journal::Journals;
use crate::outage::Outage;

/// Shared by everything that sends or answers.
#[derive(Debug)]
pub(crate) struct Network {
    seed: u64,
    weather: watch::Sender<Weather>,
    requests: AtomicU64,
    handshakes: AtomicU64,
    /// `None`: the shop is asked without TLS.
    pub(crate) certificates: Option<Certificates>,
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

impl Weather {
    fn in_force(self) -> Faults {
        let Self { faults, on } = self;
        if on { faults } else { Faults::NONE }
    }
}

impl Network {
    pub(crate) fn new(
        seed: u64,
        faults: Faults,
        certificates: Option<Certificates>,
        clock: Arc<SimClock>,
    ) -> Arc<Self> {
        Arc::new(Self {
            seed,
            weather: watch::Sender::new(Weather { faults, on: true }),
            requests: AtomicU64::new(0),
            handshakes: AtomicU64::new(0),
            certificates,
            outage: Outage::new(clock),
            counters: Counters::default(),
            journals: Journals::default(),
        })
    }

    pub(crate) fn weather(&self) -> Weather {
        *self.weather.borrow()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Weather)) {
        self.weather.send_modify(change);
    }

    /// Of the attempt of this number.
    pub(crate) fn delivery(&self, number: u64) -> DeliveryFate {
        DeliveryFate::of(&self.weather().in_force().deliveries, self.seed, number)
    }

    /// Of the next request.
    pub(crate) fn answer(&self) -> AnswerFate {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        AnswerFate::of(&self.weather().in_force().answers, self.seed, number)
    }

    /// Of the next connection.
    pub(crate) fn handshake(&self) -> HandshakeFate {
        let number = self.handshakes.fetch_add(1, Ordering::Relaxed);
        HandshakeFate::of(self.weather().in_force().handshakes, self.seed, number)
    }

    /// To be asked when a connection begins: waits until others would begin otherwise.
    pub(crate) fn other_handshakes(&self) -> impl Future<Output = ()> + use<> {
        let mut weather = self.weather.subscribe();
        let at_first = weather.borrow().in_force().handshakes;
        async move {
            let changed = weather.wait_for(|now| now.in_force().handshakes != at_first);
            // It fails when the shop is gone, and with it the connection.
            drop(changed.await);
        }
    }
}
