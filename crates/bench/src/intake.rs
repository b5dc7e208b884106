//! Signed webhooks accepted a second, each answered after its durable ack.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use comptoir::stack::Part;
use shop_woocommerce::sim::Options;
use test_kit::System;
use test_kit::storm::settle;

use crate::figure::Figure;
use crate::latency::rate;
use crate::load::{closed, posts};
use crate::system;

/// Each number in flight is tried for this long at most.
const LASTING: Duration = Duration::from_secs(8);
/// In flight, and how many requests are made ready for it.
const CASES: [(usize, usize); 4] = [(1, 20_000), (16, 80_000), (64, 80_000), (256, 80_000)];
const WARM_UP: usize = 2_000;
/// The goal stands for this many in flight.
const GOAL_IN_FLIGHT: usize = 64;
const GOAL_PER_S: f64 = 6_000.0;
const GOAL_P99_MS: f64 = 50.0;

pub async fn run(seed: u64) -> anyhow::Result<Vec<Figure>> {
    let system = system::start().await?;
    let mut numbers = Numbers { seed, next: 1001 };
    let mut figures = Vec::new();
    // First the way in alone: what is accepted waits for the ledger.
    system.kill(Part::Ledger).await?;
    load(&system, &mut numbers, 16, WARM_UP, "warm-up").await?;
    for (in_flight, requests) in CASES {
        let case = format!("{in_flight} in flight, ledger down");
        figures.extend(load(&system, &mut numbers, in_flight, requests, &case).await?);
    }
    system.restart(Part::Ledger).await?;
    settle(&system).await?;
    // Then with the whole system at work on the same cores.
    for (in_flight, requests) in CASES {
        let case = format!("{in_flight} in flight, all at work");
        figures.extend(load(&system, &mut numbers, in_flight, requests, &case).await?);
        settle(&system).await?;
    }
    Ok(figures)
}

/// Order numbers that were not used before.
struct Numbers {
    seed: u64,
    next: u64,
}

impl Numbers {
    fn take(&mut self, orders: usize) -> Options {
        let options = Options {
            first_order_id: self.next,
            ..Options::new(self.seed, orders)
        };
        self.next += u64::try_from(orders).unwrap_or(u64::MAX);
        options
    }
}

async fn load(
    system: &System,
    numbers: &mut Numbers,
    in_flight: usize,
    requests: usize,
    case: &str,
) -> anyhow::Result<Vec<Figure>> {
    let url = system.hook_url();
    let posts = posts(&numbers.take(requests), &url)?;
    let outcome = closed(&url, Arc::new(posts.requests), in_flight, LASTING).await?;
    ensure!(outcome.refused == 0, "{} refused, {case}", outcome.refused);
    let accepted = Figure::new(
        "intake",
        case,
        "accepted",
        rate(outcome.latencies.count(), outcome.took),
        "per s",
    );
    let [p50, p99, p999] = outcome.latencies.figures("intake", case);
    Ok(if in_flight == GOAL_IN_FLIGHT {
        vec![
            accepted.at_least(GOAL_PER_S),
            p50,
            p99.under(GOAL_P99_MS),
            p999,
        ]
    } else {
        vec![accepted, p50, p99, p999]
    })
}
