//! Waits until shops have what they are to have.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::bail;
use tokio::time::sleep;

use super::SimulatedShop;

const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How often it is said how far they are.
const SAY_EVERY: Duration = Duration::from_secs(20);

/// Of every SKU that is named.
pub async fn until_shown(
    shops: &[SimulatedShop],
    wanted: &BTreeMap<String, i64>,
    patience: Duration,
) -> anyhow::Result<()> {
    let (began, mut said) = (Instant::now(), Instant::now());
    loop {
        let missing: Vec<String> = shops
            .iter()
            .filter_map(|shop| missing(shop, wanted))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        if began.elapsed() > patience {
            bail!("shops do not show what they are to have: {missing:?}");
        }
        if said.elapsed() > SAY_EVERY {
            eprintln!("not shown yet: {missing:?}");
            said = Instant::now();
        }
        sleep(LOOK_EVERY).await;
    }
}

/// How many SKUs are not as they are to be, in words.
fn missing(shop: &SimulatedShop, wanted: &BTreeMap<String, i64>) -> Option<String> {
    let stock = shop.runner.shop().stock();
    let wrong = wanted
        .iter()
        .filter(|(sku, units)| stock.get(*sku) != Some(units));
    let wrong = wrong.count();
    (wrong > 0).then(|| format!("{} {wrong} of {}", shop.platform.code(), wanted.len()))
}
