use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use anyhow::Context as _;
use shop_woocommerce::sim::{Dice, Options, Shop};

use super::send::{Delivery, Progress, send_all};
use super::settle::{seen, settle};
use super::{Report, StormOptions, faults};
use crate::compare::compare;
use crate::system::System;

/// Lets it storm over a running system, and reports every difference from the shop's own books.
///
/// An error means that the storm itself could not be driven to its end.
pub async fn run(options: &StormOptions, system: &Arc<System>) -> anyhow::Result<Report> {
    let shop = Arc::new(Shop::open(&Options {
        max_versions: options.max_versions,
        products: options.products,
        ..Options::new(options.seed, options.orders)
    }));
    let mut dice = Dice::new(options.seed ^ STORM);
    let deliveries = deliveries(&mut dice, &shop, options.copies);
    let ledger = system.ledger()?;
    let mut report = Report {
        seed: options.seed,
        orders: options.orders,
        versions: shop.orders().iter().map(Vec::len).sum(),
        deliveries: deliveries.len(),
        ..Report::default()
    };

    let began = Instant::now();
    let progress = Arc::new(Progress::default());
    let hook_url = system.hook_url();
    let plan = faults::plan(&mut dice, options.kills, deliveries.len());
    let sending = send_all(
        Arc::clone(&shop),
        Arc::new(deliveries),
        &hook_url,
        options.in_flight,
        Arc::clone(&progress),
    );
    let killing = faults::strike(plan, dice, system, &ledger, &progress);
    let (sent_in, struck) = tokio::join!(
        async {
            sending.await?;
            anyhow::Ok(began.elapsed())
        },
        killing
    );
    report.sent_in = sent_in.context("not every delivery was accepted")?;
    let struck = struck.context("the system did not come back")?;
    report.kills = struck.kills;
    report.verified = struck.verified;
    report.differences.extend(struck.failures);
    report.retries = load(&progress.retries);

    let began = Instant::now();
    settle(system)
        .await
        .context("the system does not come to rest")?;
    report.drained_in = began.elapsed();
    let seen = seen(&ledger).await?;
    report.sales = seen.sales.len();
    report.levels = seen.levels.len();
    report.differences.extend(compare(&shop.books(), &seen));
    report.differences.extend(faults::verify(&ledger).await?);
    report.verified += 1;
    Ok(report)
}

/// Keeps the storm's dice apart from the shop's.
const STORM: u64 = 0x5702_0a11;

/// Every version, once up to `copies` times, in any order at all.
fn deliveries(dice: &mut Dice, shop: &Shop, copies: u64) -> Vec<Delivery> {
    let mut deliveries = Vec::new();
    for (order, versions) in shop.orders().iter().enumerate() {
        for version in 0..versions.len() {
            for _ in 0..dice.between(1, copies) {
                deliveries.push(Delivery {
                    order,
                    version,
                    created: dice.percent(30),
                });
            }
        }
    }
    dice.shuffle(&mut deliveries);
    deliveries
}

fn load(counter: &AtomicUsize) -> usize {
    counter.load(std::sync::atomic::Ordering::Relaxed)
}
