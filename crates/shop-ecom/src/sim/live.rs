//! The shop in business: what of its orders has happened so far, who may ask, and what it tells.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use service::clock::Clock;

use super::budget::{Budget, REQUESTS_PER_MINUTE};
use super::hook::{Event, Hook};
use super::order::Order;
use super::outbox::Outbox;
use super::{Shop, api};

/// Who may ask the shop, and how it signs.
#[derive(Clone, Debug)]
pub struct Access {
    pub store: u64,
    /// Of this store and app.
    pub token: String,
    /// Of the app, for all stores.
    pub client_secret: String,
}

/// A shop whose orders happen one change after the other.
#[derive(Debug)]
pub struct Live {
    pub(super) shop: Shop,
    pub(super) access: Access,
    pub(super) clock: Arc<dyn Clock>,
    /// Order and version of every change, in the order of time.
    changes: Vec<(usize, usize)>,
    state: Mutex<State>,
}

#[derive(Debug)]
pub(super) struct State {
    /// How many of the changes have happened.
    happened: usize,
    /// The version of each order that is shown; `None`: not placed yet.
    shown: Vec<Option<usize>>,
    pub(super) budget: Budget,
    outbox: Outbox,
}

impl Live {
    /// A shop that has opened and sold nothing yet.
    #[must_use]
    pub fn new(shop: Shop, access: Access, clock: Arc<dyn Clock>) -> Arc<Self> {
        Self::with_limit(shop, access, clock, REQUESTS_PER_MINUTE)
    }

    /// The same with another limit of requests a minute, for storms.
    #[must_use]
    pub fn with_limit(
        shop: Shop,
        access: Access,
        clock: Arc<dyn Clock>,
        requests_per_minute: u32,
    ) -> Arc<Self> {
        let mut changes: Vec<(usize, usize)> = shop
            .orders
            .iter()
            .enumerate()
            .flat_map(|(order, versions)| (0..versions.len()).map(move |version| (order, version)))
            .collect();
        changes.sort_by_key(|(order, version)| {
            let at = shop.orders.get(*order).and_then(|v| v.get(*version));
            (at.map(|at| at.modified_at), *order)
        });
        let state = State {
            happened: 0,
            shown: vec![None; shop.orders.len()],
            budget: Budget::new(requests_per_minute),
            outbox: Outbox::default(),
        };
        Arc::new(Self {
            shop,
            access,
            clock,
            changes,
            state: Mutex::new(state),
        })
    }

    #[must_use]
    pub const fn shop(&self) -> &Shop {
        &self.shop
    }

    /// The shop's API, under `/api/v3/{store}`.
    pub fn router(self: &Arc<Self>) -> axum::Router {
        api::router(Arc::clone(self))
    }

    /// Lets the next change happen, and gives what the shop tells of it. `None` when all has happened.
    pub fn next(&self) -> Option<Hook> {
        let now = self.clock.now();
        let mut state = self.state();
        let (place, version) = *self.changes.get(state.happened)?;
        state.happened += 1;
        let shown = state.shown.get_mut(place)?;
        let before = *shown;
        *shown = Some(version);
        let versions = self.shop.orders.get(place)?;
        let order = versions.get(version)?;
        let before = before.and_then(|before| versions.get(before));
        Some(Hook::of_order(
            &self.access,
            Event::of(before, order),
            now,
            order,
        ))
    }

    /// Lets the next change happen and puts what the shop tells of it into the outbox. False when all
    /// has happened.
    pub fn go_on(&self) -> bool {
        let Some(hook) = self.next() else {
            return false;
        };
        let now = self.clock.now();
        self.state().outbox.push(hook, now);
        true
    }

    /// Posts everything that is due to `url`, one after the other. How many were taken.
    pub async fn deliver(&self, client: &reqwest::Client, url: &str) -> u64 {
        let due = {
            let now = self.clock.now();
            self.state().outbox.due(now)
        };
        let mut taken = 0;
        for attempt in due {
            let Hook {
                query,
                headers,
                body,
            } = attempt.hook.clone();
            let mut request = client.post(format!("{url}{query}")).body(body);
            for (name, value) in headers {
                request = request.header(name, value);
            }
            let status = request
                .send()
                .await
                .ok()
                .map(|answer| answer.status().as_u16());
            taken += u64::from(self.state().outbox.answered(attempt, status));
        }
        taken
    }

    /// When the shop wants to deliver something next.
    #[must_use]
    pub fn next_delivery(&self) -> Option<Timestamp> {
        self.state().outbox.next_due()
    }

    /// The orders as they are now, the latest placed first.
    pub(super) fn orders(&self) -> Vec<&Order> {
        let state = self.state();
        let orders = self.shop.orders.iter().zip(&state.shown);
        let mut orders: Vec<&Order> = orders
            .filter_map(|(versions, shown)| versions.get((*shown)?))
            .collect();
        orders.reverse();
        orders
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
