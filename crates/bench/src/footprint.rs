//! Memory of every process at rest, and its CPU for each order of a run.

use std::time::Duration;

use comptoir::stack::Part;
use test_kit::System;

use crate::figure::Figure;
use crate::process::{Usage, usage};
use crate::system;

/// Everything that start-up needed has gone by then.
const REST: Duration = Duration::from_secs(5);
/// What a service may take at rest.
const SERVICE_GOAL_MIB: f64 = 50.0;

/// A look at every process.
#[derive(Clone, Debug)]
pub struct Footprint(Vec<(Part, Usage)>);

impl Footprint {
    pub fn take(system: &System) -> anyhow::Result<Self> {
        let look = |part| anyhow::Ok((part, usage(system.pid(part)?)?));
        Part::ALL
            .into_iter()
            .map(look)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub fn memory(&self, case: &str) -> Vec<Figure> {
        let figures = self.0.iter().map(|(part, usage)| {
            let figure = Figure::new(
                "footprint",
                format!("{case}: {part:?}"),
                "memory",
                usage.memory_mib,
                "MiB",
            );
            match (case, part) {
                ("at rest", Part::Ingest | Part::Ledger) => figure.under(SERVICE_GOAL_MIB),
                (_, Part::Ingest | Part::Ledger | Part::Broker | Part::Database) => figure,
            }
        });
        figures.collect()
    }

    /// CPU used since `before` for each of so many orders.
    pub fn cpu_since(&self, before: &Self, orders: u32, case: &str) -> Vec<Figure> {
        let pairs = self.0.iter().zip(&before.0);
        pairs
            .map(|((part, now), (_, then))| {
                let used = now.cpu.saturating_sub(then.cpu).as_secs_f64() * 1_000_000.0;
                Figure::new(
                    "footprint",
                    format!("{case}: {part:?}"),
                    "CPU per order",
                    used / f64::from(orders.max(1)),
                    "µs",
                )
            })
            .collect()
    }
}

pub async fn run() -> anyhow::Result<Vec<Figure>> {
    let system = system::start().await?;
    tokio::time::sleep(REST).await;
    Ok(Footprint::take(&system)?.memory("at rest"))
}
