//! What a service makes sure of before it relies on the broker, with its own rights.

use std::time::Duration;

use async_nats::jetstream::consumer::IntoConsumerConfig;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::compare::{self, Difference};
use crate::{Bus, InfoError, Map};

/// Oldest server that knows atomic batches.
const OLDEST_SERVER: (u64, u64) = (2, 12);

/// Time for one answer of the monitoring port.
const MONITOR_TIMEOUT: Duration = Duration::from_secs(5);

/// Largest answer of the monitoring port that is read, in bytes.
const MAX_MONITOR_BYTES: usize = 1 << 20;

/// Why a service must not run on this broker.
#[derive(Debug, Error)]
pub enum CheckError {
    /// An acknowledged message could be lost with the machine's power.
    #[error("the broker at {url} does not sync every write: set jetstream.sync_interval to always")]
    NotSynced { url: String },
    /// The broker runs without streams.
    #[error("the broker at {url} has no jetstream")]
    NoJetStream { url: String },
    /// Too old for atomic batches.
    #[error("the broker at {url} is version {found}, 2.12 or later is needed")]
    TooOld { url: String, found: String },
    /// The monitoring port gave no usable answer.
    #[error("the broker's monitor at {url} cannot be read: {reason}")]
    Monitor { url: String, reason: String },
    /// Streams or consumers are not as this build knows them: migrate was not run, or ran with another build.
    #[error("the broker is not as asked, run migrate: {}", compare::list(.0))]
    Different(Vec<Difference>),
    /// A stream or consumer cannot be looked at.
    #[error(transparent)]
    Info(#[from] InfoError),
}

/// Both checks, as a service makes them at start.
pub async fn check(bus: &Bus, monitor_url: &str, map: &Map) -> Result<(), CheckError> {
    server(monitor_url).await?;
    layout(bus, map).await
}

/// Whether the server keeps what it acknowledges. `monitor_url` is its HTTP monitoring address.
pub async fn server(monitor_url: &str) -> Result<(), CheckError> {
    let url = || monitor_url.to_owned();
    let unreadable = |reason: String| CheckError::Monitor { url: url(), reason };
    let body = timeout(MONITOR_TIMEOUT, get(monitor_url))
        .await
        .map_err(|_| unreadable(format!("no answer within {MONITOR_TIMEOUT:?}")))?
        .map_err(|error| unreadable(error.to_string()))?;
    let Varz { version, jetstream } =
        serde_json::from_slice(&body).map_err(|error| unreadable(error.to_string()))?;
    if release(&version).is_none_or(|found| found < OLDEST_SERVER) {
        return Err(CheckError::TooOld {
            url: url(),
            found: version,
        });
    }
    let config = jetstream
        .config
        .ok_or_else(|| CheckError::NoJetStream { url: url() })?;
    if !config.sync_always {
        return Err(CheckError::NotSynced { url: url() });
    }
    Ok(())
}

/// Whether the streams and consumers of `map` stand as asked. The number of replicas is the operator's choice.
pub async fn layout(bus: &Bus, map: &Map) -> Result<(), CheckError> {
    let mut differences = Vec::new();
    for stream in &map.streams {
        let found = bus.stream_config(&stream.name).await?;
        differences.extend(compare::stream(&stream.config(found.num_replicas), &found));
    }
    for durable in &map.durables {
        let found = bus.consumer_info(durable).await?.config;
        let asked = durable.config().into_consumer_config();
        differences.extend(compare::consumer(&asked, &found));
    }
    if differences.is_empty() {
        return Ok(());
    }
    Err(CheckError::Different(differences))
}

/// What is read of the server's `/varz`.
#[derive(Deserialize)]
struct Varz {
    version: String,
    #[serde(default)]
    jetstream: JetStreamVarz,
}

#[derive(Default, Deserialize)]
struct JetStreamVarz {
    config: Option<JetStreamConfig>,
}

#[derive(Deserialize)]
struct JetStreamConfig {
    /// Absent when false.
    #[serde(default)]
    sync_always: bool,
}

fn release(version: &str) -> Option<(u64, u64)> {
    let mut parts = version.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// One plain GET of `/varz`. The monitoring port speaks HTTP without TLS, inside the private network only.
async fn get(monitor_url: &str) -> Result<Bytes, AnyError> {
    let uri: Uri = format!("{}/varz", monitor_url.trim_end_matches('/')).parse()?;
    if uri.scheme_str() != Some("http") {
        return Err("the address must start with http://".into());
    }
    let authority = uri.authority().ok_or("the address names no host")?.clone();
    let stream = TcpStream::connect((authority.host(), authority.port_u16().unwrap_or(80))).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get(uri.path())
        .header(hyper::header::HOST, authority.as_str())
        .body(Empty::<Bytes>::new())?;
    let exchange = async {
        let response = sender.send_request(request).await?;
        if response.status() != StatusCode::OK {
            return Err(AnyError::from(format!("status {}", response.status())));
        }
        Ok(Limited::new(response.into_body(), MAX_MONITOR_BYTES).collect().await?.to_bytes())
    };
    tokio::pin!(connection, exchange);
    tokio::select! {
        body = &mut exchange => body,
        ended = &mut connection => match ended {
            // The whole answer may already be here when the server closes.
            Ok(()) => exchange.await,
            Err(error) => Err(error.into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_compared_as_numbers() {
        assert_eq!(release("2.15.1"), Some((2, 15)));
        assert_eq!(release("2.9.10"), Some((2, 9)));
        assert!(release("2.9.10").unwrap() < OLDEST_SERVER);
        assert!(release("3.0.0").unwrap() > OLDEST_SERVER);
        assert_eq!(release("dev"), None);
    }
}
