//! Reading a durable consumer in batches, through restarts of the broker.

mod delivery;

use std::time::Duration;

use async_nats::jetstream::consumer::{PullConsumer, pull};
use futures::{FutureExt as _, StreamExt as _};
use tokio::task::coop::unconstrained;
use tokio::time::{Instant, sleep_until, timeout_at};
use tracing::{info, warn};

pub use self::delivery::{AckError, Delivery, ack_all};
use crate::{Bus, Durable, InfoError, Lag};

/// Messages asked for ahead; half of them used up, the next request goes out.
const PULL_MESSAGES: usize = 1_000;

/// Payload asked for ahead, in bytes: what a slow reader may hold in memory, twice.
const PULL_BYTES: usize = 8 << 20;

/// Life of one pull request.
const PULL_EXPIRES: Duration = Duration::from_secs(30);

/// An idle broker gives a sign of life this often; after two missed ones the reader starts anew.
const PULL_HEARTBEAT: Duration = Duration::from_secs(5);

/// Pause before the reader starts anew, doubled from first to last.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(5);

/// The one reader of a durable consumer within a process. It never ends: while the broker is away it yields nothing
/// and keeps trying.
pub struct Consumer {
    bus: Bus,
    durable: Durable,
    source: Option<pull::Stream>,
    /// Not to start anew before this instant.
    next_start: Instant,
    pause: Duration,
}

impl Consumer {
    pub(crate) fn new(bus: Bus, durable: Durable) -> Self {
        Self {
            bus,
            durable,
            source: None,
            next_start: Instant::now(),
            pause: FIRST_PAUSE,
        }
    }

    /// Waits at most `max_wait` for a message, then takes what else is already here, up to `max_messages`.
    /// Empty when nothing came in time. Dropping the future loses nothing.
    pub async fn next_batch(&mut self, max_messages: usize, max_wait: Duration) -> Vec<Delivery> {
        let deadline = Instant::now() + max_wait;
        let Ok(first) = timeout_at(deadline, self.first()).await else {
            return Vec::new();
        };
        let mut batch = vec![first];
        while batch.len() < max_messages {
            // Without a budget: the runtime's would end the batch before what is here is taken.
            let Some(more) = unconstrained(self.ready()).now_or_never() else {
                break;
            };
            batch.push(more);
        }
        batch
    }

    /// How far this consumer is behind.
    pub async fn lag(&self) -> Result<Lag, InfoError> {
        self.bus.lag(&self.durable).await
    }

    /// The next message, however long it takes.
    async fn first(&mut self) -> Delivery {
        loop {
            if self.source.is_none() {
                self.start().await;
            }
            if let Some(delivery) = self.read().await {
                return delivery;
            }
        }
    }

    /// The next message of the running source; for ever pending when there is none.
    async fn ready(&mut self) -> Delivery {
        loop {
            if self.source.is_none() {
                std::future::pending::<()>().await;
            }
            if let Some(delivery) = self.read().await {
                return delivery;
            }
        }
    }

    /// One item of the source. Anything but a message ends the source, so that the next call starts anew.
    async fn read(&mut self) -> Option<Delivery> {
        let source = self.source.as_mut()?;
        let reason = match source.next().await {
            Some(Ok(message)) => match Delivery::received(&self.bus, message) {
                Ok(delivery) => {
                    self.pause = FIRST_PAUSE;
                    return Some(delivery);
                }
                Err(reason) => reason,
            },
            Some(Err(error)) => error.to_string(),
            None => "the subscription ended".to_owned(),
        };
        self.source = None;
        warn!(consumer = %self.durable.name, %reason, "reading stopped, starting anew");
        None
    }

    /// Binds to the durable consumer. The pause is set before the attempt, so that a caller with little patience
    /// does not make it a storm.
    async fn start(&mut self) {
        sleep_until(self.next_start).await;
        self.next_start = Instant::now() + self.pause;
        self.pause = (self.pause * 2).min(LAST_PAUSE);
        match self.pull().await {
            Ok(source) => {
                info!(consumer = %self.durable.name, "reading");
                self.source = Some(source);
            }
            Err(reason) => {
                warn!(consumer = %self.durable.name, %reason, "cannot read yet");
            }
        }
    }

    async fn pull(&self) -> Result<pull::Stream, String> {
        let Durable { name, stream, .. } = &self.durable;
        let consumer: PullConsumer = self
            .bus
            .jetstream()
            .get_consumer_from_stream(name, stream)
            .await
            .map_err(|error| error.to_string())?;
        consumer
            .stream()
            .max_messages_per_batch(PULL_MESSAGES)
            .max_bytes_per_batch(PULL_BYTES)
            .expires(PULL_EXPIRES)
            .heartbeat(PULL_HEARTBEAT)
            .messages()
            .await
            .map_err(|error| error.to_string())
    }
}
