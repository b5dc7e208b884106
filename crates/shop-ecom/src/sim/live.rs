//! The shop in business: what of its orders has happened so far, who may ask, and what it tells.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use service::clock::Clock;
use shop::sim::{ProductEdit, ProductEdits};

use super::batch::Batches;
use super::body;
use super::books::{self, Books};
use super::budget::{Budget, REQUESTS_PER_MINUTE};
use super::catalogue::Product;
use super::goods::Goods;
use super::hook::{Event, Hook};
use super::login::Code;
use super::order::{Order, Status};
use super::outbox::Outbox;
use super::record::Record;
use super::{Shop, api};

/// How far the search for orders is behind the orders themselves, in a shop that goes by its clock.
pub const SEARCH_LAG: SignedDuration = SignedDuration::from_secs(1);

/// Who may ask the shop, and how it signs.
#[derive(Clone, Debug)]
pub struct Access {
    pub store: u64,
    /// Of this store and app.
    pub token: String,
    /// Of the app, for all stores.
    pub client_secret: String,
}

/// When the shop's orders are said to be placed and changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Instants {
    /// As their lives are told, whatever the clock shows.
    Told,
    /// By the clock, in whole seconds, when it happens.
    Clock,
}

/// A shop whose orders happen one change after the other.
#[derive(Debug)]
pub struct Live {
    pub(super) shop: Shop,
    pub(super) access: Access,
    pub(super) clock: Arc<dyn Clock>,
    instants: Instants,
    /// Order and version of every change, in the order of time.
    changes: Vec<(usize, usize)>,
    /// The place of each order by either of its names.
    names: HashMap<String, usize>,
    state: Mutex<State>,
    edits: Mutex<ProductEdits>,
}

/// An order at one version, and since when.
type Shown = (Timestamp, Arc<Order>);

