//! Signed webhooks accepted a second, each answered after its durable ack.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use comptoir::stack::Part;
use shop_woocommerce::sim::{Options, Topic};
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
const WARM_UP: (usize, usize) = (16, 2_000);
/// The goal stands for this many in flight, and for the way in.
const GOAL_IN_FLIGHT: usize = 64;
const GOAL_PER_S: f64 = 6_000.0;
const GOAL_P99_MS: f64 = 50.0;

pub async fn run(seed: u64) -> anyhow::Result<Vec<Figure>> {
    let system = system::start().await?;
    let mut load = Load {
        system: &system,
        seed,
        next_order_id: 1001,
    };
    load.run(Topic::ProductUpdated, WARM_UP, "warm-up").await?;
    let mut figures = Vec::new();
    // The way in alone: deliveries that no sale depends on are kept, and nothing comes of them.
    for case in CASES {
        figures.extend(load.run(Topic::ProductUpdated, case, "alone").await?);
    }
    // Orders are read and published on the same broker meanwhile.
    system.kill(Part::Ledger).await?;
    for case in CASES {
        figures.extend(load.run(Topic::OrderCreated, case, "ledger down").await?);
    }
    system.restart(Part::Ledger).await?;
    settle(&system).await?;
    // The whole system at work on the same cores.
    for case in CASES {
        figures.extend(load.run(Topic::OrderCreated, case, "all at work").await?);
        settle(&system).await?;
    }
    Ok(figures)
}

struct Load<'a> {
    system: &'a System,
    seed: u64,
    /// The shop's next unused number.
    next_order_id: u64,
}

impl Load<'_> {
    async fn run(
        &mut self,
        topic: Topic,
        (in_flight, requests): (usize, usize),
        meanwhile: &str,
    ) -> anyhow::Result<Vec<Figure>> {
        let shop = Options {
            first_order_id: self.next_order_id,
            ..Options::new(self.seed, requests)
        };
        self.next_order_id += u64::try_from(requests)?;
        let url = self.system.hook_url();
        let posts = posts(&shop, topic, &url)?;
        let outcome = closed(&url, Arc::new(posts.requests), in_flight, LASTING).await?;
        let case = format!("{in_flight} in flight, {meanwhile}");
        ensure!(outcome.refused == 0, "{} refused, {case}", outcome.refused);
        let per_s = rate(outcome.latencies.count(), outcome.took);
        let accepted = Figure::new("intake", &*case, "accepted", per_s, "per s");
        let [p50, p99, p999] = outcome.latencies.figures("intake", &case);
        Ok(if (in_flight, meanwhile) == (GOAL_IN_FLIGHT, "alone") {
            let (accepted, p99) = (accepted.at_least(GOAL_PER_S), p99.under(GOAL_P99_MS));
            vec![accepted, p50, p99, p999]
        } else {
            vec![accepted, p50, p99, p999]
        })
    }
}
