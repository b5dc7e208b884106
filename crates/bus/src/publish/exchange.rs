//! Exchanges with the broker: messages out, singly or as one atomic batch, and its word back.

use std::sync::Arc;
use std::time::Duration;

use async_nats::client::{RequestError, RequestErrorKind};
use async_nats::{Client, HeaderMap, Request, header};
use bytes::Bytes;
use futures::future::join_all;
use serde::Deserialize;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::timeout;

use super::{MessageId, PublishError};
use crate::Bus;

/// The broker's word is awaited this long.
const ACK_TIMEOUT: Duration = Duration::from_secs(2);

/// A message as it goes out.
pub(super) struct Outgoing {
    pub(super) subject: async_nats::Subject,
    pub(super) id: Option<MessageId>,
    pub(super) headers: HeaderMap,
    pub(super) payload: Bytes,
}

/// The broker has all of them on disk.
pub(super) struct Ack {
    /// Of the first message; the others follow without a gap.
    pub(super) first_sequence: u64,
    pub(super) duplicate: bool,
}

pub(super) enum Failure {
    /// The broker said no: none of them is stored.
    Refused(PublishError),
    /// It said nothing: they may be stored or not.
    Silent(Arc<str>),
}

/// The way to one stream.
pub(super) struct Wire {
    pub(super) bus: Bus,
    pub(super) stream: Arc<str>,
    /// Unique to this publisher, so that batch ids never meet.
    pub(super) batch_prefix: String,
    pub(super) batches: u64,
}

impl Wire {
    /// Each message a plain publish, all at once; one answer each, in their order.
    pub(super) async fn singly(&self, messages: &[&Outgoing]) -> Vec<Result<Ack, Failure>> {
        let asking = messages.iter().map(|message| {
            let headers = message.headers.clone();
            self.ask(
                std::slice::from_ref(message),
                plain(self.bus.client(), message, headers),
            )
        });
        join_all(asking).await
    }

    /// All as one atomic batch, at least two: stored together under one fsync, or not at all.
    pub(super) async fn together(&mut self, messages: &[&Outgoing]) -> Result<Ack, Failure> {
        self.batches += 1;
        let id = format!("{}-{}", self.batch_prefix, self.batches);
        self.ask(messages, batch(self.bus.client(), &id, messages))
            .await
    }

    /// Waits for the broker's answer, its refusal of a subject, or the end of our patience.
    async fn ask(
        &self,
        messages: &[&Outgoing],
        exchange: impl Future<Output = Result<async_nats::Message, RequestError>>,
    ) -> Result<Ack, Failure> {
        // Subscribed now: earlier refusals say nothing about this exchange.
        let denials = self.bus.denials();
        tokio::select! {
            answer = timeout(ACK_TIMEOUT, exchange) => match answer {
                Ok(Ok(answer)) => self.read(&answer.payload, messages),
                Ok(Err(error)) => Err(self.failed(&error, messages)),
                Err(_) => Err(Failure::Silent("no acknowledgement in time".into())),
            },
            subject = denied(denials, messages) => {
                Err(Failure::Refused(PublishError::Denied { subject }))
            }
        }
    }

    fn read(&self, answer: &[u8], messages: &[&Outgoing]) -> Result<Ack, Failure> {
        let Answer {
            seq,
            duplicate,
            count,
            error,
        } = serde_json::from_slice(answer)
            .map_err(|error| Failure::Silent(format!("unreadable answer: {error}").into()))?;
        if let Some(ApiError {
            code,
            err_code,
            description,
        }) = error
        {
            let bytes = messages.iter().map(|m| m.payload.len()).sum();
            return Err(Failure::Refused(PublishError::refused(
                &self.stream,
                bytes,
                code,
                err_code,
                &description,
            )));
        }
        let expected = messages.len() as u64;
        if count.unwrap_or(1) != expected {
            // A server that does not know batches stored the last message alone.
            return Err(Failure::Refused(PublishError::Refused {
                stream: self.stream.clone(),
                code: 0,
                reason: "batch not understood".into(),
            }));
        }
        Ok(Ack {
            first_sequence: seq.saturating_sub(expected - 1),
            duplicate,
        })
    }

    fn failed(&self, error: &RequestError, messages: &[&Outgoing]) -> Failure {
        match error.kind() {
            RequestErrorKind::MaxPayloadExceeded => Failure::Refused(PublishError::TooLarge {
                stream: self.stream.clone(),
                bytes: messages.iter().map(|m| m.payload.len()).sum(),
            }),
            RequestErrorKind::InvalidSubject => Failure::Refused(PublishError::Refused {
                stream: self.stream.clone(),
                code: 0,
                reason: "invalid subject".into(),
            }),
            RequestErrorKind::NoResponders => Failure::Silent("no stream takes the subject".into()),
            RequestErrorKind::TimedOut | RequestErrorKind::Other => {
                Failure::Silent(error.to_string().into())
            }
        }
    }
}

async fn plain(
    client: &Client,
    message: &Outgoing,
    headers: HeaderMap,
) -> Result<async_nats::Message, RequestError> {
    // Our own limit of time stands around the whole exchange.
    let mut request = Request::new()
        .payload(message.payload.clone())
        .timeout(None);
    if !headers.is_empty() {
        request = request.headers(headers);
    }
    client.send_request(message.subject.clone(), request).await
}

/// An atomic batch (ADR-50): numbered from 1, and committed by the last message, whose answer stands for all.
async fn batch(
    client: &Client,
    id: &str,
    messages: &[&Outgoing],
) -> Result<async_nats::Message, RequestError> {
    let Some((last, others)) = messages.split_last() else {
        let error = RequestError::with_source(RequestErrorKind::Other, "an empty batch");
        return Err(error);
    };
    let numbered = |message: &Outgoing, number: usize| {
        let mut headers = message.headers.clone();
        headers.insert(header::NATS_BATCH_ID, id);
        headers.insert(header::NATS_BATCH_SEQUENCE, number.to_string());
        headers
    };
    for (message, number) in others.iter().zip(1..) {
        let headers = numbered(message, number);
        client
            .publish_with_headers(message.subject.clone(), headers, message.payload.clone())
            .await?;
    }
    let mut headers = numbered(last, messages.len());
    headers.insert(header::NATS_BATCH_COMMIT, header::NATS_BATCH_COMMIT_FINAL);
    plain(client, last, headers).await
}

/// Waits until the broker refuses one of these subjects to this user. It says so apart from the answer,
/// and for a lone message instead of one.
async fn denied(mut denials: broadcast::Receiver<Arc<str>>, messages: &[&Outgoing]) -> Arc<str> {
    loop {
        match denials.recv().await {
            Ok(subject) if messages.iter().any(|m| m.subject.as_str() == &*subject) => {
                return subject;
            }
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// The broker's answer: where the last message lies, or why not.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    seq: u64,
    #[serde(default)]
    duplicate: bool,
    /// Messages stored; absent for a plain publish.
    count: Option<u64>,
    error: Option<ApiError>,
}

#[derive(Deserialize)]
struct ApiError {
    #[serde(default)]
    code: u64,
    #[serde(default)]
    err_code: u64,
    #[serde(default)]
    description: String,
}
