//! Simulated shops trade through a storm: their deliveries dropped, doubled and shuffled, their APIs failing
//! and away for two minutes, the services killed; then the ledger against the shops' own books.

mod agreement;
mod report;
mod timeline;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use futures::future::try_join_all;
use service::clock::SystemClock;
use shop_sim::checker::ShopBooks;
use shop_sim::{Faults, Pace, Platform, Runner, RunnerOptions, ShopSize, SimClock, Speed};

use self::report::{Report, ShopReport};
use self::timeline::Events;
use crate::figure::Figure;
use crate::simulated::{ShopSystem, SimulatedShop};

/// Most versions of one order.
const MAX_VERSIONS: usize = 5;
const PRODUCTS: usize = 100;
/// Orders placed or changed in a second: of a small shop fewer, so that services are not down for all of it.
const PACE: Pace = Pace::of(50);
const PACE_SMALL: Pace = Pace::of(20);
const SMALL_ORDERS: usize = 1_000;
/// Before the trade begins, the services make the shop's webhooks.
const HOOKS_PATIENCE: Duration = Duration::from_secs(5);
/// Deliveries and answers go wrong for so long after the last change: what is asked again then fails too. Every
/// failure makes the services leave a shop alone for seconds, so that the storm must end for them to catch up.
const FAULTS_AFTER_TRADE: Duration = Duration::from_secs(30);
const FAULTS_AFTER_TRADE_SMALL: Duration = Duration::from_secs(10);
/// More than this for one change is a storm that stands still.
const PATIENCE_PER_ORDER: Duration = Duration::from_millis(500);
const PATIENCE_AT_LEAST: Duration = Duration::from_mins(5);

/// Which storm.
#[derive(Clone, Debug)]
pub struct ShopStorm {
    /// A shop of each, all of one retailer and booked in one outlet.
    pub platforms: Vec<Platform>,
    pub seed: u64,
    /// Of each shop.
    pub orders: usize,
}

/// Fails when ledger and shops differ in anything.
pub async fn run(storm: ShopStorm) -> anyhow::Result<Vec<Figure>> {
    let patience = PATIENCE_AT_LEAST + PATIENCE_PER_ORDER * u32::try_from(storm.orders)?;
    let mut shops = Vec::new();
    for (place, platform) in (0..).zip(&storm.platforms) {
        shops.push(open(&storm, *platform, place).await?);
    }
    let mut system = ShopSystem::start(&shops).await?;
    for shop in &shops {
        shop.runner.shop().set_hook(system.hook_url(shop)?);
    }
    // Webhooks are registered by then, or soon: what is ordered before is for polling to find.
    tokio::time::sleep(HOOKS_PATIENCE).await;
    let trading = (0..).zip(&shops).map(|(place, shop)| {
        let crash_ledger = place == 0;
        trade(shop, &system, storm.orders, crash_ledger, patience)
    });
    let outcomes = try_join_all(trading).await.inspect_err(|_| system.keep())?;

    let expected: Vec<ShopBooks> = shops.iter().map(SimulatedShop::books).collect();
    let began = Instant::now();
    let agreement = agreement::reach(&system, &expected)
        .await
        .inspect_err(|_| system.keep())
        .context("the ledger cannot be held against the shops")?;
    let told = shops.iter().zip(outcomes).zip(&expected);
    let report = Report {
        seed: storm.seed,
        orders: storm.orders,
        shops: told
            .map(|((shop, (events, traded_in)), expected)| ShopReport {
                platform: shop.platform,
                counts: shop.runner.shop().counts(),
                events,
                traded_in,
                parked: expected.books.parked.len(),
            })
            .collect(),
        agreed_after: began.elapsed(),
        agreement,
    };
    println!("{report}");
    if !report.agreement.differences.is_empty() {
        system.keep();
        bail!("ledger and shops differ");
    }
    for shop in shops {
        shop.runner.stop().await;
    }
    report.figures()
}

/// Opens the shop; it waits to be told before it trades.
async fn open(storm: &ShopStorm, platform: Platform, place: u16) -> anyhow::Result<SimulatedShop> {
    let seed = storm.seed.wrapping_add(place.into());
    let clock = SimClock::beside(Arc::new(SystemClock), Speed::REAL);
    let size = ShopSize {
        seed,
        orders: storm.orders,
        max_versions: MAX_VERSIONS,
        products: PRODUCTS,
    };
    let per_second = if storm.orders <= SMALL_ORDERS {
        PACE_SMALL
    } else {
        PACE
    };
    let options = RunnerOptions {
        faults: Faults::STORM,
        paused: true,
        ..RunnerOptions::new(seed, per_second)
    };
    let shop = platform.open(&size, clock.clone());
    Ok(SimulatedShop {
        platform,
        connection: SimulatedShop::connection(place),
        runner: Runner::start(shop, clock, options).await?,
    })
}

/// Until nothing is left to happen; what happened besides, and how long it took.
async fn trade(
    shop: &SimulatedShop,
    system: &ShopSystem,
    orders: usize,
    crash_ledger: bool,
    patience: Duration,
) -> anyhow::Result<(Events, Duration)> {
    let began = Instant::now();
    let run = shop.runner.shop();
    run.resume();
    let events = timeline::play(shop, system, orders, crash_ledger, patience).await?;
    ensure!(run.traded_out(patience).await, "the trade has no end");
    let traded_in = began.elapsed();
    tokio::time::sleep(if orders <= SMALL_ORDERS {
        FAULTS_AFTER_TRADE_SMALL
    } else {
        FAULTS_AFTER_TRADE
    })
    .await;
    run.set_faulty(false);
    Ok((events, traded_in))
}
