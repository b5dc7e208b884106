//! A store that trades by itself, for a program that runs any simulated shop.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use service::clock::Clock;
use shop::sim::{Access, Books, Outgoing, ProductEdit, ShopSize, SimShop, StockLog};

use super::{Delivery, Dice, Options, Store};

/// What "unlimited" was seen to mean is sixteen million; this is what a large plan may well have, and
/// enough for the trade of a demonstration: an order is nine requests.
const QUOTA: u64 = 20_000;
/// And this is what that was.
const UNLIMITED: u64 = 16_000_000;
/// Tells the dice of what happens when from those of what it is.
const PLAN: u64 = 0x706c_616e;

/// A store that takes orders and changes them, a step at a time. Its hooks may lead to this machine
/// without TLS.
pub fn run(options: &ShopSize, clock: Arc<dyn Clock>) -> Arc<dyn SimShop> {
    let ShopSize {
        seed,
        orders,
        max_versions,
        products,
    } = *options;
    let mut store = Options::new(seed);
    store.hash = format!("sim{seed:x}");
    store.quota = QUOTA;
    store.products = products;
    store.loopback_hooks = true;
    Arc::new(Run {
        store: Store::open(store, clock),
        plan: Mutex::new(Plan {
            dice: Dice::new(seed ^ PLAN),
            left: orders,
            turns_max: u64::try_from(max_versions.saturating_sub(1)).unwrap_or(u64::MAX),
            open: Vec::new(),
            sells_what_there_is: false,
        }),
    })
}

struct Run {
    store: Store,
    plan: Mutex<Plan>,
}

struct Plan {
    dice: Dice,
    /// Orders still to be placed.
    left: usize,
    turns_max: u64,
    /// Orders that something is still to happen to, and how often.
    open: Vec<(u64, u64)>,
    /// Whether it sells no more than it has.
    sells_what_there_is: bool,
}

enum Step {
    Place { turns: u64 },
    Turn { order: u64 },
    Archive { order: u64 },
}

/// Of the orders that nothing more happens to, in a hundred.
const ARCHIVED_PERCENT: u64 = 10;

impl Plan {
    /// `None` when all has happened.
    fn next(&mut self) -> Option<Step> {
        let places = self.left > 0 && (self.open.is_empty() || self.dice.percent(40));
        if places {
            self.left -= 1;
            let turns = self.dice.between(0, self.turns_max);
            return Some(Step::Place { turns });
        }
        let place = self.dice.index(self.open.len());
        let (order, turns) = self.open.get_mut(place)?;
        let order = *order;
        *turns -= 1;
        if *turns == 0 {
            self.open.swap_remove(place);
            if self.dice.percent(ARCHIVED_PERCENT) {
                return Some(Step::Archive { order });
            }
        }
        Some(Step::Turn { order })
    }
}

impl SimShop for Run {
    fn router(&self) -> Router {
        self.store.router()
    }

    fn access(&self, base_url: &str) -> Access {
        let options = &self.store.options;
        let base_url = base_url.trim_end_matches('/');
        Access {
            secret: options.client_secret.expose_secret().to_owned(),
            shop_url: format!("{base_url}/stores/{}", options.hash),
            key: options.client_id.clone(),
            key_secret: options.access_token.expose_secret().to_owned(),
        }
    }

    fn step(&self) -> bool {
        let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        match plan.next() {
            Some(Step::Place { turns }) => {
                let order = if plan.sells_what_there_is {
                    self.store.place_of_stock()
                } else {
                    Some(self.store.place())
                };
                let order = order.filter(|_| turns > 0);
                plan.open.extend(order.map(|order| (order, turns)));
                true
            }
            Some(Step::Turn { order }) => {
                self.store.turn(order);
                true
            }
            Some(Step::Archive { order }) => {
                self.store.archive(order);
                true
            }
            None => false,
        }
    }

    fn due(&self) -> Vec<Outgoing> {
        let outgoing = |delivery: Delivery| {
            let Delivery {
                attempt,
                destination,
                scope: _,
                order: _,
                headers,
                body,
            } = delivery;
            Outgoing {
                id: attempt,
                url: destination,
                headers,
                body,
            }
        };
        self.store.due().into_iter().map(outgoing).collect()
    }

    fn answered(&self, id: u64, status: Option<u16>) {
        self.store.answered(id, status);
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.store.next_due()
    }

    fn lose_hooks(&self) {
        self.store.lose_hooks();
    }

    fn edit_product(&self, edit: ProductEdit) {
        self.store.edit_product(edit);
    }

    fn books(&self) -> Books {
        self.store.books()
    }

    fn placed(&self) -> usize {
        self.store.placed()
    }

    fn sell_what_there_is(&self) {
        let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        plan.sells_what_there_is = true;
    }

    /// It does.
    fn sell_in_euros(&self) {}

    fn lift_limits(&self) {
        self.store.set_quota(UNLIMITED);
    }

    fn stock(&self) -> BTreeMap<String, i64> {
        self.store.stock()
    }

    fn begin_stock_log(&self) {
        self.store.begin_stock_log();
    }

    fn stock_log(&self) -> StockLog {
        self.store.stock_log()
    }
}
