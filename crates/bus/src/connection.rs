//! One connection to the broker: made with patience, kept for ever, closed in order.

use std::sync::Arc;
use std::time::Duration;

use async_nats::client::FlushErrorKind;
use async_nats::jetstream::{self, context::ContextBuilder};
use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, ServerAddr, ServerError};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use tokio::sync::broadcast;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, error, info, warn};

use crate::permission::inbox_prefix;
use crate::{Consumer, DeadLetters, Durable, Publisher, Service, Stream};

/// How long a starting service waits for a broker that is not up yet.
const CONNECT_WAIT: Duration = Duration::from_secs(30);

/// Pause between two attempts of the first connect.
const CONNECT_PAUSE: Duration = Duration::from_millis(250);

/// Time for one attempt to connect.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);

/// Longest pause between two attempts to reconnect; they never end.
const MAX_RECONNECT_PAUSE: Duration = Duration::from_secs(2);

/// A silent connection is noticed after two of these.
const PING_INTERVAL: Duration = Duration::from_secs(10);

/// Time for one answer of the broker's own interface: stream and consumer look-ups.
const API_TIMEOUT: Duration = Duration::from_secs(5);

/// Time for the publishers to finish what they hold, and again for the connection to close.
const DRAIN_WAIT: Duration = Duration::from_secs(10);

/// How often a lost connection is looked for.
const CLOSED_POLL: Duration = Duration::from_secs(1);

/// Refused publishes remembered for publishers that have not looked yet.
const DENIALS: usize = 256;

/// How to reach the broker.
#[derive(Clone, Debug)]
pub struct Options {
    /// `nats://host:port`, or several with commas between.
    pub url: String,
    /// One of [`crate::permission::users`].
    pub user: String,
    pub password: SecretString,
    /// The process, as the broker's monitoring shows it.
    pub name: String,
}

/// Why there is no connection.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// Waiting would not help.
    #[error("the broker at {url} refuses user {user}")]
    Refused { url: String, user: String },
    /// No broker answered in time.
    #[error("no broker at {url} within {waited:?}: {reason}")]
    Unreachable {
        url: String,
        waited: Duration,
        reason: String,
    },
    /// Not an address, or one with credentials in it, which would end up in logs.
    #[error("the broker's address must be nats://host:port without credentials")]
    Address,
    /// A user name that cannot be part of a subject.
    #[error("{user:?} is not a user name: letters, digits, - and _ only")]
    UserName { user: String },
}

/// A connection as one user. Clones share it.
#[derive(Clone)]
pub struct Bus {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    jetstream: jetstream::Context,
    denials: broadcast::Sender<Arc<str>>,
    tasks: TaskTracker,
    stopping: CancellationToken,
    closed: CancellationToken,
}

impl Bus {
    /// Connects, waiting up to 30 s for a broker that is starting. Afterwards reconnects for ever.
    pub async fn connect(options: Options) -> Result<Self, ConnectError> {
        Self::connect_within(options, CONNECT_WAIT).await
    }

