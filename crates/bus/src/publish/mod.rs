//! Publishing that returns only after the broker has the message on disk.

mod commit;
mod error;
mod exchange;
mod recent;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_nats::{HeaderMap, header};
use bytes::Bytes;
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use self::commit::Committer;
pub use self::error::PublishError;
use crate::{Bus, Stream, Subject, trace};

/// A caller waits at most this long, room in the queue included.
const PUBLISH_WAIT: Duration = Duration::from_secs(5);

/// Messages waiting or being committed, in KiB, each rounded up; above it callers wait.
const ROOM_KIB: u32 = 16 * 1024;

/// Reserved in every message for the headers of a batch, in bytes.
const BATCH_HEADER_BYTES: usize = 160;

/// Longest message id, in bytes.
const MAX_ID_BYTES: usize = 256;

/// Names a message, so that the broker keeps one of several copies sent within its duplicate window.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageId(Arc<str>);

impl MessageId {
    /// Checks and keeps an id: 1 to 256 bytes of visible ASCII.
    pub fn new(text: &str) -> Result<Self, MessageIdError> {
        if text.is_empty()
            || text.len() > MAX_ID_BYTES
            || !text.bytes().all(|b| b.is_ascii_graphic())
        {
            return Err(MessageIdError);
        }
        Ok(Self(text.into()))
    }

    /// The id as it stands in the header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that cannot stand in a message id header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a message id is 1 to {MAX_ID_BYTES} bytes of visible ascii")]
pub struct MessageIdError;

/// One message to publish.
#[derive(Clone, Debug)]
pub struct Message {
    subject: Subject,
    id: Option<MessageId>,
    headers: HeaderMap,
    payload: Bytes,
}

impl Message {
    /// A message without an id: if its publish fails, it may or may not be on the broker.
    #[must_use]
    pub fn new(subject: Subject, payload: impl Into<Bytes>) -> Self {
        Self {
            subject,
            id: None,
            headers: HeaderMap::new(),
            payload: payload.into(),
        }
    }

    /// With an id, publishing again within the duplicate window is harmless.
    #[must_use]
    pub fn with_id(mut self, id: MessageId) -> Self {
        self.id = Some(id);
        self
    }

    /// With an id where `text` can be one. Without, a repeat is two messages, and whoever reads them must not mind.
    #[must_use]
    pub fn with_text_id(self, text: &str) -> Self {
        match MessageId::new(text) {
            Ok(id) => self.with_id(id),
            Err(_) => self,
        }
    }

    /// Takes over the headers of another message that `keep` names.
    pub(crate) fn carry(&mut self, headers: &HeaderMap, keep: impl Fn(&str) -> bool) {
        for (name, values) in headers.iter() {
            if keep(name.as_ref()) {
                for value in values {
                    self.headers.append(name.clone(), value.clone());
                }
            }
        }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        self.headers.insert(name, value.as_ref());
        self
    }
}

/// The broker has the message on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its place in the stream; of the first copy, when this was a repeat.
    pub sequence: u64,
    /// A message with this id was there before.
    pub duplicate: bool,
}

/// Publishes into one stream. Cheap to clone; concurrent publishes share one commit.
#[derive(Clone)]
pub struct Publisher {
    queue: mpsc::Sender<Waiting>,
    room: Arc<Semaphore>,
    stream: Arc<str>,
    max_message_bytes: usize,
}

impl Publisher {
    pub(crate) fn start(bus: &Bus, stream: &Stream) -> Self {
        // The room bounds the queue: every message takes at least one KiB of it.
        let (queue, waiting) = mpsc::channel(ROOM_KIB as usize);
        bus.tasks()
            .spawn(Committer::new(bus, stream, waiting).run());
        Self {
            queue,
            room: Arc::new(Semaphore::new(ROOM_KIB as usize)),
            stream: stream.name.as_str().into(),
            max_message_bytes: usize::try_from(stream.max_message_bytes).unwrap_or(usize::MAX),
        }
    }

    /// Publishes one message; returns when the broker has it on disk, or after at most 5 s without its word.
    /// The current span's trace context goes with it.
    pub async fn publish(&self, message: Message) -> Result<Stored, PublishError> {
        let Message {
            subject,
            id,
            mut headers,
            payload,
        } = message;
        if let Some(id) = &id {
            headers.insert(header::NATS_MESSAGE_ID, id.as_str());
        }
        trace::inject(&mut headers);
        let bytes = payload.len() + header_bytes(&headers) + BATCH_HEADER_BYTES;
        if bytes > self.max_message_bytes {
            return Err(PublishError::TooLarge {
                stream: self.stream.clone(),
                bytes,
            });
        }
        let deadline = Instant::now() + PUBLISH_WAIT;
        let told = async {
            let room = self
                .room
                .clone()
                .acquire_many_owned(kib(bytes))
                .await
                .ok()?;
            let (reply, told) = oneshot::channel();
            let waiting = Waiting {
                subject: subject.wire(),
                id,
                headers,
                payload,
                deadline,
                caller: Caller { reply, _room: room },
            };
            self.queue.send(waiting).await.ok()?;
            told.await.ok()
        };
        match timeout_at(deadline, told).await {
            Ok(Some(outcome)) => outcome,
            Ok(None) => Err(self.unavailable("the publisher has stopped")),
            Err(_) => Err(self.unavailable("no answer in time")),
        }
    }

    fn unavailable(&self, reason: &str) -> PublishError {
        PublishError::Unavailable {
            stream: self.stream.clone(),
            reason: reason.into(),
        }
    }
}

type Outcome = Result<Stored, PublishError>;

/// A message in the queue.
struct Waiting {
    subject: async_nats::Subject,
    id: Option<MessageId>,
    headers: HeaderMap,
    payload: Bytes,
    deadline: Instant,
    caller: Caller,
}

/// Who waits for the outcome, and the room its message takes until then.
struct Caller {
    reply: oneshot::Sender<Outcome>,
    _room: OwnedSemaphorePermit,
}

/// The size of headers on the wire, as the broker counts it.
fn header_bytes(headers: &HeaderMap) -> usize {
    const FRAME: usize = "NATS/1.0\r\n\r\n".len();
    const LINE: usize = ": \r\n".len();
    let lines: usize = headers
        .iter()
        .flat_map(|(name, values)| {
            let name: &str = name.as_ref();
            values
                .iter()
                .map(move |value| name.len() + value.as_str().len() + LINE)
        })
        .sum();
    FRAME + lines
}

fn kib(bytes: usize) -> u32 {
    u32::try_from(bytes / 1024 + 1)
        .unwrap_or(ROOM_KIB)
        .min(ROOM_KIB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_visible_ascii() {
        assert!(MessageId::new("shop:1:order:9").is_ok());
        for bad in ["", "a b", "a\r\nb", "\u{e9}", &"x".repeat(257)] {
            assert!(MessageId::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn headers_are_counted_as_the_wire_has_them() {
        let mut headers = HeaderMap::new();
        headers.insert("A", "bc");
        assert_eq!(header_bytes(&headers), "NATS/1.0\r\nA: bc\r\n\r\n".len());
    }
}