#[derive(Debug)]
pub(super) struct State {
    /// How many of the changes have happened.
    happened: usize,
    /// The versions of each order that have happened, oldest first; none: not placed yet.
    shown: Vec<Vec<Shown>>,
    pub(super) budget: Budget,
    pub(super) outbox: Outbox,
    /// Where the app wants to be told.
    pub(super) hook: Option<String>,
    pub(super) is_installed: bool,
    /// Those that are good for something.
    pub(super) tokens: HashSet<String>,
    pub(super) codes: HashMap<String, Code>,
    pub(super) goods: Goods,
    /// Orders whose buyers went away; `None`: the shop sells more than it has.
    pub(super) turned_away: Option<HashSet<usize>>,
    pub(super) batches: Batches,
    pub(super) record: Record,
    /// How many writing requests are done and not answered.
    pub(super) answers_lost: usize,
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
        Self::open(shop, access, clock, requests_per_minute, Instants::Told)
    }

    /// One whose orders are placed and changed by the clock when it happens, and whose search is behind
    /// by [`SEARCH_LAG`].
    #[must_use]
    pub fn by_clock(
        shop: Shop,
        access: Access,
        clock: Arc<dyn Clock>,
        requests_per_minute: u32,
    ) -> Arc<Self> {
        Self::open(shop, access, clock, requests_per_minute, Instants::Clock)
    }

    fn open(
        shop: Shop,
        access: Access,
        clock: Arc<dyn Clock>,
        requests_per_minute: u32,
        instants: Instants,
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
        let names = shop
            .orders
            .iter()
            .enumerate()
            .filter_map(|(place, versions)| Some((place, versions.first()?)))
            .flat_map(|(place, order)| {
                [order.id.clone(), order.internal_id.to_string()].map(|name| (name, place))
            })
            .collect();
        let state = State {
            happened: 0,
            shown: vec![Vec::new(); shop.orders.len()],
            budget: Budget::new(requests_per_minute),
            outbox: Outbox::default(),
            hook: None,
            is_installed: true,
            tokens: HashSet::from([access.token.clone()]),
            codes: HashMap::new(),
            goods: Goods::new(&shop.catalogue, shop.opened_at),
            turned_away: None,
            batches: Batches::default(),
            record: Record::default(),
            answers_lost: 0,
        };
        Arc::new(Self {
            shop,
            access,
            clock,
            instants,
            changes,
            names,
            state: Mutex::new(state),
            edits: Mutex::default(),
        })
    }

    #[must_use]
    pub const fn shop(&self) -> &Shop {
        &self.shop
    }

    /// The shop's API, under `/api/v3/{store}`, and the log-in.
    pub fn router(self: &Arc<Self>) -> axum::Router {
        api::router(Arc::clone(self))
    }

    /// Lets the next change happen, and gives what the shop tells of it. `None` when all has happened.
    pub fn next(&self) -> Option<Hook> {
        let now = self.clock.now();
        let mut state = self.state();
        let (place, version) = *self.changes.get(state.happened)?;
        state.happened += 1;
        let told = self.shop.orders.get(place)?.get(version)?;
        let shown = state.shown.get_mut(place)?;
        let before = shown.last().map(|(_, order)| Arc::clone(order));
        let order = match self.instants {
            Instants::Told => told.clone(),
            Instants::Clock => told.clone().happening_at(now, before.as_deref()),
        };
        let hook = Hook::of_order(
            &self.access,
            Event::of(before.as_deref(), &order),
            now,
            &order,
        );
        let order = Arc::new(order);
        shown.push((now, Arc::clone(&order)));
        self.take_stock(&mut state.goods, before.as_deref(), &order, now);
        Some(hook)
    }

    /// Whether the next buyer wants more than there is and goes away, or has gone before: that change never happens.
    pub(super) fn turns_away(&self) -> bool {
        let mut state = self.state();
        let Some((place, version)) = self.changes.get(state.happened).copied() else {
            return false;
        };
        let order = self.shop.orders.get(place).and_then(|order| order.first());
        let is_served = version > 0 || order.is_none_or(|order| self.serves(&state.goods, order));
        let State {
            happened,
            turned_away: Some(away),
            ..
        } = &mut *state
        else {
            return false;
        };
        if !is_served {
            away.insert(place);
        }
        let turns_away = away.contains(&place);
        *happened += usize::from(turns_away);
        turns_away
    }

    /// Whether there is enough for a new order.
    fn serves(&self, goods: &Goods, order: &Order) -> bool {
        let mut wanted: HashMap<(u64, Option<u64>), (&Product, i64)> = HashMap::new();
        for line in &order.lines {
            if let Some(sold) = line.product(&self.shop.catalogue) {
                let thing = (sold.product_id, sold.combination_id);
                wanted.entry(thing).or_insert((sold, 0)).1 += line.quantity;
            }
        }
        wanted
            .into_values()
            .all(|(sold, units)| goods.left(sold).is_none_or(|left| left >= units))
    }

    /// The shop takes from its shelves what an order holds from now on, and puts back what it holds no more.
    fn take_stock(&self, goods: &mut Goods, before: Option<&Order>, after: &Order, now: Timestamp) {
        for (order, sign) in before
            .map(|before| (before, -1))
            .into_iter()
            .chain([(after, 1)])
        {
            match order.status {
                Status::Incomplete | Status::Refunded | Status::Cancelled => {}
                Status::AwaitingPayment
                | Status::Paid
                | Status::PartiallyRefunded
                | Status::Custom => {
                    for line in &order.lines {
                        if let Some(sold) = line.product(&self.shop.catalogue) {
                            goods.take(sold, sign * line.quantity, now);
                        }
                    }
                }
            }
        }
    }

    /// Lets the next change happen and puts what the shop tells of it into the outbox. False when all
    /// has happened.
    pub fn go_on(&self) -> bool {
        let Some(hook) = self.next() else {
            return false;
        };
        let now = self.clock.now();
        let mut state = self.state();
        if state.is_installed {
            state.outbox.push(hook, now);
        }
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
            } = attempt.hook;
            let mut request = client.post(format!("{url}{query}")).body(body);
            for (name, value) in headers {
                request = request.header(name, value);
            }
            let status = request
                .send()
                .await
                .ok()
                .map(|answer| answer.status().as_u16());
            let now = self.clock.now();
            taken += u64::from(self.state().outbox.answered(attempt.id, status, now));
        }
        taken
    }

    /// When the shop wants to deliver something next.
    #[must_use]
    pub fn next_delivery(&self) -> Option<Timestamp> {
        self.state().outbox.next_due()
    }

    /// The merchant takes the app away: its tokens are worth nothing, and this is the last it is told.
    pub fn uninstall(&self) {
        let now = self.clock.now();
        let mut state = self.state();
        state.tokens.clear();
        if std::mem::take(&mut state.is_installed) {
            let hook = Hook::of_uninstallation(&self.access, now);
            state.outbox.push(hook, now);
        }
    }

    /// What the shop itself says must come of what has happened so far.
    #[must_use]
    pub fn books(&self) -> Books {
        let state = self.state();
        let histories = state.shown.iter().map(|versions| {
            let orders = versions.iter().map(|(_, order)| &**order);
            orders.collect()
        });
        books::reckon(&self.shop, histories)
    }

    /// Somebody edits a product. Gives what the shop tells of it.
    pub(super) fn edit_product(&self, edit: ProductEdit) -> Hook {
        let placed = self
            .state()
            .shown
            .iter()
            .rposition(|versions| !versions.is_empty());
        let next = self
            .shop
            .orders
            .iter()
            .skip(placed.map_or(0, |place| place + 1));
        let next = next
            .flatten()
            .next()
            .map_or(u64::MAX, |order| order.internal_id);
        let product = self.shop.catalogue.product(edit.product);
        let id = product.product_id;
        self.edit_goods(product, &edit);
        self.edits().add(next, edit);
        Hook::of_product(&self.access, self.clock.now(), id)
    }

    /// An order as the API answers it.
    pub(super) fn body(&self, order: &Order) -> Value {
        match self.shop.catalogue.as_of(order.internal_id, &self.edits()) {
            Cow::Borrowed(_) => body::order(&self.shop, order),
            Cow::Owned(catalogue) => {
                let shop = Shop {
                    catalogue,
                    orders: Vec::new(),
                    ..self.shop
                };
                body::order(&shop, order)
            }
        }
    }

    fn edits(&self) -> MutexGuard<'_, ProductEdits> {
        self.edits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The order of this name, as it is now.
    pub(super) fn order(&self, name: &str) -> Option<Arc<Order>> {
        let place = *self.names.get(name)?;
        let state = self.state();
        let (_, order) = state.shown.get(place)?.last()?;
        Some(Arc::clone(order))
    }

    /// The orders as the search knows them, the latest placed first.
    pub(super) fn indexed(&self) -> Vec<Arc<Order>> {
        let then = self.searched_until();
        let state = self.state();
        let orders = state.shown.iter().rev().filter_map(|versions| {
            let known = |(at, _): &&Shown| then.is_none_or(|then| *at <= then);
            let (_, order) = versions.iter().rev().find(known)?;
            Some(Arc::clone(order))
        });
        orders.collect()
    }

    /// What happened later than this the search does not know yet.
    pub(super) fn searched_until(&self) -> Option<Timestamp> {
        match self.instants {
            Instants::Told => None,
            Instants::Clock => Some(self.clock.now() - SEARCH_LAG),
        }
    }

    /// How many orders were placed so far.
    pub(super) fn placed(&self) -> usize {
        let state = self.state();
        state
            .shown
            .iter()
            .filter(|versions| !versions.is_empty())
            .count()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
