//! How far a consumer is behind, and how full a stream is: for health and status.

use async_nats::jetstream::{consumer, response::Response, stream};
use serde_json::json;
use thiserror::Error;

use crate::{Bus, Durable};

/// How far a consumer is behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lag {
    /// Messages not yet delivered.
    pub pending: u64,
    /// Messages delivered and not yet acknowledged.
    pub ack_pending: u64,
    /// Of those, messages delivered more than once.
    pub redelivered: u64,
    /// Every message up to this stream sequence is acknowledged.
    pub acknowledged_to: u64,
}

/// What a stream holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamState {
    pub messages: u64,
    pub bytes: u64,
    /// Above this many bytes the stream refuses messages; `None` when there is no limit.
    pub max_bytes: Option<u64>,
    pub first_sequence: u64,
    pub last_sequence: u64,
    /// Messages missing between first and last: none are ever expected.
    pub deleted: u64,
}

/// Why the broker told nothing.
#[derive(Debug, Error)]
pub enum InfoError {
    /// It has no such stream or consumer.
    #[error("{of} is not on the broker: {reason}")]
    Missing { of: String, reason: String },
    /// No answer: the broker is away, or this user has no right to ask.
    #[error("the broker says nothing about {of}: {reason}")]
    Silent { of: String, reason: String },
}

impl Bus {
    /// How far a durable consumer is behind.
    pub async fn lag(&self, durable: &Durable) -> Result<Lag, InfoError> {
        let info = self.consumer_info(durable).await?;
        Ok(Lag {
            pending: info.num_pending,
            ack_pending: info.num_ack_pending as u64,
            redelivered: info.num_redelivered as u64,
            acknowledged_to: info.ack_floor.stream_sequence,
        })
    }

    /// What a stream holds.
    pub async fn stream_info(&self, name: &str) -> Result<StreamState, InfoError> {
        let stream::Info { config, state, .. } = self.ask_stream(name).await?;
        Ok(StreamState {
            messages: state.messages,
            bytes: state.bytes,
            max_bytes: u64::try_from(config.max_bytes).ok(),
            first_sequence: state.first_sequence,
            last_sequence: state.last_sequence,
            deleted: state.deleted_count.unwrap_or(0),
        })
    }

    pub(crate) async fn stream_config(&self, name: &str) -> Result<stream::Config, InfoError> {
        Ok(self.ask_stream(name).await?.config)
    }

    pub(crate) async fn consumer_info(
        &self,
        durable: &Durable,
    ) -> Result<consumer::Info, InfoError> {
        let Durable { name, stream, .. } = durable;
        self.ask(
            format!("consumer {name}"),
            format!("CONSUMER.INFO.{stream}.{name}"),
        )
        .await
    }

    async fn ask_stream(&self, name: &str) -> Result<stream::Info, InfoError> {
        self.ask(format!("stream {name}"), format!("STREAM.INFO.{name}"))
            .await
    }

    async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        of: String,
        subject: String,
    ) -> Result<T, InfoError> {
        match self.jetstream().request(subject, &json!({})).await {
            Ok(Response::Ok(info)) => Ok(info),
            Ok(Response::Err { error }) => Err(InfoError::Missing {
                of,
                reason: error.to_string(),
            }),
            Err(error) => Err(InfoError::Silent {
                of,
                reason: error.to_string(),
            }),
        }
    }
}
