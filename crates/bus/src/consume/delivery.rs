//! One delivered message and the answers a reader can give for it.

use std::time::Duration;

use async_nats::jetstream::{self, AckKind};
use async_nats::{HeaderMap, Request};
use bytes::Bytes;
use jiff::Timestamp;
use thiserror::Error;

use crate::{Bus, Subject, trace};

/// The broker's confirmation of an acknowledgement is awaited this long.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(2);

/// A message delivered to this process, to be acknowledged after its effect is committed.
pub struct Delivery {
    pub subject: Subject,
    pub payload: Bytes,
    /// Its place in the stream.
    pub stream_sequence: u64,
    /// How often it was delivered, this time included.
    pub delivered: u64,
    /// When the broker stored it.
    pub published_at: Timestamp,
    pub(crate) stream: String,
    pub(crate) headers: HeaderMap,
    reply: async_nats::Subject,
    bus: Bus,
}

/// An acknowledgement that is not known to have reached the broker: the message may come again.
#[derive(Debug, Error)]
#[error("acknowledgement of {subject} ({sequence}) is not confirmed: {reason}")]
pub struct AckError {
    subject: Subject,
    sequence: u64,
    reason: String,
}

impl Delivery {
    pub(super) fn received(bus: &Bus, message: jetstream::Message) -> Result<Self, String> {
        let info = message.info().map_err(|error| error.to_string())?;
        let published_at = Timestamp::from_nanosecond(info.published.unix_timestamp_nanos())
            .map_err(|error| error.to_string())?;
        let stream_sequence = info.stream_sequence;
        let delivered = u64::try_from(info.delivered).unwrap_or_default();
        let stream = info.stream.to_owned();
        let async_nats::Message {
            subject,
            reply,
            payload,
            headers,
            ..
        } = message.message;
        Ok(Self {
            subject: Subject::received(subject),
            payload,
            stream_sequence,
            delivered,
            published_at,
            stream,
            headers: headers.unwrap_or_default(),
            reply: reply.ok_or("no acknowledgement subject")?,
            bus: bus.clone(),
        })
    }

    /// A header's value, if it was sent.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(async_nats::HeaderValue::as_str)
    }

    /// The publisher's trace context, to be the parent of the span that handles this message.
    #[must_use]
    pub fn trace_parent(&self) -> opentelemetry::Context {
        trace::extract(&self.headers)
    }

    /// Done. Not confirmed: a lost acknowledgement brings the message again.
    pub async fn ack(&self) -> Result<(), AckError> {
        self.answer(AckKind::Ack).await
    }

    /// Done, and the broker said that it knows.
    pub async fn double_ack(&self) -> Result<(), AckError> {
        let request = Request::new()
            .payload(AckKind::Ack.into())
            .timeout(Some(CONFIRM_TIMEOUT));
        self.bus
            .client()
            .send_request(self.reply.clone(), request)
            .await
            .map(drop)
            .map_err(|error| self.unconfirmed(&error))
    }

    /// Not now: deliver it again after `delay`.
    pub async fn nak(&self, delay: Duration) -> Result<(), AckError> {
        self.answer(AckKind::Nak(Some(delay))).await
    }

    /// Still at work: the time to acknowledge starts again.
    pub async fn progress(&self) -> Result<(), AckError> {
        self.answer(AckKind::Progress).await
    }

    async fn answer(&self, kind: AckKind) -> Result<(), AckError> {
        self.bus
            .client()
            .publish(self.reply.clone(), kind.into())
            .await
            .map_err(|error| self.unconfirmed(&error))
    }

    fn unconfirmed(&self, error: &dyn std::error::Error) -> AckError {
        AckError {
            subject: self.subject.clone(),
            sequence: self.stream_sequence,
            reason: error.to_string(),
        }
    }
}

/// Acknowledges a batch of one consumer, after its effect is committed. Costs one round trip: the broker takes
/// acknowledgements in order, so its confirmation of the last stands for all.
pub async fn ack_all(batch: &[Delivery]) -> Result<(), AckError> {
    let Some((last, others)) = batch.split_last() else {
        return Ok(());
    };
    for delivery in others {
        delivery.ack().await?;
    }
    last.double_ack().await
}