    /// Connects as [`Bus::connect`] does, waiting at most `wait`.
    pub async fn connect_within(options: Options, wait: Duration) -> Result<Self, ConnectError> {
        let Options {
            url,
            user,
            password,
            name,
        } = options;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if user.is_empty() || !user.bytes().all(plain) {
            return Err(ConnectError::UserName { user });
        }
        let addresses: Vec<&str> = url.split(',').collect();
        if url.contains('@') || addresses.iter().any(|a| a.parse::<ServerAddr>().is_err()) {
            return Err(ConnectError::Address);
        }
        let (denials, _) = broadcast::channel(DENIALS);
        let closed = CancellationToken::new();
        let deadline = Instant::now() + wait;
        let client = loop {
            let attempt = connect_options(&user, &password, &name, denials.clone(), closed.clone())
                .connect(addresses.as_slice());
            let reason = match timeout_at(deadline, attempt).await {
                Ok(Ok(client)) => break client,
                Ok(Err(error)) => match error.kind() {
                    ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
                        return Err(ConnectError::Refused { url, user });
                    }
                    _ => error.to_string(),
                },
                Err(_) => "no answer".to_owned(),
            };
            if Instant::now() + CONNECT_PAUSE >= deadline {
                return Err(ConnectError::Unreachable {
                    url,
                    waited: wait,
                    reason,
                });
            }
            debug!(%url, %reason, "broker not there yet");
            sleep(CONNECT_PAUSE).await;
        };
        let jetstream = ContextBuilder::new()
            .timeout(API_TIMEOUT)
            .build(client.clone());
        Ok(Self {
            inner: Arc::new(Inner {
                client,
                jetstream,
                denials,
                tasks: TaskTracker::new(),
                stopping: CancellationToken::new(),
                closed,
            }),
        })
    }

    /// A publisher into one stream. Clone it freely: all clones share one queue and one commit.
    #[must_use]
    pub fn publisher(&self, stream: &Stream) -> Publisher {
        Publisher::start(self, stream)
    }

    /// A reader of one durable consumer.
    #[must_use]
    pub fn consumer(&self, durable: &Durable) -> Consumer {
        Consumer::new(self.clone(), durable.clone())
    }

    /// Where a service lays what it cannot read.
    #[must_use]
    pub fn dead_letters(&self, service: &Service) -> DeadLetters {
        DeadLetters::new(self, service)
    }

    /// Whether the broker is reachable at this moment.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.client().connection_state() == async_nats::connection::State::Connected
    }

    /// Waits until the connection is gone for good: drained, or refused on a reconnect. The process should stop then.
    pub async fn closed(&self) {
        while !self.inner.closed.is_cancelled() {
            let flushed = timeout(CLOSED_POLL, self.client().flush()).await;
            if let Ok(Err(error)) = flushed
                && error.kind() == FlushErrorKind::SendError
            {
                return;
            }
            let _ = timeout(CLOSED_POLL, self.inner.closed.cancelled()).await;
        }
    }

    /// Lets the publishers finish what they hold, sends what is buffered and closes. Publishing is refused from here on.
    pub async fn drain(&self) {
        self.inner.stopping.cancel();
        self.inner.tasks.close();
        if timeout(DRAIN_WAIT, self.inner.tasks.wait()).await.is_err() {
            warn!("publishers did not finish within {DRAIN_WAIT:?}");
        }
        if let Err(error) = self.client().drain().await {
            debug!(%error, "connection was closed already");
            return;
        }
        if timeout(DRAIN_WAIT, self.closed()).await.is_err() {
            warn!("connection did not close within {DRAIN_WAIT:?}");
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.inner.client
    }

    pub(crate) fn jetstream(&self) -> &jetstream::Context {
        &self.inner.jetstream
    }

    /// Subjects the broker refused this user, as they happen.
    pub(crate) fn denials(&self) -> broadcast::Receiver<Arc<str>> {
        self.inner.denials.subscribe()
    }

    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.inner.tasks
    }

    pub(crate) fn stopping(&self) -> &CancellationToken {
        &self.inner.stopping
    }
}

fn connect_options(
    user: &str,
    password: &SecretString,
    name: &str,
    denials: broadcast::Sender<Arc<str>>,
    closed: CancellationToken,
) -> ConnectOptions {
    ConnectOptions::with_user_and_password(user.to_owned(), password.expose_secret().to_owned())
        .name(name)
        .custom_inbox_prefix(inbox_prefix(user))
        .connection_timeout(ATTEMPT_TIMEOUT)
        .ping_interval(PING_INTERVAL)
        .max_reconnects(None)
        .reconnect_delay_callback(reconnect_pause)
        .event_callback(move |event| {
            note(&event, &denials, &closed);
            std::future::ready(())
        })
}

fn reconnect_pause(attempts: usize) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
    Duration::from_millis(50)
        .saturating_mul(2u32.saturating_pow(doublings))
        .min(MAX_RECONNECT_PAUSE)
}

fn note(event: &Event, denials: &broadcast::Sender<Arc<str>>, closed: &CancellationToken) {
    match event {
        Event::Connected => info!("connected to the broker"),
        Event::Disconnected => warn!("disconnected from the broker"),
        Event::LameDuckMode => warn!("the broker is about to stop"),
        Event::Draining => debug!("closing the connection to the broker"),
        Event::Closed => {
            info!("connection to the broker closed");
            closed.cancel();
        }
        Event::SlowConsumer(subscription) => {
            warn!(subscription, "messages dropped by the client: they will come again");
        }
        Event::ServerError(ServerError::Other(text)) => {
            if let Some(subject) = denied_publish(text) {
                // Nobody may be listening: acknowledgements have no publisher.
                let _ = denials.send(subject.into());
            }
            error!(reason = %text, "refused by the broker");
        }
        Event::ServerError(error) => error!(%error, "refused by the broker"),
        Event::ClientError(error) => error!(%error, "broker client failed"),
    }
}

/// The subject in `Permissions Violation for Publish to "order.x"`.
fn denied_publish(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("Permissions Violation for Publish to \"")?;
    rest.split_once('"').map(|(subject, _)| subject)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refused_subject_is_read_from_the_brokers_words() {
        assert_eq!(
            denied_publish("Permissions Violation for Publish to \"order.a.b\""),
            Some("order.a.b")
        );
        assert_eq!(
            denied_publish("Permissions Violation for Subscription to \"order.>\""),
            None
        );
    }

    #[test]
    fn pauses_grow_to_their_limit() {
        assert_eq!(reconnect_pause(0), Duration::from_millis(50));
        assert_eq!(reconnect_pause(1), Duration::from_millis(50));
        assert_eq!(reconnect_pause(3), Duration::from_millis(200));
        assert_eq!(reconnect_pause(60), MAX_RECONNECT_PAUSE);
    }
}
