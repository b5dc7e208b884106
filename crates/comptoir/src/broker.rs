//! The broker, looked at as its administrator: how full its streams are, and how far the services
//! are behind.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use bus::{Bus, Map};
use secrecy::SecretString;
use serde::Serialize;

use crate::services;
use crate::stack::State;

/// How long a broker is waited for.
const CONNECT_WAIT: Duration = Duration::from_secs(5);

/// A connection to the broker, and what there should be on it.
pub(crate) struct Broker {
    bus: Bus,
    map: Map,
}

/// A stream, and what waits in it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StreamRow {
    pub(crate) stream: String,
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
    pub(crate) max_bytes: Option<u64>,
    pub(crate) readers: Vec<ReaderRow>,
}

/// A durable consumer of a stream.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReaderRow {
    pub(crate) name: String,
    /// Not yet handed over.
    pub(crate) waiting: u64,
    /// Handed over, not yet done with.
    pub(crate) in_hand: u64,
    pub(crate) redelivered: u64,
}

impl Broker {
    pub(crate) async fn connect(options: bus::Options) -> anyhow::Result<Self> {
        Ok(Self {
            bus: Bus::connect_within(options, CONNECT_WAIT).await?,
            map: Map::whole(&services::platforms()?),
        })
    }

    /// The broker of a stack that another process runs in `dir`. Its passwords are known only if it
    /// is the stack's own.
    pub(crate) async fn of_stack(dir: &Path, state: &State) -> anyhow::Result<Self> {
        Self::connect(admin(dir, state)?).await
    }

    pub(crate) async fn streams(&self) -> anyhow::Result<Vec<StreamRow>> {
        let mut rows = Vec::new();
        for stream in &self.map.streams {
            let state = self.bus.stream_info(&stream.name).await?;
            let mut readers = Vec::new();
            for durable in &self.map.durables {
                if durable.stream == stream.name {
                    let lag = self.bus.lag(durable).await?;
                    readers.push(ReaderRow {
                        name: durable.name.clone(),
                        waiting: lag.pending,
                        in_hand: lag.ack_pending,
                        redelivered: lag.redelivered,
                    });
                }
            }
            rows.push(StreamRow {
                stream: stream.name.clone(),
                messages: state.messages,
                bytes: state.bytes,
                max_bytes: state.max_bytes,
                readers,
            });
        }
        Ok(rows)
    }

    /// How many messages wait for a service or are in its hands.
    pub(crate) async fn backlog(&self) -> anyhow::Result<u64> {
        let mut backlog = 0;
        for durable in &self.map.durables {
            let lag = self.bus.lag(durable).await?;
            backlog += lag.pending + lag.ack_pending;
        }
        Ok(backlog)
    }

    /// Whether streams and consumers are what this build asks for.
    pub(crate) async fn check_layout(&self) -> Result<(), bus::check::CheckError> {
        bus::check::layout(&self.bus, &self.map).await
    }

    pub(crate) async fn close(self) {
        self.bus.drain().await;
    }
}

fn admin(dir: &Path, state: &State) -> anyhow::Result<bus::Options> {
    let user = bus::permission::ADMIN;
    let endpoints = devstack::attach(dir)?.context("the stack's servers do not run")?;
    let password: &SecretString = endpoints.nats_passwords.get(user).context(
        "the broker is not the stack's own, and its administrator's password is not known",
    )?;
    Ok(bus::Options {
        url: state.nats_url.clone(),
        user: user.to_owned(),
        password: password.clone(),
        name: "comptoir".to_owned(),
    })
}
