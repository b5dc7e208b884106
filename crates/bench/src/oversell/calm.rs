//! Waits until every shop shows what the ledger says that it may sell, and whether that lasts.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::bail;
use tokio::time::sleep;

use crate::simulated::{Good, Outlet, SimulatedShop};

const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Once all is equal, it is to stay so: several polls of every shop.
const LASTING: Duration = Duration::from_secs(5);
/// A shop that was left alone for its faults is asked again within this.
pub const PATIENCE: Duration = Duration::from_mins(10);
/// How often it is said how far they are.
const SAY_EVERY: Duration = Duration::from_secs(20);

/// How long it took.
#[derive(Clone, Copy, Debug)]
pub struct Calm {
    /// From the beginning until the ledger's word on it was the last one.
    pub heard_after: Duration,
    /// From then until every shop showed it.
    pub shown_after: Duration,
}

/// What a shop is to show, and what it shows, by SKU.
type Shown = Vec<BTreeMap<String, i64>>;

pub async fn reach(
    outlet: &Outlet,
    shops: &[SimulatedShop],
    goods: &[Good],
    patience: Duration,
) -> anyhow::Result<Calm> {
    let began = Instant::now();
    let mut last_word: Option<(Shown, Instant)> = None;
    let mut equal_since: Option<Instant> = None;
    let mut said = Instant::now();
    loop {
        let mut wanted = Vec::new();
        let mut waits = false;
        for shop in shops {
            let (of_shop, waiting) = outlet.wanted(shop.connection, goods).await?;
            waits |= waiting.is_some();
            wanted.push(of_shop);
        }
        let has = shown(shops, goods);
        let now = Instant::now();
        let is_news = waits
            || last_word
                .as_ref()
                .is_none_or(|(before, _)| *before != wanted);
        if is_news {
            last_word = Some((wanted.clone(), now));
        }
        if has != wanted || waits {
            equal_since = None;
        } else {
            equal_since.get_or_insert(now);
        }
        if let (Some(since), Some((_, heard))) = (equal_since, &last_word)
            && since.elapsed() >= LASTING
        {
            return Ok(Calm {
                heard_after: heard.duration_since(began),
                shown_after: since.saturating_duration_since(*heard),
            });
        }
        if began.elapsed() > patience {
            bail!(
                "shops do not come to show what is: {:?}",
                differences(shops, &wanted, &has)
            );
        }
        if said.elapsed() > SAY_EVERY {
            eprintln!("not shown yet: {:?}", differences(shops, &wanted, &has));
            said = Instant::now();
        }
        sleep(LOOK_EVERY).await;
    }
}

/// What each shop has of the goods.
fn shown(shops: &[SimulatedShop], goods: &[Good]) -> Shown {
    let of = |shop: &SimulatedShop| {
        let mut stock = shop.runner.shop().stock();
        stock.retain(|sku, _| goods.iter().any(|good| good.sku == *sku));
        stock
    };
    shops.iter().map(of).collect()
}

/// In words: platform, SKU, what is wanted and what is there.
fn differences(shops: &[SimulatedShop], wanted: &Shown, has: &Shown) -> Vec<String> {
    let mut found = Vec::new();
    for ((shop, wanted), has) in shops.iter().zip(wanted).zip(has) {
        for (sku, wanted) in wanted {
            let has = has.get(sku);
            if has != Some(wanted) {
                let code = shop.platform.code();
                found.push(format!("{code} {sku}: {wanted} wanted, {has:?} shown"));
            }
        }
    }
    found
}
