//! SIGTERM drains: what was answered with 200 is kept, and the processes end by themselves.

use std::sync::Arc;
use std::time::{Duration, Instant};

use comptoir::stack::Part;
use http::StatusCode;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use shop_woocommerce::sim::{Options, Shop, Topic};
use test_kit::storm::{seen, settle};
use test_kit::{Poster, Prepared, System, compare, world};
use tokio::task::JoinSet;

use crate::alone::Alone;

const IN_FLIGHT: usize = 8;
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_drains_and_loses_nothing_that_was_accepted() {
    let alone = Alone::start().await;
    let system = &alone.system;
    let shop = Arc::new(Shop::open(&Options {
        max_versions: 1,
        ..Options::new(31, 400)
    }));
    let mut senders = JoinSet::new();
    for sender in 0..IN_FLIGHT {
        senders.spawn(send_every(Arc::clone(&shop), system.hook_url(), sender));
    }
    for part in [Part::Ingest, Part::Ledger] {
        tokio::time::sleep(Duration::from_millis(100)).await;
        terminate(system, part).await;
    }
    while let Some(sender) = senders.join_next().await {
        sender.unwrap();
    }
    settle(system).await.unwrap();
    let ledger = system.ledger().unwrap();
    let differences = compare(&shop.books(), &seen(&ledger).await.unwrap());
    assert_eq!(differences, Vec::<String>::new());
}

/// Sends every eighth order until it is accepted; a refusal in between is 503 or no answer.
async fn send_every(shop: Arc<Shop>, url: String, first: usize) {
    let mut poster = Poster::new(&url).unwrap();
    for order in shop
        .orders()
        .iter()
        .flatten()
        .skip(first)
        .step_by(IN_FLIGHT)
    {
        let hook = shop.hook(order, Topic::OrderCreated, world::SECRET);
        let request = Prepared::post(&url, hook.headers, hook.body).unwrap();
        let began = Instant::now();
        loop {
            match poster.send(&request).await {
                Ok(StatusCode::OK) => break,
                Ok(status) => assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE),
                Err(_) => {}
            }
            assert!(began.elapsed() < PATIENCE, "the service does not come back");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Asks a process to end, and waits until another runs in its place.
async fn terminate(system: &System, part: Part) {
    let old = system.pid(part).unwrap();
    kill(Pid::from_raw(i32::try_from(old).unwrap()), Signal::SIGTERM).unwrap();
    let began = Instant::now();
    while system.pid(part).ok().is_none_or(|pid| pid == old) {
        assert!(began.elapsed() < PATIENCE, "{part:?} does not end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
