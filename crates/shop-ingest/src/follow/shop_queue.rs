//! The hints of one connection.

use std::collections::VecDeque;

use bus::{Delivery, ack_all};
use retail::ShopOrderId;
use tokio::time::Instant;

use super::Hint;
use crate::reading::Origin;

/// One order to ask for, and every delivery that hinted at it.
pub(super) struct Job {
    pub(super) order: ShopOrderId,
    pub(super) origin: Origin,
    pub(super) deliveries: Vec<Delivery>,
}

impl Job {
    pub(super) async fn acknowledge(&self) {
        if let Err(error) = ack_all(&self.deliveries).await {
            tracing::warn!(%error, "a hint that was followed is not acknowledged");
        }
    }
}

/// What waits for one shop.
#[derive(Default)]
pub(super) struct ShopQueue {
    jobs: VecDeque<Job>,
    is_asked: bool,
    /// When the hints handed back to the broker come again.
    postponed: Vec<Instant>,
    has_warned: bool,
}

impl ShopQueue {
    /// Hints at one order that wait together are one question.
    pub(super) fn add(&mut self, hint: Hint) {
        let Hint {
            connection: _,
            order,
            origin,
            delivery,
        } = hint;
        match self.jobs.iter_mut().find(|job| job.order == order) {
            Some(job) => job.deliveries.push(delivery),
            None => self.jobs.push_back(Job {
                order,
                origin,
                deliveries: vec![delivery],
            }),
        }
    }

    /// The next question, unless one is on its way.
    pub(super) fn next(&mut self) -> Option<Job> {
        if self.is_asked {
            return None;
        }
        let job = self.jobs.pop_front()?;
        self.is_asked = true;
        Some(job)
    }

    pub(super) fn answered(&mut self) {
        self.is_asked = false;
    }

    pub(super) fn take_all(&mut self) -> VecDeque<Job> {
        std::mem::take(&mut self.jobs)
    }

    pub(super) fn postponed(&mut self, until: Instant) {
        self.postponed.push(until);
    }

    /// Whether this is the first hint of the connection that leads nowhere.
    pub(super) fn first_not_followed(&mut self) -> bool {
        !std::mem::replace(&mut self.has_warned, true)
    }

    /// Deliveries not yet acknowledged, here and at the broker.
    pub(super) fn waiting(&self, now: Instant) -> usize {
        let here: usize = self.jobs.iter().map(|job| job.deliveries.len()).sum();
        here + self.postponed.iter().filter(|until| **until > now).count()
    }

    /// Whether nothing would be lost by forgetting this shop.
    pub(super) fn is_idle(&mut self, now: Instant) -> bool {
        self.postponed.retain(|until| *until > now);
        !self.is_asked && !self.has_warned && self.jobs.is_empty() && self.postponed.is_empty()
    }

    pub(super) async fn progress(&self) {
        for delivery in self.jobs.iter().flat_map(|job| &job.deliveries) {
            if let Err(error) = delivery.progress().await {
                tracing::debug!(%error, "the broker does not hear that a hint waits");
            }
        }
    }
}
