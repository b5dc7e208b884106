//! The shop in business: what of its orders has happened so far, whom it tells, and who may ask.

mod access;
mod api;
mod happen;
mod shelf;
mod takes;
#[cfg(test)]
mod tests;
mod things;
mod webhooks;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use jiff::Timestamp;
use service::clock::Clock;
use shop::sim::{Access, Books, Outgoing, ProductEdit, ProductEdits, ShopSize, SimShop, StockLog};

use self::access::Keys;
use self::happen::Told;
use self::shelf::Shelf;
use self::takes::Taken;
use self::webhooks::{Happening, Post, Webhooks};
use super::{Options, Order, Shop, body, books};

/// Where a shop takes itself to be that nobody told.
const HOME: &str = "http://127.0.0.1:8088";

/// A shop that has opened and sold nothing yet.
///
/// It differs from a real one in what would leave nobody able to say what an order became: a product is
/// deleted, and an order gets a plugin's status, only after a delivery that told of the order before
/// was taken.
#[must_use]
pub fn run(options: &ShopSize, clock: Arc<dyn Clock>) -> Arc<dyn SimShop> {
    let ShopSize {
        seed,
        orders,
        max_versions,
        products,
    } = *options;
    let shop = Shop::open(&Options {
        max_versions,
        products,
        ..Options::new(seed, orders)
    });
    Arc::new(Live(Arc::new(Running::new(shop, seed, clock))))
}

struct Live(Arc<Running>);

struct Running {
    /// The orders' lives as the seed has them, with instants of its own.
    plot: Shop,
    /// Order and version of every change, in the order they happen.
    changes: Vec<(usize, usize)>,
    keys: Keys,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    edits: Mutex<ProductEdits>,
}

struct State {
    /// How many of the changes have happened.
    happened: usize,
    /// The versions of each order that there were so far, stamped by the shop's clock.
    orders: Vec<Vec<Order>>,
    /// What a listener has taken of each order.
    told: BTreeMap<usize, Told>,
    /// What each order holds of what is on the shelf.
    taken: BTreeMap<usize, Taken>,
    shelf: Shelf,
    webhooks: Webhooks,
    /// The shop's own idea of its address, without a slash at the end.
    home: Option<String>,
    /// When each of the last nonces was used.
    nonces: BTreeSet<(i64, String)>,
    /// What its products cost, by code and as it is shown.
    currency: (&'static str, &'static str),
    /// Orders whose buyers went away; `None`: the shop sells more than it has.
    turned_away: Option<BTreeSet<usize>>,
}

