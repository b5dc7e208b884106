//! What has happened in the shop so far, and when.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use shop::sim::{ProductEdit, ProductEdits};

use super::dice::Dice;
use super::order::Order;
use super::{Shop, answer};

/// How often, in a hundred steps, a new order is placed while others could change.
const NEW_PERCENT: u64 = 40;
/// By how much the index of orders lags behind them.
const INDEX_LAG: SignedDuration = SignedDuration::from_secs(3);
/// Orders older than this are shown to no app without a right of its own.
const SHOWN_FOR: SignedDuration = SignedDuration::from_hours(60 * 24);

/// The shop's orders, each as far as it has come.
#[derive(Debug)]
pub(super) struct Trade {
    shop: Shop,
    /// By the order's place among those that the shop will ever have.
    placed: BTreeMap<usize, Placed>,
    /// Places of orders that will change still.
    open: Vec<usize>,
    next: usize,
    edits: ProductEdits,
    dice: Dice,
}

#[derive(Debug)]
struct Placed {
    /// When it came to each of its versions.
    at: Vec<Timestamp>,
    /// As it is now.
    order: Order,
}

/// What an order was, if it was there, and what it is.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) before: Option<Order>,
    pub(super) after: Order,
}

/// An order as the index has it.
#[derive(Debug)]
pub(super) struct Indexed<'a> {
    pub(super) created_at: Timestamp,
    /// Of the version that the index knows.
    pub(super) updated_at: Timestamp,
    /// As it is now.
    pub(super) order: &'a Order,
}

impl Trade {
    /// A shop in which nothing has happened. `seed` decides in which order it will.
    pub(super) fn new(shop: Shop, seed: u64) -> Self {
        Self {
            shop,
            placed: BTreeMap::new(),
            open: Vec::new(),
            next: 0,
            edits: ProductEdits::default(),
            dice: Dice::new(!seed),
        }
    }

    pub(super) const fn shop(&self) -> &Shop {
        &self.shop
    }

    /// Places an order, or lets one change; `None` when all have come to their end.
    pub(super) fn step(&mut self, now: Timestamp) -> Option<Change> {
        let can_place = self.next < self.shop.orders().len();
        let place = match self.open.get(self.dice.index(self.open.len())) {
            Some(place) if !can_place || !self.dice.percent(NEW_PERCENT) => *place,
            Some(_) | None if can_place => {
                self.next += 1;
                self.next - 1
            }
            Some(_) | None => return None,
        };
        Some(self.advance(place, now))
    }

    /// The order that is placed next.
    pub(super) fn to_come(&self) -> Option<&Order> {
        self.shop.orders().get(self.next)?.first()
    }

    /// It never is: its buyer goes away.
    pub(super) const fn turn_away(&mut self) {
        self.next += 1;
    }

    /// Brings an order to a version, or leaves it at a later one, at the instants that its story tells.
    #[cfg(test)]
    pub(super) fn reach(&mut self, place: usize, version: usize) {
        let reached = |trade: &Self| trade.placed.get(&place).map_or(0, |placed| placed.at.len());
        while reached(self) <= version {
            let at = self.shop.orders()[place][reached(self)].updated_at;
            self.advance(place, at);
        }
    }

    fn advance(&mut self, place: usize, now: Timestamp) -> Change {
        let versions = &self.shop.orders()[place];
        let (before, mut at) = match self.placed.remove(&place) {
            None => (None, Vec::new()),
            Some(Placed { at, order }) => (Some(order), at),
        };
        // Shopify's instants are whole seconds, and do not go back when a clock does.
        let second = Timestamp::from_second(now.as_second()).unwrap_or(now);
        at.push(at.last().map_or(second, |last| second.max(*last)));
        let order = stamped(versions, &at);
        self.open.retain(|open| *open != place);
        if at.len() < versions.len() {
            self.open.push(place);
        }
        let after = order.clone();
        self.placed.insert(place, Placed { at, order });
        Change { before, after }
    }

    /// The orders as they are now, in the order in which they were placed.
    pub(super) fn orders(&self) -> impl ExactSizeIterator<Item = &Order> {
        self.placed.values().map(|placed| &placed.order)
    }

    /// Somebody edits a product: orders that are not placed yet will have it so.
    pub(super) fn edit(&mut self, edit: ProductEdit) {
        let next = self
            .shop
            .orders()
            .get(self.next)
            .and_then(|order| order.first());
        self.edits
            .add(next.map_or(u64::MAX, |order| order.id), edit);
    }

    /// An order as the API answers it.
    pub(super) fn answer(&self, order: &Order) -> Value {
        let catalogue = self.shop.catalogue().as_of(order.id, &self.edits);
        answer::order(&catalogue, order)
    }

    /// The order of this id, if an app may see it.
    pub(super) fn order(&self, id: u64, now: Timestamp) -> Option<&Order> {
        let first = self.shop.orders().first()?.first()?.id;
        let place = usize::try_from(id.checked_sub(first)?).ok()?;
        let order = &self.placed.get(&place)?.order;
        is_shown(order, now).then_some(order)
    }

    /// What the index holds now: orders of a moment ago, and of each the version of then.
    pub(super) fn indexed(&self, now: Timestamp) -> impl Iterator<Item = Indexed<'_>> {
        self.placed.values().filter_map(move |placed| {
            let known = placed.at.iter().rev();
            let updated_at = known
                .copied()
                .find(|at| now.duration_since(*at) >= INDEX_LAG)?;
            is_shown(&placed.order, now).then_some(Indexed {
                created_at: placed.order.created_at,
                updated_at,
                order: &placed.order,
            })
        })
    }
}

fn is_shown(order: &Order, now: Timestamp) -> bool {
    now.duration_since(order.created_at) <= SHOWN_FOR
}

/// The last of the versions that were reached, with the instants at which that happened in place of those
/// that its story tells.
fn stamped(versions: &[Order], at: &[Timestamp]) -> Order {
    let real = |told: Timestamp| {
        let versions = versions.iter().zip(at);
        versions
            .rev()
            .find(|(version, _)| version.updated_at == told)
            .map_or(told, |(_, at)| *at)
    };
    let mut order = versions[at.len() - 1].clone();
    order.created_at = real(order.created_at);
    order.updated_at = real(order.updated_at);
    order.cancelled_at = order.cancelled_at.map(real);
    for payment in &mut order.payments {
        payment.at = real(payment.at);
    }
    for refund in &mut order.refunds {
        refund.at = real(refund.at);
    }
    order
}
