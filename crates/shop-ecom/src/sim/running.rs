//! The shop as one program runs it beside shops of other platforms.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::shop::sim::{Access, Books, Outgoing, ProductEdit, ShopSize, SimShop, StockLog};
use axum::Router;
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use service::clock::Clock;

use super::budget::{Budget, REQUESTS_PER_MINUTE};
use super::hook::Hook;
use super::live::{self, Live};
use super::{Options, Shop};

/// The app's id: one app for all simulated stores, as it is with eCom.
pub const CLIENT_ID: &str = "comptoir-simulated";
/// The app's secret, which signs for all stores.
pub const CLIENT_SECRET: &str = "simulated-client-secret";
/// Stores are numbered from here on.
const FIRST_STORE: u64 = 1_003;
/// Numbers that stores are given.
const STORES: u64 = 100_000_000;

/// A shop that has opened and sold nothing yet. It goes by `clock`: each order is placed and changed in
/// the second in which [`SimShop::step`] lets it.
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
        // What a merchant's own status hides would be a sale or none, as it was seen before or not.
        hides_sales: false,
        ..Options::new(seed, orders)
    });
    let store = FIRST_STORE + seed % STORES;
    let access = live::Access {
        store,
        token: format!("secret_simulated_{store}"),
        client_secret: CLIENT_SECRET.to_owned(),
    };
    Arc::new(Running(Live::by_clock(
        shop,
        access,
        clock,
        REQUESTS_PER_MINUTE,
    )))
}

struct Running(Arc<Live>);

impl SimShop for Running {
    fn router(&self) -> Router {
        self.0.router()
    }

    fn access(&self, base_url: &str) -> Access {
        let live::Access {
            store,
            token,
            client_secret,
        } = &self.0.access;
        Access {
            secret: client_secret.clone(),
            shop_url: format!("{base_url}/api/v3/{store}"),
            key: CLIENT_ID.to_owned(),
            key_secret: token.clone(),
        }
    }

    fn step(&self) -> bool {
        if self.0.turns_away() {
            return true;
        }
        let Some(hook) = self.0.next() else {
            return false;
        };
        let now = self.0.clock.now();
        let mut state = self.0.state();
        // An app without an address is told nothing, nor one that was taken away.
        if state.hook.is_some() && state.is_installed {
            state.outbox.push(hook, now);
        }
        true
    }

    fn due(&self) -> Vec<Outgoing> {
        let now = self.0.clock.now();
        let mut state = self.0.state();
        let Some(address) = state.hook.clone() else {
            return Vec::new();
        };
        let due = state.outbox.due(now);
        due.into_iter()
            .map(|attempt| outgoing(&address, attempt.id, attempt.hook))
            .collect()
    }

    fn answered(&self, id: u64, status: Option<u16>) {
        let now = self.0.clock.now();
        self.0.state().outbox.answered(id, status, now);
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.0.next_delivery()
    }

    fn set_hook(&self, address: &str) {
        let mut state = self.0.state();
        state.hook = Some(address.to_owned());
        state.outbox.unblock();
    }

    /// The app is blocked, as after two weeks of failures. [`SimShop::set_hook`] ends it.
    fn lose_hooks(&self) {
        self.0.state().outbox.block();
    }

    fn edit_product(&self, edit: ProductEdit) {
        let hook = self.0.edit_product(edit);
        let now = self.0.clock.now();
        let mut state = self.0.state();
        if state.hook.is_some() && state.is_installed {
            state.outbox.push(hook, now);
        }
    }

    fn books(&self) -> Books {
        self.0.books()
    }

    fn placed(&self) -> usize {
        self.0.placed()
    }

    fn sell_what_there_is(&self) {
        self.0.state().turned_away.get_or_insert_default();
    }

    /// It does.
    fn sell_in_euros(&self) {}

    fn lift_limits(&self) {
        self.0.state().budget = Budget::new(u32::MAX);
    }

    fn stock(&self) -> BTreeMap<String, i64> {
        self.0.state().goods.stock()
    }

    fn begin_stock_log(&self) {
        self.0.state().goods.log.begin();
    }

    fn stock_log(&self) -> StockLog {
        self.0.state().goods.log.clone()
    }
}

fn outgoing(address: &str, id: u64, hook: Hook) -> Outgoing {
    let Hook {
        query,
        headers,
        body,
    } = hook;
    let headers = headers.into_iter().filter_map(|(name, value)| {
        let value = HeaderValue::from_str(&value).ok()?;
        Some((HeaderName::from_static(name), value))
    });
    Outgoing {
        id,
        url: format!("{address}{query}"),
        headers: headers.collect::<HeaderMap>(),
        body,
    }
}

#[cfg(test)]
mod tests;
