//! From the webhook's due instant to the committed sale, at a fixed rate whatever happens.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use jiff::Timestamp;
use proto::ledger::StreamSalesRequest;
use proto::ledger::sales_client::SalesClient;
use service::access::Authorized;
use service::clock::{Clock as _, SystemClock};
use shop_woocommerce::sim::{Options, Topic};
use test_kit::storm::{seen, settle};
use test_kit::{compare, world};
use tokio::time::Instant;
use uuid::Uuid;

use crate::figure::Figure;
use crate::footprint::Footprint;
use crate::latency::{Latencies, rate};
use crate::load::{Sent, open, posts};
use crate::system;

const LASTING_S: u32 = 30;
/// Not counted: connections are made, plans are prepared, pages are read.
const WARM_UP_S: u32 = 3;
const CONNECTIONS: usize = 256;
/// Of the shop's orders so many become sales at once; the others are not sent.
const SALES_PERCENT: usize = 89;
/// Sales that are not there by then are lost.
const PATIENCE: Duration = Duration::from_mins(2);
/// Orders a second, and the goal for p99 in milliseconds.
const CASES: [(u32, f64); 2] = [(741, 150.0), (3_000, 1_000.0)];

pub async fn run(seed: u64) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for (per_second, goal_ms) in CASES {
        figures.extend(at_rate(seed, per_second, goal_ms).await?);
    }
    Ok(figures)
}

async fn at_rate(seed: u64, per_second: u32, goal_ms: f64) -> anyhow::Result<Vec<Figure>> {
    let system = system::start().await?;
    let url = system.hook_url();
    let warm_up = usize::try_from(per_second * WARM_UP_S)?;
    let orders = usize::try_from(per_second * (LASTING_S + WARM_UP_S))? * 100 / SALES_PERCENT;
    let posts = posts(&Options::new(seed, orders), Topic::OrderCreated, &url)?;
    let requests = Arc::new(posts.requests);
    let wanted = requests.len();

    let before = Footprint::take(&system)?;
    let sent = Sent {
        began: Instant::now() + Duration::from_millis(100),
        per_second,
    };
    let began_at = SystemClock.now() + Duration::from_millis(100);
    let (outcome, followed) = tokio::join!(
        open(&url, requests, sent, CONNECTIONS),
        follow(
            system.stack().ledger()?,
            world::CONNECTION,
            wanted,
            PATIENCE
        )
    );
    let outcome = outcome?;
    let followed = followed.context("sales are missing")?;
    let after = Footprint::take(&system)?;
    settle(&system).await?;
    ensure!(
        outcome.refused == 0,
        "{} deliveries refused",
        outcome.refused
    );

    let (mut recorded, mut shown) = (Latencies::new()?, Latencies::new()?);
    for (place, id) in posts.order_ids.iter().enumerate().skip(warm_up) {
        let sale = followed
            .get(id)
            .with_context(|| format!("order {id} is lost"))?;
        let due = sent.due(place);
        shown.record(sale.shown.saturating_duration_since(due));
        let due_at = began_at + due.saturating_duration_since(sent.began);
        recorded.record(
            Duration::try_from(sale.recorded_at.duration_since(due_at)).unwrap_or_default(),
        );
    }
    let end = seen(&system.ledger()?).await?;
    let differences = compare(&posts.shop.books(), &end);
    ensure!(differences.is_empty(), "lost or wrong: {differences:?}");

    let case = format!("{per_second} per s for {LASTING_S} s");
    let [p50, p99, p999] = outcome.latencies.figures("answered", &case);
    let mut figures = vec![p50, p99, p999];
    figures.extend(recorded.figures("recorded", &case));
    let [p50, p99, p999] = shown.figures("seen by a follower", &case);
    figures.extend([p50, p99.under(goal_ms), p999]);
    let sales = u64::try_from(wanted)?;
    let end_to_end = |what, value, unit| Figure::new("end to end", &*case, what, value, unit);
    figures.push(end_to_end("sent", rate(sales, outcome.took), "per s"));
    figures.push(end_to_end("sales", f64::from(u32::try_from(wanted)?), ""));
    figures.push(end_to_end("lost or wrong", 0.0, "").under(1.0));
    figures.extend(after.memory(&case));
    figures.extend(after.cpu_since(&before, u32::try_from(wanted)?, &case));
    Ok(figures)
}

/// A sale as a follower of sale history met it first.
pub struct Shown {
    shown: Instant,
    pub recorded_at: Timestamp,
}

/// Follows sale history until so many sales of a connection have come; by the shop's ids of their orders.
pub async fn follow(
    ledger: Authorized,
    connection: Uuid,
    wanted: usize,
    patience: Duration,
) -> anyhow::Result<BTreeMap<String, Shown>> {
    let mut client = SalesClient::new(ledger);
    let connection = connection.to_string();
    let request = StreamSalesRequest {
        retailer_id: world::RETAILER.to_string(),
        follow: true,
        ..StreamSalesRequest::default()
    };
    let mut stream = client.stream_sales(request).await?.into_inner();
    let mut sales = BTreeMap::new();
    let deadline = Instant::now() + patience;
    while sales.len() < wanted {
        let message = tokio::time::timeout_at(deadline, stream.message()).await;
        let message = message.with_context(|| format!("{} of {wanted} came", sales.len()))??;
        let sale = message.and_then(|message| message.sale);
        let sale = sale.context("the stream of sales ended")?;
        if sale.connection_id != connection {
            continue;
        }
        let recorded_at = proto::convert::instant_from("recorded_at", sale.recorded_at)?;
        sales.entry(sale.order_id).or_insert_with(|| Shown {
            shown: Instant::now(),
            recorded_at,
        });
    }
    Ok(sales)
}
