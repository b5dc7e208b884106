//! Makes the broker's streams and consumers equal to the map, then proves it.

use async_nats::jetstream::consumer::{IntoConsumerConfig, PullConsumer};
use async_nats::jetstream::context::CreateStreamErrorKind;
use async_nats::jetstream::{ErrorCode, stream};
use thiserror::Error;

use crate::compare::{self, Difference};
use crate::{Bus, Durable, Map, Stream};

/// Attempts at one stream, when several provisioners run at once.
const MAX_ATTEMPTS: u32 = 5;

/// How the streams are laid out on the brokers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Servers that hold a copy of each stream: 1 on a single broker, 3 in a cluster.
    pub replicas: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { replicas: 1 }
    }
}

/// Why the broker is not as the map wants it.
#[derive(Debug, Error)]
pub enum ProvisionError {
    /// The broker kept other settings than those asked for.
    #[error("the broker is not as asked: {}", compare::list(.0))]
    Different(Vec<Difference>),
    /// The broker refused a stream or consumer.
    #[error("{of} refused by the broker: {reason}")]
    Refused { of: String, reason: String },
}

/// Creates or updates every stream and consumer of `map`. Running it again, or twice at once, changes nothing.
pub async fn provision(bus: &Bus, map: &Map, options: Options) -> Result<(), ProvisionError> {
    let mut differences = Vec::new();
    for stream in &map.streams {
        differences.extend(provision_stream(bus, stream, options).await?);
    }
    for durable in &map.durables {
        differences.extend(provision_durable(bus, durable).await?);
    }
    if differences.is_empty() {
        return Ok(());
    }
    Err(ProvisionError::Different(differences))
}

async fn provision_stream(
    bus: &Bus,
    stream: &Stream,
    options: Options,
) -> Result<Vec<Difference>, ProvisionError> {
    let asked = stream.config(options.replicas);
    let refused = |error: &dyn std::error::Error| ProvisionError::Refused {
        of: format!("stream {}", stream.name),
        reason: error.to_string(),
    };
    let mut attempt = 1;
    loop {
        match bus.jetstream().create_or_update_stream(asked.clone()).await {
            Ok(stream::Info { config, .. }) => return Ok(compare::stream(&asked, &config)),
            Err(error) if lost_the_race(error.kind()) && attempt < MAX_ATTEMPTS => attempt += 1,
            Err(error) => return Err(refused(&error)),
        }
    }
}

/// Another provisioner made the stream between our look and our attempt.
fn lost_the_race(kind: CreateStreamErrorKind) -> bool {
    match kind {
        CreateStreamErrorKind::JetStream(error) => {
            error.error_code() == ErrorCode::STREAM_NAME_EXIST
        }
        _ => false,
    }
}

async fn provision_durable(
    bus: &Bus,
    durable: &Durable,
) -> Result<Vec<Difference>, ProvisionError> {
    let asked = durable.config();
    let consumer: PullConsumer = bus
        .jetstream()
        .create_consumer_on_stream(asked.clone(), &durable.stream)
        .await
        .map_err(|error| ProvisionError::Refused {
            of: format!("consumer {}", durable.name),
            reason: error.to_string(),
        })?;
    Ok(compare::consumer(
        &asked.into_consumer_config(),
        &consumer.cached_info().config,
    ))
}
