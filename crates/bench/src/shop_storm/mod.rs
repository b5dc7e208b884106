//! A simulated shop trades through a storm: its deliveries dropped, doubled and shuffled, its API failing
//! and away for two minutes, the services killed; then the ledger against the shop's own books.

mod agreement;
mod child;
mod report;
mod system;
mod timeline;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use service::clock::SystemClock;
use shop_sim::checker::ShopBooks;
use shop_sim::{Faults, Pace, Platform, Runner, RunnerOptions, ShopSize, SimClock, Speed};
use test_kit::world;

use self::report::Report;
use self::system::ShopSystem;
use crate::figure::Figure;

/// Most versions of one order.
const MAX_VERSIONS: usize = 5;
const PRODUCTS: usize = 100;
/// Orders placed or changed in a second: of a small shop fewer, so that services are not down for all of it.
const PACE: Pace = Pace::of(50);
const PACE_SMALL: Pace = Pace::of(20);
const SMALL_ORDERS: usize = 1_000;
/// Before the trade begins, the services make the shop's webhooks.
const HOOKS_PATIENCE: Duration = Duration::from_secs(5);
/// More than this for one change is a storm that stands still.
const PATIENCE_PER_ORDER: Duration = Duration::from_millis(500);
const PATIENCE_AT_LEAST: Duration = Duration::from_mins(5);

/// Which storm.
#[derive(Clone, Copy, Debug)]
pub struct ShopStorm {
    pub platform: Platform,
    pub seed: u64,
    pub orders: usize,
}

/// Fails when ledger and shop differ in anything.
pub async fn run(storm: ShopStorm) -> anyhow::Result<Vec<Figure>> {
    let ShopStorm {
        platform,
        seed,
        orders,
    } = storm;
    let clock = SimClock::beside(Arc::new(SystemClock), Speed::REAL);
    let size = ShopSize {
        seed,
        orders,
        max_versions: MAX_VERSIONS,
        products: PRODUCTS,
    };
    let pace = if orders <= SMALL_ORDERS {
        PACE_SMALL
    } else {
        PACE
    };
    let options = RunnerOptions {
        faults: Faults::STORM,
        paused: true,
        ..RunnerOptions::new(seed, pace)
    };
    let runner = Runner::start(platform.open(&size, clock.clone()), clock, options).await?;
    let shop = runner.shop().clone();
    let system = ShopSystem::start(platform, shop.access()).await?;

    shop.set_hook(system.hook_url()?);
    // Webhooks are registered by then, or soon: what is ordered before is for polling to find.
    tokio::time::sleep(HOOKS_PATIENCE).await;
    let began = Instant::now();
    shop.resume();
    let patience = PATIENCE_AT_LEAST + PATIENCE_PER_ORDER * u32::try_from(orders)?;
    let events = timeline::play(&shop, &system, orders, patience).await?;
    ensure!(shop.traded_out(patience).await, "the trade has no end");
    let traded_in = began.elapsed();

    let expected = [ShopBooks {
        connection: world::CONNECTION,
        outlet: world::OUTLET,
        register: world::REGISTER,
        books: shop.books(),
    }];
    let began = Instant::now();
    let agreement = agreement::reach(&system, &expected)
        .await
        .context("the ledger cannot be held against the shop")?;
    let report = Report {
        storm,
        counts: shop.counts(),
        events,
        traded_in,
        agreed_after: began.elapsed(),
        parked: expected.iter().map(|shop| shop.books.parked.len()).sum(),
        agreement,
    };
    println!("{report}");
    ensure!(
        report.agreement.differences.is_empty(),
        "ledger and shop differ"
    );
    runner.stop().await;
    report.figures()
}
