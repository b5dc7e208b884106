//! Carries the shop's deliveries to whoever registered for them, as the network lets it.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::Uri;
use http::uri::PathAndQuery;
use reqwest::Client;
use shop::sim::{Outgoing, SimShop};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::counts::DeliveryCounts;
use crate::faults::DeliveryFate;
use crate::network::Network;

/// How often the shop is asked what is due, in real time.
const TURN: Duration = Duration::from_millis(10);
/// Deliveries under way, waiting ones included; while there are as many, the shop is not asked for more.
const ON_THE_WAY_LIMIT: usize = 4_096;
/// Requests made at once.
const POSTS_LIMIT: usize = 32;
/// How long the shop waits for an answer.
pub(crate) const POST_TIMEOUT: Duration = Duration::from_secs(5);
/// Dropped deliveries remembered; what is dropped beyond may come through when the shop repeats it.
const DROPPED_LIMIT: usize = 100_000;

#[derive(Clone)]
pub(crate) struct Courier {
    pub(crate) shop: Arc<dyn SimShop>,
    pub(crate) network: Arc<Network>,
    pub(crate) client: Client,
    /// Scheme, host and port that every delivery goes to, whatever address was registered.
    pub(crate) deliver_to: Option<String>,
    pub(crate) dropped: Dropped,
    pub(crate) stop: CancellationToken,
}

impl Courier {
    /// Until told to stop; what is under way then is given up.
    pub(crate) async fn run(self) {
        let posts = Arc::new(Semaphore::new(POSTS_LIMIT));
        let mut on_the_way = JoinSet::new();
        loop {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                Some(_arrived) = on_the_way.join_next(), if on_the_way.len() >= ON_THE_WAY_LIMIT => {}
                () = sleep(TURN) => {}
            }
            while on_the_way.try_join_next().is_some() {}
            if self.network.outage.is_on() || on_the_way.len() >= ON_THE_WAY_LIMIT {
                continue;
            }
            for outgoing in self.shop.due() {
                on_the_way.spawn(self.clone().carry(outgoing, Arc::clone(&posts)));
            }
        }
    }

    async fn carry(self, outgoing: Outgoing, posts: Arc<Semaphore>) {
        let Some(url) = self.address(&outgoing.url) else {
            self.count(|counts| counts.astray += 1);
            self.shop.answered(outgoing.id, None);
            return;
        };
        if self.dropped.has(&outgoing) {
            self.count(|counts| counts.dropped_again += 1);
            self.shop.answered(outgoing.id, None);
            return;
        }
        let (waits, delayed) = match self.network.delivery(outgoing.id) {
            DeliveryFate::Dropped => {
                self.dropped.add(&outgoing);
                self.count(|counts| counts.dropped += 1);
                self.shop.answered(outgoing.id, None);
                return;
            }
            DeliveryFate::Unanswered => {
                self.count(|counts| counts.unanswered += 1);
                self.shop.answered(outgoing.id, None);
                return;
            }
            DeliveryFate::Posted { waits, delayed } => (waits, delayed),
        };
        self.count(|counts| {
            counts.sent += 1;
            counts.delayed += u64::from(delayed);
            counts.duplicated += u64::from(waits.len() > 1);
        });
        let mut waited = Duration::ZERO;
        for (copy, wait) in waits.into_iter().enumerate() {
            sleep(wait.saturating_sub(waited)).await;
            waited = wait;
            self.network.outage.over().await;
            let Ok(_permit) = posts.acquire().await else {
                return;
            };
            let status = self.post(&url, &outgoing).await;
            // The shop knows of the first copy alone: the others are the network's doing.
            if copy == 0 {
                self.shop.answered(outgoing.id, status);
            }
        }
    }

    async fn post(&self, url: &str, outgoing: &Outgoing) -> Option<u16> {
        let request = self
            .client
            .post(url)
            .headers(outgoing.headers.clone())
            .body(outgoing.body.clone());
        let status = request.send().await.ok().map(|answer| answer.status());
        self.count(|counts| {
            counts.posted += 1;
            match status {
                Some(status) if status.is_success() => counts.taken += 1,
                Some(_) => counts.refused += 1,
                None => counts.failed += 1,
            }
        });
        status.map(|status| status.as_u16())
    }

    /// Where a delivery goes; `None` for an address beyond this machine: a simulation tells nobody else.
    fn address(&self, url: &str) -> Option<String> {
        let uri: Uri = url.parse().ok()?;
        if let Some(origin) = &self.deliver_to {
            let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
            return Some(format!("{origin}{path}"));
        }
        let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
        let address = host.parse::<IpAddr>();
        let is_here = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
        is_here.then(|| url.to_owned())
    }

    fn count(&self, count: impl FnOnce(&mut DeliveryCounts)) {
        self.network
            .counters
            .add(|counts| count(&mut counts.deliveries));
    }
}

/// What never arrives, however often the shop repeats it: by the hash of address and body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dropped(Arc<Mutex<BTreeSet<u64>>>);

impl Dropped {
    fn add(&self, outgoing: &Outgoing) {
        let mut dropped = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if dropped.len() < DROPPED_LIMIT {
            dropped.insert(print(outgoing));
        }
    }

    fn has(&self, outgoing: &Outgoing) -> bool {
        let dropped = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        dropped.contains(&print(outgoing))
    }
}

fn print(outgoing: &Outgoing) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&outgoing.url, &outgoing.body).hash(&mut hasher);
    hasher.finish()
}
