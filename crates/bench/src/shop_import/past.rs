//! A shop with a past: orders that were placed before anybody linked it.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::ensure;
use jiff::SignedDuration;
use service::clock::{Clock, SystemClock};
use shop::sim::{Books, SimShop};
use shop_sim::{Pace, Runner, RunnerOptions, ShopSize, SimClock, Speed};

use super::ShopImport;
use crate::simulated::SimulatedShop;

/// Most versions of one order.
const MAX_VERSIONS: usize = 3;
const PRODUCTS: usize = 200;
/// Orders placed or changed in a second, once the shop trades live.
const PACE: Pace = Pace::of(10);
/// How long ago the first orders were placed: some platforms refuse them for their age.
const OPENED: SignedDuration = SignedDuration::from_hours(70 * 24);
const OLD: SignedDuration = SignedDuration::from_hours(61 * 24);
/// The other orders were placed evenly since then.
const RECENT: SignedDuration = SignedDuration::from_hours(55 * 24);
/// One order in so many is an old one.
const OLD_SHARE: usize = 100;

/// What was before the link.
pub struct Past {
    pub shop: SimulatedShop,
    /// Every order, drafts too.
    pub orders: BTreeSet<String>,
    /// Those of them that are older than any platform's limit of age.
    pub old: BTreeSet<String>,
}

/// Opens the shop and lets its past happen; it waits to be told before it trades on.
pub async fn open(import: &ShopImport, live: usize) -> anyhow::Result<Past> {
    let ShopImport {
        platform,
        seed,
        orders,
    } = *import;
    let now = SystemClock.now();
    let clock = SimClock::new(Arc::new(SystemClock), now - OPENED, Speed::STOPPED);
    let size = ShopSize {
        seed,
        orders: orders + live,
        max_versions: MAX_VERSIONS,
        products: PRODUCTS,
    };
    let shop = platform.open(&size, clock.clone());
    let old_orders = orders.div_ceil(OLD_SHARE);
    happen(&*shop, &clock, old_orders, OPENED - OLD)?;
    let old = order_ids(&shop.books());
    clock.skip(OLD - RECENT);
    happen(&*shop, &clock, orders, RECENT)?;
    let orders = order_ids(&shop.books());
    // What is left of the past, by the fractions that the orders' distances were rounded.
    clock.skip(SystemClock.now().duration_since(clock.now()));
    clock.set_speed(Speed::REAL);
    let options = RunnerOptions {
        paused: true,
        ..RunnerOptions::new(seed, PACE)
    };
    let shop = SimulatedShop {
        platform,
        connection: SimulatedShop::connection(0),
        runner: Runner::start(shop, clock, options).await?,
    };
    Ok(Past { shop, orders, old })
}

/// Lets the shop trade until it has taken so many orders, evenly within this time.
fn happen(
    shop: &dyn SimShop,
    clock: &SimClock,
    orders: usize,
    lasting: SignedDuration,
) -> anyhow::Result<()> {
    let before = shop.placed();
    let pause = lasting / i32::try_from(orders.saturating_sub(before).max(1))?;
    let mut placed = before;
    while placed < orders {
        ensure!(shop.step(), "the shop has no more orders to take");
        if shop.placed() > placed {
            placed = shop.placed();
            clock.skip(pause);
        }
    }
    Ok(())
}

/// Every order that the books know of.
pub fn order_ids(books: &Books) -> BTreeSet<String> {
    let Books {
        sales,
        parked,
        drafts,
        sold: _,
    } = books;
    let ids = sales.keys().chain(parked.keys()).chain(drafts.keys());
    ids.cloned().collect()
}
