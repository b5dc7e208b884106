//! Every version of many orders, shuffled and repeated, while processes are killed.

use anyhow::ensure;
use test_kit::storm::{self, StormOptions};

use crate::figure::Figure;
use crate::latency::rate;
use crate::system;

/// Fails when ledger and shop differ in anything.
pub async fn run(options: &StormOptions) -> anyhow::Result<Vec<Figure>> {
    let system = system::start().await?;
    let report = storm::run(options, &system).await?;
    println!("{report}");
    ensure!(report.is_clean(), "ledger and shop differ");
    let case = format!(
        "{} orders x 1-{} versions x 1-{} copies, seed {}",
        options.orders, options.max_versions, options.copies, options.seed
    );
    let figure = |what, value, unit| Figure::new("storm", &*case, what, value, unit);
    let count = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let deliveries = u64::try_from(report.deliveries)?;
    Ok(vec![
        figure("deliveries", count(report.deliveries), ""),
        figure("accepted", rate(deliveries, report.sent_in), "per s"),
        figure("drained after", report.drained_in.as_secs_f64(), "s"),
        figure("kills", count(report.kills.len()), ""),
        figure("sales", count(report.sales), ""),
        figure("differences", 0.0, "").under(1.0),
    ])
}
