//! How fast the ledger empties a full stream, with lines spread over many SKUs and with one hot
//! SKU; beside a floor: the very rows that it wrote, written by bare UNNEST batches into empty tables.

mod fill;
mod floor;
mod raw;
mod stamps;
mod tables;

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use comptoir::stack::Part;
use shop_woocommerce::sim::Options;
use test_kit::storm::settle;
use test_kit::{System, backlog};

use crate::figure::Figure;
use crate::latency::rate;
use crate::past::{self, Booked};
use crate::system;
use fill::{Fill, fill};

const PRODUCTS: usize = 10_000;
/// Of the floor of the same run.
const GOAL_OF_FLOOR_PERCENT: f64 = 60.0;
const GOAL_OF_SPREAD_PERCENT: f64 = 90.0;

pub async fn run(seed: u64, orders: usize, past: Option<u32>) -> anyhow::Result<Vec<Figure>> {
    let system = system::start().await?;
    let shop = |first_order_id, hot_percent| Options {
        products: PRODUCTS,
        hot_percent,
        first_order_id,
        ..Options::new(seed, orders)
    };
    let step = u64::try_from(orders)?;
    // Registers the items and warms the caches; not counted.
    drained(&system, &shop(1_001, 0)).await?;
    let spread = drained(&system, &shop(1_001 + step, 0)).await?;
    let hot = drained(&system, &shop(1_001 + 2 * step, 100)).await?;
    system.kill(Part::Ledger).await?;
    system.kill(Part::Ingest).await?;
    let floor_spread = floor::run(&system, &spread.ids).await?;
    let floor_hot = floor::run(&system, &hot.ids).await?;

    let case = format!("{orders} orders");
    let figure = |what, value, unit| Figure::new("drain", &*case, what, value, unit);
    let mut figures = vec![
        figure("spread", spread.per_s, "orders per s"),
        figure("one hot SKU", hot.per_s, "orders per s"),
        figure("floor, spread", floor_spread, "orders per s"),
        figure("floor, one hot SKU", floor_hot, "orders per s"),
        figure("spread of floor", percent(spread.per_s, floor_spread), "%")
            .at_least(GOAL_OF_FLOOR_PERCENT),
        figure("hot of spread", percent(hot.per_s, spread.per_s), "%")
            .at_least(GOAL_OF_SPREAD_PERCENT),
    ];
    if let Some(sales) = past {
        floor::remove(&system).await?;
        past::fill(&system, sales, Booked::Everything).await?;
        system.restart(Part::Ingest).await?;
        let on_past = drained(&system, &shop(1_001 + 3 * step, 0)).await?;
        let case = format!("{orders} orders on {sales} sales");
        let of_floor = percent(on_past.per_s, floor_spread);
        figures.extend([
            Figure::new("drain", &*case, "spread", on_past.per_s, "orders per s"),
            Figure::new("drain", &*case, "spread of floor", of_floor, "%")
                .at_least(GOAL_OF_FLOOR_PERCENT),
        ]);
    }
    Ok(figures)
}

struct Drained {
    per_s: f64,
    /// The shop's ids of the orders drained.
    ids: Vec<String>,
}

/// Fills the stream while the ledger is down, starts it, and times what it commits.
async fn drained(system: &Arc<System>, shop: &Options) -> anyhow::Result<Drained> {
    system.kill(Part::Ledger).await?;
    let Fill { ids } = fill(system, shop).await?;
    let waiting = backlog(system.monitor_url()).await?;
    let wanted = u64::try_from(ids.len())?;
    ensure!(
        waiting.pending + waiting.unacknowledged >= wanted,
        "the stream should hold {wanted}, and holds {waiting:?}"
    );
    system.restart(Part::Ledger).await?;
    settle(system).await?;
    Ok(Drained {
        per_s: committed_per_s(system, &ids).await?,
        ids,
    })
}

/// By the ledger's own stamps: the sales after the first batch, over the time from that batch to
/// the last one.
async fn committed_per_s(system: &System, ids: &[String]) -> anyhow::Result<f64> {
    let stamps = stamps::of(system, ids).await?;
    let (Some(first), Some(last)) = (stamps.first(), stamps.last()) else {
        anyhow::bail!("nothing was drained");
    };
    ensure!(
        stamps.len() == ids.len(),
        "{} of {} orders are sales",
        stamps.len(),
        ids.len()
    );
    let after_first = stamps.iter().filter(|stamp| *stamp > first).count();
    let took = Duration::from_micros(u64::try_from(last - first)?);
    Ok(rate(u64::try_from(after_first)?, took))
}

fn percent(part: f64, whole: f64) -> f64 {
    part / whole * 100.0
}
