use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use shop_woocommerce::sim::{Options, Topic};
use test_kit::{System, backlog};

use crate::load::{closed, posts};

const IN_FLIGHT: usize = 64;
const PATIENCE: Duration = Duration::from_mins(5);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// The backlog must stand still for so many looks: then it is all in the ledger's stream.
const STILL: u32 = 10;

pub struct Fill {
    /// The shop's ids of the orders, each a sale.
    pub ids: Vec<String>,
}

/// Sends the shop's orders and waits until all of them wait for the ledger.
pub async fn fill(system: &System, shop: &Options) -> anyhow::Result<Fill> {
    let url = system.hook_url();
    let posts = posts(shop, Topic::OrderCreated, &url)?;
    let outcome = closed(&url, Arc::new(posts.requests), IN_FLIGHT, PATIENCE).await?;
    ensure!(outcome.refused == 0, "{} refused", outcome.refused);

    let began = Instant::now();
    let (mut last, mut still) = (None, 0);
    while still < STILL {
        ensure!(began.elapsed() < PATIENCE, "the stream does not fill");
        tokio::time::sleep(LOOK_EVERY).await;
        let now = backlog(system.monitor_url()).await?;
        still = if last == Some(now) { still + 1 } else { 0 };
        last = Some(now);
    }
    Ok(Fill {
        ids: posts.order_ids,
    })
}
