//! A whole catalogue told to a shop of each platform, then everything looked at again with nothing changed, which writes
//! nothing.
//!
//! Shops are asked as fast as they let themselves be: what a real one of the platform allows is what the ingest services
//! lend, and simulated shops refuse what is beyond. So a large catalogue takes as long as it would: fifty thousand
//! products some hours. Without limits it shows what the services themselves can do, and what memory they take.

mod asked;
mod look;
mod watch;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use futures::future::try_join_all;
use futures::{TryStreamExt as _, stream};
use shop_sim::Platform;
use sqlx::PgConnection;

use self::asked::Asked;
use self::watch::Watch;
use crate::figure::Figure;
use crate::latency::rate;
use crate::simulated::{Good, Outlet, ShopSystem, SimulatedShop, until_shown};

const BENCH: &str = "push all";
/// Of each good.
const UNITS: i64 = 20;
/// Products saved at the same time.
const SAVING: usize = 16;
/// For each product, and for all of them at least: a shop of five requests a second needs less than a second for one.
const PATIENCE_PER_PRODUCT: Duration = Duration::from_secs(3);
const PATIENCE_AT_LEAST: Duration = Duration::from_mins(5);
/// What the service may take, in MiB.
const GOAL_MEMORY_MIB: f64 = 256.0;
/// Of what a platform allows, in percent, that is used while there is something to tell.
const GOAL_USED_PERCENT: f64 = 95.0;
/// Not more requests than the pushes need beside them.
const SETTINGS: [(&str, &str); 2] = [("POLL_EVERY_MS", "60000"), ("HOOKS_EVERY_MS", "60000")];
/// What ingest services lend of a shop without limits, in a second: more than this machine asks.
const UNLIMITED: (&str, &str) = ("SHOP_PER_SECOND", "100000");

#[derive(Clone, Copy, Debug)]
pub struct PushAll {
    pub seed: u64,
    pub products: u32,
    /// Whether shops let themselves be asked as often as anybody likes.
    pub unlimited: bool,
}

/// Fails when the second look writes anything.
pub async fn run(all: PushAll) -> anyhow::Result<Vec<Figure>> {
    let mut shops = Vec::new();
    for (place, platform) in (0..).zip(Platform::ALL) {
        shops.push(SimulatedShop::without_buyers(all.seed, platform, place).await?);
    }
    let mut settings = SETTINGS.to_vec();
    if all.unlimited {
        settings.push(UNLIMITED);
        for shop in &shops {
            shop.runner.shop().lift_limits();
        }
    }
    let mut system = ShopSystem::start_with(&shops, &settings).await?;
    let figures = Box::pin(measure(all, &system, &shops)).await;
    let figures = figures.inspect_err(|_| system.keep())?;
    for shop in shops {
        shop.runner.stop().await;
    }
    Ok(figures)
}

async fn measure(
    all: PushAll,
    system: &ShopSystem,
    shops: &[SimulatedShop],
) -> anyhow::Result<Vec<Figure>> {
    let limits = if all.unlimited { ", no limits" } else { "" };
    let case = format!("{} products{limits}", all.products);
    let again = format!("{case}, nothing changed");
    let patience = PATIENCE_AT_LEAST + PATIENCE_PER_PRODUCT * all.products;
    let mut watch = Watch::begin(system)?;
    let memory = |case: &str, most_mib| {
        Figure::new(BENCH, case, "memory at most", most_mib, "MiB").under(GOAL_MEMORY_MIB)
    };

    let mut figures = Box::pin(tell(all, system, shops, &case, patience)).await?;
    let mut database = look::connect(system).await?;
    let settled = look::until_done(&mut database, patience).await;
    settled.context("after the full push")?;
    figures.push(memory(&case, watch.most_mib()?));
    figures.extend(look_again(shops, &mut database, &again, patience).await?);
    figures.push(memory(&again, watch.most_mib()?));
    Ok(figures)
}

/// Has a new catalogue told to all shops.
async fn tell(
    all: PushAll,
    system: &ShopSystem,
    shops: &[SimulatedShop],
    case: &str,
    patience: Duration,
) -> anyhow::Result<Vec<Figure>> {
    let outlet = Outlet::of(system)?;
    let goods: Vec<Good> = (0..all.products).map(Good::number).collect();
    let began = Instant::now();
    stream::iter(goods.iter().map(anyhow::Ok))
        .try_for_each_concurrent(SAVING, |good| outlet.save(good, shops))
        .await?;
    let saved = rate(all.products.into(), began.elapsed());
    let received: Vec<(&Good, i64)> = goods.iter().map(|good| (good, UNITS)).collect();
    outlet.receive(&received).await?;
    let wanted: BTreeMap<String, i64> =
        goods.iter().map(|good| (good.sku.clone(), UNITS)).collect();
    let told = shops.iter().map(async |shop| {
        until_shown(std::slice::from_ref(shop), &wanted, patience).await?;
        anyhow::Ok((began.elapsed(), Asked::of(shop)))
    });
    let told = try_join_all(told).await?;

    let mut figures = vec![Figure::new(BENCH, case, "saved", saved, "per s")];
    for (shop, (took, asked)) in shops.iter().zip(&told) {
        let allowed = asked::allowed_per_second(shop.platform).filter(|_| !all.unlimited);
        figures.extend(of_shop(shop, case, all.products, (*took, asked), allowed));
    }
    Ok(figures)
}

/// Has everything looked at again: an error where that writes anything.
async fn look_again(
    shops: &[SimulatedShop],
    database: &mut PgConnection,
    case: &str,
    patience: Duration,
) -> anyhow::Result<Vec<Figure>> {
    let before: Vec<Asked> = shops.iter().map(Asked::of).collect();
    let began = Instant::now();
    let looked_at = look::at_all(database).await?;
    let settled = look::until_done(database, patience).await;
    settled.context("after the second look")?;
    let took = began.elapsed();
    let mut figures = vec![
        Figure::new(BENCH, case, "looked at", rate(looked_at, took), "per s"),
        Figure::new(BENCH, case, "took", took.as_secs_f64(), "s"),
    ];
    for (shop, before) in shops.iter().zip(&before) {
        let written = Asked::since(shop, before);
        let platform = shop.platform.code();
        ensure!(
            written.is_empty(),
            "a look at what had not changed wrote to {platform}: {written:?}"
        );
        let case = format!("{case}: {platform}");
        figures.push(Figure::new(BENCH, case, "writing requests", 0.0, "").under(1.0));
    }
    Ok(figures)
}

/// How fast one shop was told, and how much of what it allows was used.
fn of_shop(
    shop: &SimulatedShop,
    case: &str,
    products: u32,
    (took, asked): (Duration, &Asked),
    allowed: Option<u32>,
) -> Vec<Figure> {
    let case = format!("{case}: {}", shop.platform.code());
    let number = |what, value, unit| Figure::new(BENCH, &*case, what, value, unit);
    let per_product = rate(asked.requests, Duration::from_secs(products.into()));
    let mut figures = vec![
        number("told in", took.as_secs_f64(), "s"),
        number("products", rate(products.into(), took), "per s"),
        number("requests", per_product, "per product"),
        number("requests", rate(asked.requests, took), "per s"),
        number(
            "refused for haste",
            rate(asked.refused, Duration::from_secs(1)),
            "",
        )
        .under(1.0),
    ];
    if let Some(allowed) = allowed {
        let used = rate(asked.requests, took) / f64::from(allowed) * 100.0;
        figures.push(number("of what is allowed", used, "%").at_least(GOAL_USED_PERCENT));
    }
    figures
}
