//! How long after the till has sold one of the last units the shops begin to be told, while every fifth of them is broken.
//!
//! From the moment at which the till asks the ledger to record the sale, which is before the commit, to the arrival of
//! the first request of the push at the shop, which is after the intent is written: what is measured is no less than
//! what is meant.

mod broken;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use futures::future::try_join_all;
use jiff::Timestamp;
use service::clock::{Clock as _, SystemClock};
use shop_sim::{Platform, StockCause, StockLog};
use tokio::time::sleep;

use crate::figure::Figure;
use crate::latency::Latencies;
use crate::simulated::{Good, Outlet, ShopSystem, SimulatedShop, until_shown};

const BENCH: &str = "push latency";
/// Of each, when the first is sold: all are last units.
const UNITS: i64 = 3;
/// Sales, one after the other.
const SALES: u32 = 120;
/// A shop that names no limit is asked five times a second, and a push asks it twice.
const SALE_EVERY: Duration = Duration::from_secs(1);
/// Until every shop has every good.
const OPENED_WITHIN: Duration = Duration::from_mins(10);
/// The first of them are not measured: that a shop is broken is felt when it is told something.
const FELT_AFTER: usize = 20;
/// After the last sale, until every shop that works shows what is.
const SHOWN_WITHIN: Duration = Duration::from_mins(2);
const GOAL_P99_MS: f64 = 1_000.0;
/// Minutes out of hours, and not more requests than shops allow beside the pushes.
const SETTINGS: [(&str, &str); 2] = [("POLL_EVERY_MS", "10000"), ("HOOKS_EVERY_MS", "60000")];

/// How many shops.
#[derive(Clone, Copy, Debug)]
pub struct PushLatency {
    pub seed: u64,
    /// All, of the four platforms in turn.
    pub shops: u16,
    /// Of them.
    pub broken: u16,
}

/// A sale at the till.
struct Sale {
    sku: String,
    asked_at: Timestamp,
}

pub async fn run(asked: PushLatency) -> anyhow::Result<Vec<Figure>> {
    ensure!(asked.broken < asked.shops, "there are shops that work");
    let mut shops = Vec::new();
    for (place, platform) in (0..asked.shops).zip(Platform::ALL.into_iter().cycle()) {
        shops.push(SimulatedShop::without_buyers(asked.seed, platform, place).await?);
    }
    let mut system = ShopSystem::start_with(&shops, &SETTINGS).await?;
    let figures = Box::pin(measure(asked, &system, &shops)).await;
    let figures = figures.inspect_err(|_| system.keep())?;
    for shop in shops {
        shop.runner.stop().await;
    }
    Ok(figures)
}

async fn measure(
    asked: PushLatency,
    system: &ShopSystem,
    shops: &[SimulatedShop],
) -> anyhow::Result<Vec<Figure>> {
    let outlet = Outlet::of(system)?;
    let goods: Vec<Good> = (0..SALES.div_ceil(u32::try_from(UNITS)?))
        .map(Good::number)
        .collect();
    try_join_all(goods.iter().map(|good| outlet.save(good, shops))).await?;
    let received: Vec<(&Good, i64)> = goods.iter().map(|good| (good, UNITS)).collect();
    outlet.receive(&received).await?;
    let mut wanted: BTreeMap<String, i64> =
        goods.iter().map(|good| (good.sku.clone(), UNITS)).collect();
    let began = Instant::now();
    until_shown(shops, &wanted, OPENED_WITHIN)
        .await
        .context("at first")?;
    eprintln!(
        "{} shops have {} goods after {:.0?}",
        shops.len(),
        goods.len(),
        began.elapsed()
    );

    let (broken, working) = shops.split_at(asked.broken.into());
    broken::break_all(broken);
    for shop in working {
        shop.runner.shop().begin_stock_log();
    }
    let mut sales = Vec::new();
    for good in goods.iter().cycle().take(usize::try_from(SALES)?) {
        let asked_at = SystemClock.now();
        outlet.sell(good, 1).await?;
        wanted.entry(good.sku.clone()).and_modify(|left| *left -= 1);
        sales.push(Sale {
            sku: good.sku.clone(),
            asked_at,
        });
        sleep(SALE_EVERY).await;
    }
    until_shown(working, &wanted, SHOWN_WITHIN)
        .await
        .context("in the end")?;
    figures(asked, working, sales.get(FELT_AFTER..).unwrap_or_default())
}

fn figures(
    asked: PushLatency,
    working: &[SimulatedShop],
    sales: &[Sale],
) -> anyhow::Result<Vec<Figure>> {
    let PushLatency {
        seed: _,
        shops,
        broken,
    } = asked;
    let mut all = Latencies::new()?;
    let mut by_platform: BTreeMap<Platform, Latencies> = BTreeMap::new();
    let mut untold = 0_u32;
    for shop in working {
        let log = shop.runner.shop().stock_log();
        ensure!(log.not_kept == 0, "the shop's log of stock is full");
        for sale in sales {
            let Some(began_at) = begun(&log, sale) else {
                untold += 1;
                continue;
            };
            let took = began_at.duration_since(sale.asked_at);
            let took = Duration::try_from(took).unwrap_or_default();
            all.record(took);
            let of_platform = match by_platform.entry(shop.platform) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(Latencies::new()?),
            };
            of_platform.record(took);
        }
    }
    let case = format!("{shops} shops, {broken} of them broken");
    let [p50, p99, p999] = all.figures(BENCH, &case);
    let mut figures = vec![p50, p99.under(GOAL_P99_MS), p999];
    for (platform, latencies) in by_platform {
        let case = format!("{case}: {}", platform.code());
        figures.extend(latencies.figures(BENCH, &case));
    }
    let number = |what, value: u32| Figure::new(BENCH, &*case, what, f64::from(value), "");
    figures.push(number("pushes", u32::try_from(all.count())?));
    figures.push(number("not told of their own", untold).under(1.0));
    Ok(figures)
}

/// When the push of a sale began at a shop: when it was told, or asked for what it has just before.
fn begun(log: &StockLog, sale: &Sale) -> Option<Timestamp> {
    let entries = log.entries.iter();
    let since = entries.filter(|entry| entry.sku == sale.sku && entry.at >= sale.asked_at);
    let told = since.clone().find(|entry| entry.cause.is_told())?;
    let mut shown = since.filter(|entry| entry.cause == StockCause::Shown && entry.at <= told.at);
    Some(shown.next_back().map_or(told.at, |shown| shown.at))
}
