//! What orders take from the shelf, and give back to it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::State;
use super::shelf;
use crate::sim::{Catalogue, Order, Status};

/// Units of each product, by its place in the catalogue, that an order holds.
pub(super) type Taken = BTreeMap<usize, i64>;

impl State {
    /// The order in this place has become `order`.
    pub(super) fn take(
        &mut self,
        catalogue: &Catalogue,
        place: usize,
        order: &Order,
        now: Timestamp,
    ) {
        let before = self.taken.remove(&place).unwrap_or_default();
        let after = taken(order, &before);
        let mut moved = after.clone();
        for (product, units) in &before {
            *moved.entry(*product).or_insert(0) -= units;
        }
        for (product, units) in moved {
            if units != 0 {
                self.shelf
                    .sell(shelf::id(catalogue.product(product)), units, now);
            }
        }
        self.taken.insert(place, after);
    }
}

impl State {
    /// Whether there is enough for a new order.
    pub(super) fn serves(&self, catalogue: &Catalogue, order: &Order) -> bool {
        let mut wanted = taken(order, &Taken::new()).into_iter();
        wanted.all(|(product, units)| {
            let left = self.shelf.left(shelf::id(catalogue.product(product)));
            left.is_none_or(|left| left >= units)
        })
    }
}

/// `observations/stock-transitions`: taken on entering a status that holds it, put back by another that does not; what
/// fails or is refunded gives back what a refund puts back and no more.
fn taken(order: &Order, before: &Taken) -> Taken {
    let all = || {
        let mut all = Taken::new();
        for line in &order.lines {
            if let Some(product) = line.product {
                *all.entry(product).or_insert(0) += line.quantity - line.restocked;
            }
        }
        all
    };
    match order.status {
        Status::OnHold | Status::Processing | Status::Completed => all(),
        Status::Refunded | Status::Failed if !before.is_empty() => all(),
        Status::Refunded | Status::Failed | Status::Packing => before.clone(),
        Status::CheckoutDraft | Status::Pending | Status::Cancelled => Taken::new(),
    }
}