impl Running {
    fn new(plot: Shop, seed: u64, clock: Arc<dyn Clock>) -> Self {
        let mut changes: Vec<(usize, usize)> = plot
            .orders()
            .iter()
            .enumerate()
            .flat_map(|(order, versions)| (0..versions.len()).map(move |version| (order, version)))
            .collect();
        changes
            .sort_by_key(|(order, version)| (plot.orders()[*order][*version].modified_at, *order));
        let state = State {
            happened: 0,
            orders: vec![Vec::new(); plot.orders().len()],
            told: BTreeMap::new(),
            taken: BTreeMap::new(),
            shelf: Shelf::opened(plot.catalogue(), clock.now()),
            webhooks: Webhooks::default(),
            home: None,
            nonces: BTreeSet::new(),
            currency: ("CAD", "&#36;"),
            turned_away: None,
        };
        Self {
            plot,
            changes,
            keys: Keys::of(seed),
            clock,
            state: Mutex::new(state),
            edits: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn render(&self, order: &Order) -> Vec<u8> {
        let catalogue = self.plot.catalogue().as_of(order.id, &self.edits());
        body::render(&catalogue, order)
    }

    fn edits(&self) -> MutexGuard<'_, ProductEdits> {
        self.edits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn home(&self) -> &str {
        self.home.as_deref().unwrap_or(HOME)
    }

    /// Whether a buyer wants more than there is, or has gone away before.
    fn turns_away(&mut self, plot: &Shop, (place, version): (usize, usize)) -> bool {
        let is_new = version == 0;
        let is_served = !is_new
            || plot.orders()[place]
                .first()
                .is_none_or(|order| self.serves(plot.catalogue(), order));
        let Some(away) = &mut self.turned_away else {
            return false;
        };
        if !is_served {
            away.insert(place);
        }
        away.contains(&place)
    }

    /// The orders that there are, as they are now, in the order of their ids.
    fn current(&self) -> impl Iterator<Item = &Order> {
        self.orders.iter().filter_map(|versions| versions.last())
    }
}

impl SimShop for Live {
    fn router(&self) -> Router {
        api::router(Arc::clone(&self.0))
    }

    fn access(&self, base_url: &str) -> Access {
        let home = base_url.trim_end_matches('/').to_owned();
        self.0.state().home = Some(home.clone());
        self.0.keys.access(home)
    }

    fn step(&self) -> bool {
        let Running {
            plot,
            changes,
            keys: _,
            clock,
            state: _,
            edits: _,
        } = &*self.0;
        let mut state = self.0.state();
        let Some((place, version)) = changes.get(state.happened).copied() else {
            return false;
        };
        state.happened += 1;
        if state.turns_away(plot, (place, version)) {
            return true;
        }
        let now = clock.now();
        let stamped = &state.orders[place];
        let order = happen::happen(
            &plot.orders()[place],
            version,
            stamped,
            state.told.get(&place),
            now,
        );
        let happenings = Happening::of(place, stamped.last(), &order);
        state.webhooks.tell(&happenings);
        state.take(plot.catalogue(), place, &order, now);
        state.orders[place].push(order);
        true
    }

    fn due(&self) -> Vec<Outgoing> {
        let now = self.0.clock.now();
        let mut state = self.0.state();
        let State {
            orders,
            webhooks,
            home,
            ..
        } = &mut *state;
        let source = format!("{}/", home.as_deref().unwrap_or(HOME));
        webhooks.due(&source, now, |place| {
            let version = orders.get(place)?.len().checked_sub(1)?;
            Some(Post {
                version,
                body: self.0.render(&orders[place][version]),
            })
        })
    }

    fn answered(&self, id: u64, status: Option<u16>) {
        let mut state = self.0.state();
        let State {
            orders,
            told,
            webhooks,
            ..
        } = &mut *state;
        let taken = webhooks.answered(id, status, self.0.clock.now());
        if let Some((place, version)) = taken
            && let Some(order) = orders.get(place).and_then(|order| order.get(version))
        {
            told.entry(place).or_default().add(version, order);
        }
    }

    fn next_due(&self) -> Option<Timestamp> {
        let now = self.0.clock.now();
        self.0.state().webhooks.is_waiting().then_some(now)
    }

    fn lose_hooks(&self) {
        let now = self.0.clock.now();
        self.0.state().webhooks.lose(now);
    }

    fn edit_product(&self, edit: ProductEdit) {
        let now = self.0.clock.now();
        let mut state = self.0.state();
        let product = self.0.plot.catalogue().product(edit.product);
        state.shelf.edit(shelf::id(product), &edit, now);
        state.webhooks.tell_of_edit(product, &edit, now);
        let newest = state.current().map(|order| order.id).max();
        self.0
            .edits()
            .add(newest.map_or(0, |newest| newest + 1), edit);
    }

    fn books(&self) -> Books {
        books::reckon(self.0.plot.catalogue(), &self.0.state().orders)
    }

    fn placed(&self) -> usize {
        self.0.state().current().count()
    }

    fn sell_what_there_is(&self) {
        self.0.state().turned_away.get_or_insert_default();
    }

    fn sell_in_euros(&self) {
        self.0.state().currency = ("EUR", "&euro;");
    }

    /// It has none.
    fn lift_limits(&self) {}

    fn stock(&self) -> BTreeMap<String, i64> {
        self.0.state().shelf.stock()
    }

    fn begin_stock_log(&self) {
        self.0.state().shelf.log.begin();
    }

    fn stock_log(&self) -> StockLog {
        self.0.state().shelf.log.clone()
    }
}
