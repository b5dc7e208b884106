//! A simulated store: it takes orders, changes its mind about them, tells of each change by thin,
//! signed deliveries that it retries, answers its API within a quota, and keeps its own books.
//!
//! What happens follows from [`Options::seed`] and the clock. The books are the store's own
//! reckoning and know nothing of this crate's mapping, so that the two can be held against each other.

mod api;
mod body;
mod books;
mod catalogue;
mod delivery;
mod dice;
mod domains;
mod hooks;
mod hooks_api;
mod login;
mod money;
mod order;
mod query;
mod quota;
mod run;
mod shelf;
mod store_front;
mod story;
#[cfg(test)]
mod tests;
mod trouble;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use secrecy::SecretString;
use service::clock::Clock;
use shop::sim::{Books, ProductEdit, ProductEdits, StockLog, Stocked};

use self::catalogue::Catalogue;
use self::delivery::Outbox;
use self::hooks::Hooks;
use self::login::Codes;
use self::order::{Event, Order};
use self::quota::Quota;
use self::shelf::Shelf;
use self::story::Story;
use self::trouble::Troubles;

pub use delivery::Delivery;
pub use dice::Dice;
pub use run::run;
pub use shelf::Asked;
pub use trouble::Trouble;

/// What kind of store.
#[derive(Clone, Debug)]
pub struct Options {
    pub seed: u64,
    /// As it stands in the API's address and in a delivery's `producer`.
    pub hash: String,
    /// Of the app that the API is asked by.
    pub client_id: String,
    /// Where the app has merchants' browsers sent back to.
    pub auth_callback: String,
    /// What the API is asked with.
    pub access_token: SecretString,
    /// What deliveries are signed with.
    pub client_secret: SecretString,
    /// Requests that all apps together may make in 30 seconds.
    pub quota: u64,
    /// Things on sale.
    pub products: usize,
    /// Where the store's numbering begins.
    pub first_order_id: u64,
    /// Whether hooks may lead to this machine without TLS, which the real ones never may.
    pub loopback_hooks: bool,
    /// Readings of the inventory that do not show yet what was set just before.
    pub inventory_lag: usize,
    /// Products that the store's plan takes.
    pub product_limit: usize,
    /// As the store's own settings have them.
    pub prices_include_tax: bool,
    pub weight_units: &'static str,
    pub dimension_units: &'static str,
}

impl Options {
    /// A store on the smallest plan.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            hash: "sim123".to_owned(),
            client_id: "simulated-client".to_owned(),
            auth_callback: "https://pos.example/auth".to_owned(),
            access_token: "simulated access token".into(),
            client_secret: "simulated client secret".into(),
            quota: 150,
            products: 50,
            first_order_id: 1001,
            loopback_hooks: false,
            inventory_lag: 1,
            product_limit: usize::MAX,
            prices_include_tax: true,
            weight_units: "KGS",
            dimension_units: "Centimeters",
        }
    }
}

/// The store. Clones are the same one.
#[derive(Clone)]
pub struct Store {
    options: Arc<Options>,
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<State>>,
}

struct State {
    dice: Dice,
    catalogue: Catalogue,
    edits: ProductEdits,
    orders: BTreeMap<u64, Order>,
    /// All that stood in a sale at any time.
    ever: BTreeSet<Stocked>,
    /// Ids of lines, payments and the rest, never given twice.
    next_id: u64,
    hooks: Hooks,
    outbox: Outbox,
    codes: Codes,
    quota: Quota,
    shelf: Shelf,
    /// What each order has taken from it, by variant.
    held: BTreeMap<u64, BTreeMap<u64, i64>>,
    asked: VecDeque<Asked>,
    troubles: Troubles,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("hash", &self.options.hash)
            .finish_non_exhaustive()
    }
}

