//! The counter: tills sell what lies there, and suppliers deliver more of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::try_join_all;
use shop_woocommerce::sim::Dice;
use tokio::time::sleep;

use crate::simulated::{Good, Outlet};

/// Tills that sell at the same time.
const TILLS: u64 = 4;
/// A till's next buyer comes within this.
const BUYER_WITHIN_MS: u64 = 1_500;
/// A supplier comes so often, with up to so many of some goods.
const DELIVERY_EVERY: Duration = Duration::from_secs(1);
const DELIVERY_UNITS: u64 = 16;
/// In a hundred, of the goods.
const DELIVERED_PERCENT: u64 = 60;

/// How many sales tills made, until it is over.
pub async fn sell(
    outlet: &Outlet,
    goods: &[Good],
    seed: u64,
    over: &AtomicBool,
) -> anyhow::Result<usize> {
    let tills =
        (1..=TILLS).map(|till| at_till(outlet, goods, Dice::new(seed ^ (till << 32)), over));
    let (sold, ()) = tokio::try_join!(
        try_join_all(tills),
        deliver(outlet, goods, Dice::new(!seed), over)
    )?;
    Ok(sold.into_iter().sum())
}

/// Sells what there is: a buyer has it in hand.
async fn at_till(
    outlet: &Outlet,
    goods: &[Good],
    mut dice: Dice,
    over: &AtomicBool,
) -> anyhow::Result<usize> {
    let mut sold = 0;
    while !over.load(Ordering::Relaxed) {
        let good = &goods[dice.index(goods.len())];
        let on_hand: BTreeMap<String, i64> = outlet.on_hand().await?;
        if on_hand.get(&good.sku).is_some_and(|units| *units > 0) {
            outlet.sell(good, 1).await?;
            sold += 1;
        }
        sleep(Duration::from_millis(dice.between(0, BUYER_WITHIN_MS))).await;
    }
    Ok(sold)
}

async fn deliver(
    outlet: &Outlet,
    goods: &[Good],
    mut dice: Dice,
    over: &AtomicBool,
) -> anyhow::Result<()> {
    while !over.load(Ordering::Relaxed) {
        let mut delivered = Vec::new();
        for good in goods {
            if dice.percent(DELIVERED_PERCENT) {
                let units = dice.between(1, DELIVERY_UNITS);
                delivered.push((good, i64::try_from(units)?));
            }
        }
        outlet.receive(&delivered).await?;
        sleep(DELIVERY_EVERY).await;
    }
    Ok(())
}
