//! One exchange with the broker: some messages out as one atomic batch, one word back.

use std::sync::Arc;
use std::time::Duration;

use async_nats::client::{RequestError, RequestErrorKind};
use async_nats::{Client, HeaderMap, Request, header};
use bytes::Bytes;
use serde::Deserialize;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::timeout;

use super::{MessageId, PublishError};

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
    pub(super) client: Client,
    pub(super) stream: Arc<str>,
    /// Unique to this publisher, so that batch ids never meet.
    pub(super) batch_prefix: String,
    pub(super) batches: u64,
    pub(super) denials: broadcast::Receiver<Arc<str>>,
}

impl Wire {
    /// Sends `messages`, not empty, and waits for the one answer.
    pub(super) async fn exchange(&mut self, messages: &[&Outgoing]) -> Result<Ack, Failure> {
        self.batches += 1;
        let batch_id = format!("{}-{}", self.batch_prefix, self.batches);
        // Refusals of earlier exchanges, and of other publishers, say nothing about this one.
        while !matches!(
            self.denials.try_recv(),
            Err(broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed)
        ) {}
        let answer = timeout(ACK_TIMEOUT, send(&self.client, &batch_id, messages));
        tokio::select! {
            answer = answer => match answer {
                Ok(Ok(answer)) => self.read(&answer.payload, messages),
                Ok(Err(error)) => Err(self.failed(&error, messages)),
                Err(_) => Err(Failure::Silent("no acknowledgement in time".into())),
            },
            subject = denied(&mut self.denials, messages) => {
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

/// A lone message is a plain publish. Several are one atomic batch (ADR-50): numbered from 1, and committed by
/// the last, whose answer stands for all.
async fn send(
    client: &Client,
    batch_id: &str,
    messages: &[&Outgoing],
) -> Result<async_nats::Message, RequestError> {
    let mut number: u64 = 0;
    let mut numbered = |message: &Outgoing| {
        number += 1;
        let mut headers = message.headers.clone();
        headers.insert(header::NATS_BATCH_ID, batch_id);
        headers.insert(header::NATS_BATCH_SEQUENCE, number.to_string());
        headers
    };
    let Some((last, others)) = messages.split_last() else {
        return Err(RequestError::with_source(
            RequestErrorKind::Other,
            "nothing to send",
        ));
    };
    let mut commit = if others.is_empty() {
        last.headers.clone()
    } else {
        for message in others {
            let headers = numbered(message);
            client
                .publish_with_headers(message.subject.clone(), headers, message.payload.clone())
                .await?;
        }
        let mut headers = numbered(last);
        headers.insert(header::NATS_BATCH_COMMIT, header::NATS_BATCH_COMMIT_FINAL);
        headers
    };
    // Our own limit of time stands around the whole exchange.
    let mut request = Request::new().payload(last.payload.clone()).timeout(None);
    if !commit.is_empty() {
        request = request.headers(std::mem::take(&mut commit));
    }
    client.send_request(last.subject.clone(), request).await
}

/// Waits until the broker refuses one of these subjects to this user. It says so apart from the answer,
/// and for a lone message instead of one.
async fn denied(denials: &mut broadcast::Receiver<Arc<str>>, messages: &[&Outgoing]) -> Arc<str> {
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