impl Store {
    #[must_use]
    pub fn open(options: Options, clock: Arc<dyn Clock>) -> Self {
        let catalogue = Catalogue::new(options.products);
        let shelf = Shelf::of(
            &catalogue,
            options.inventory_lag,
            options.product_limit,
            Arc::clone(&clock),
        );
        let state = State {
            dice: Dice::new(options.seed),
            catalogue,
            edits: ProductEdits::default(),
            orders: BTreeMap::new(),
            ever: BTreeSet::new(),
            next_id: 500,
            hooks: Hooks::new(options.loopback_hooks),
            outbox: Outbox::default(),
            codes: Codes::default(),
            quota: Quota::new(options.quota),
            shelf,
            held: BTreeMap::new(),
            asked: VecDeque::new(),
            troubles: Troubles::default(),
        };
        Self {
            options: Arc::new(options),
            clock,
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// A new order is placed, now. Gives its id.
    #[expect(clippy::must_use_candidate, reason = "placing it is the point")]
    pub fn place(&self) -> u64 {
        let mut state = self.lock();
        let id = state.next_order(self);
        let (order, events) = state.story(self).place(id);
        state.keep(order);
        state.tell(self, id, &events);
        id
    }

    /// The same of a store that sells no more than it has. `None`: the buyer wants more, and goes away.
    #[must_use]
    pub fn place_of_stock(&self) -> Option<u64> {
        let mut state = self.lock();
        let id = state.next_order(self);
        let (order, events) = state.story(self).place(id);
        let wanted = books::held(&state.catalogue, &order);
        let mut wanted = wanted.into_iter();
        if wanted
            .any(|(variant, units)| state.shelf.level(variant).is_some_and(|left| left < units))
        {
            return None;
        }
        state.keep(order);
        state.tell(self, id, &events);
        Some(id)
    }

    /// From now on all apps together may make so many requests in 30 seconds.
    pub fn set_quota(&self, requests: u64) {
        self.lock().quota = Quota::new(requests);
    }

    /// What there is of every SKU that it counts.
    #[must_use]
    pub fn stock(&self) -> BTreeMap<String, i64> {
        self.lock().shelf.stock()
    }

    /// From now on what moves its stock is kept.
    pub fn begin_stock_log(&self) {
        self.lock().shelf.log.begin();
    }

    /// What has moved its stock since.
    #[must_use]
    pub fn stock_log(&self) -> StockLog {
        self.lock().shelf.log.clone()
    }

    /// Something happens to an order, now. Two things within one second of one order look alike to
    /// whoever reads its date: let the clock move between them.
    pub fn turn(&self, id: u64) {
        let mut state = self.lock();
        let Some(mut order) = state.orders.remove(&id) else {
            return;
        };
        let events = state.story(self).go_on(&mut order);
        state.keep(order);
        state.tell(self, id, &events);
    }

    /// An order is archived, now: it can still be read by its id, and is in no list but its own.
    pub fn archive(&self, id: u64) {
        let mut state = self.lock();
        if let Some(order) = state.orders.get_mut(&id) {
            order.is_archived = true;
            order.modified_at = self.now();
            state.tell(self, id, &[Event::Archived]);
        }
    }

    /// Somebody edits a product, now.
    pub fn edit_product(&self, edit: ProductEdit) {
        let state = &mut *self.lock();
        let product = state.catalogue.product(edit.product);
        state.outbox.tell_of_edit(
            &self.options,
            &state.hooks,
            self.clock.now(),
            product,
            &edit,
        );
        state.shelf.edit(product.id, &edit);
        let next = state.next_order(self);
        state.edits.add(next, edit);
    }

    /// The ids of all orders, oldest first.
    #[must_use]
    pub fn orders(&self) -> Vec<u64> {
        self.lock().orders.keys().copied().collect()
    }

    /// The deliveries to be sent now, each given out once an attempt. One that is not answered in time
    /// counts as one that was not taken.
    #[must_use]
    pub fn due(&self) -> Vec<Delivery> {
        let state = &mut *self.lock();
        state.outbox.due(&mut state.hooks, self.clock.now())
    }

    /// How an attempt was answered; `None`: not at all. By 2xx the delivery is done, else it is tried
    /// again, up to eleven times. Then its hook is switched off.
    pub fn answered(&self, attempt: u64, status: Option<u16>) {
        let state = &mut *self.lock();
        let now = self.clock.now();
        state
            .outbox
            .answered(&mut state.hooks, attempt, status, now);
    }

    /// When a delivery is due next, or an answer is waited for no longer.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.lock().outbox.next_due()
    }

    /// Switches all hooks off, as the platform does when nobody takes their deliveries.
    pub fn lose_hooks(&self) {
        self.lock().hooks.give_up_all();
    }

    #[must_use]
    pub fn placed(&self) -> usize {
        self.lock().orders.len()
    }

    /// Deliveries that were neither taken nor given up yet.
    #[must_use]
    pub fn undelivered(&self) -> usize {
        self.lock().outbox.len()
    }

    /// What the store itself says must come of all its orders.
    #[must_use]
    pub fn books(&self) -> Books {
        let state = self.lock();
        books::reckon(&state.catalogue, &state.ever, state.orders.values())
    }

    /// The API: `/stores/{hash}/v2/orders` with what belongs to it, `/v3/hooks`, `/v3/catalog` and `/v3/inventory`; and beside it the
    /// platform's login: `/app/{client}/install` and `/oauth2/token`.
    pub fn router(&self) -> axum::Router {
        api::router(self.clone())
    }

    /// As the store dates what happens: in whole seconds.
    fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The id that the next order will have.
    fn next_order(&self, store: &Store) -> u64 {
        match self.orders.last_key_value() {
            Some((last, _)) => last + 1,
            None => store.options.first_order_id,
        }
    }

    fn keep(&mut self, order: Order) {
        self.ever.extend(books::things(&self.catalogue, &order));
        self.take(&order);
        self.orders.insert(order.id, order);
    }

    /// The store's own figure falls by what its orders hold, and rises by what they hold no more.
    fn take(&mut self, order: &Order) {
        let held = books::held(&self.catalogue, order);
        let before = self.held.remove(&order.id).unwrap_or_default();
        for (variant, units) in &held {
            self.shelf.take(*variant, *units);
        }
        for (variant, units) in before {
            self.shelf.take(variant, -units);
        }
        self.held.insert(order.id, held);
    }

    fn tell(&mut self, store: &Store, order: u64, events: &[Event]) {
        let (options, now) = (&store.options, store.clock.now());
        self.outbox.tell(options, &self.hooks, now, order, events);
    }

    fn story<'a>(&'a mut self, store: &Store) -> Story<'a> {
        Story {
            dice: &mut self.dice,
            catalogue: &self.catalogue,
            next_id: &mut self.next_id,
            now: store.now(),
        }
    }
}
