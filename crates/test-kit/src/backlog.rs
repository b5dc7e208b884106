//! What the broker holds, as its monitoring page says.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use http::Method;
use serde::Deserialize;

use crate::poster::{Poster, Prepared};

/// Messages that no consumer has settled, all streams together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Not handed out yet.
    pub pending: u64,
    /// Handed out and not acknowledged.
    pub unacknowledged: u64,
}

impl Backlog {
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.pending == 0 && self.unacknowledged == 0
    }
}

/// Asks the broker's monitoring address, for example `http://127.0.0.1:20005`.
pub async fn backlog(monitor_url: &str) -> anyhow::Result<Backlog> {
    let consumers = streams(monitor_url)
        .await?
        .into_iter()
        .flat_map(|stream| stream.consumer_detail);
    Ok(consumers.fold(Backlog::default(), |sum, consumer| Backlog {
        pending: sum.pending + consumer.num_pending,
        unacknowledged: sum.unacknowledged + consumer.num_ack_pending,
    }))
}

/// How many messages each stream holds.
pub async fn messages(monitor_url: &str) -> anyhow::Result<BTreeMap<String, u64>> {
    let streams = streams(monitor_url).await?.into_iter();
    Ok(streams
        .map(|stream| (stream.name, stream.state.messages))
        .collect())
}

async fn streams(monitor_url: &str) -> anyhow::Result<Vec<Stream>> {
    let url = format!("{monitor_url}/jsz?accounts=true&streams=true&consumers=true");
    let mut request = Prepared::post(&url, [], "")?;
    request.method = Method::GET;
    let (status, body) = Poster::new(monitor_url)?.exchange(&request).await?;
    ensure!(status.is_success(), "the broker's monitor answers {status}");
    let page: Page = serde_json::from_slice(&body).context("the broker's monitor is unreadable")?;
    let accounts = page.account_details.into_iter();
    Ok(accounts.flat_map(|account| account.stream_detail).collect())
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    account_details: Vec<Account>,
}

#[derive(Deserialize)]
struct Account {
    #[serde(default)]
    stream_detail: Vec<Stream>,
}

#[derive(Deserialize)]
struct Stream {
    name: String,
    state: StreamState,
    #[serde(default)]
    consumer_detail: Vec<Consumer>,
}

#[derive(Deserialize)]
struct StreamState {
    messages: u64,
}

#[derive(Deserialize)]
struct Consumer {
    #[serde(default)]
    num_pending: u64,
    #[serde(default)]
    num_ack_pending: u64,
}
