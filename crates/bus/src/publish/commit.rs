//! Group commit: what waits goes out together and shares one fsync; while it commits, the next batch gathers.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::exchange::{Ack, Failure, Outgoing, Wire};
use super::recent::Recent;
use super::{Caller, MessageId, Outcome, PublishError, Stored, Waiting};
use crate::{Bus, Stream};

/// Messages in one batch; the broker takes 1,000.
const BATCH_MESSAGES: usize = 500;

/// Payload of one batch, in bytes, unless a single message is larger.
const BATCH_BYTES: usize = 4 << 20;

/// Pause before the one retry, for a broker that is just coming back.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// The task behind a stream's publishers.
pub(super) struct Committer {
    waiting: mpsc::Receiver<Waiting>,
    stopping: CancellationToken,
    wire: Wire,
    recent: Recent,
}

/// A message and all who wait for it.
struct Entry {
    message: Outgoing,
    deadline: Instant,
    caller: Caller,
    /// Those who published the same id while it waited.
    repeats: Vec<Caller>,
}

impl Committer {
    pub(super) fn new(bus: &Bus, stream: &Stream, waiting: mpsc::Receiver<Waiting>) -> Self {
        let inbox = bus.client().new_inbox();
        let unique = inbox.rsplit('.').next().unwrap_or_default();
        Self {
            waiting,
            stopping: bus.stopping().clone(),
            wire: Wire {
                client: bus.client().clone(),
                stream: stream.name.as_str().into(),
                batch_prefix: unique.to_owned(),
                batches: 0,
                denials: bus.denials(),
            },
            recent: Recent::new(stream.duplicate_window),
        }
    }

    /// Runs until every publisher is gone, or the bus drains; what waits by then is still committed.
    pub(super) async fn run(mut self) {
        let mut taken = Vec::with_capacity(BATCH_MESSAGES);
        loop {
            let closing = self.waiting.is_closed();
            tokio::select! {
                biased;
                () = self.stopping.cancelled(), if !closing => {
                    self.waiting.close();
                    continue;
                }
                count = self.waiting.recv_many(&mut taken, BATCH_MESSAGES) => {
                    if count == 0 {
                        return;
                    }
                }
            }
            for batch in self.gather(&mut taken) {
                self.store(batch).await;
            }
        }
    }

    /// Answers what needs no broker, joins repeats of one id, and cuts the rest by size.
    fn gather(&mut self, taken: &mut Vec<Waiting>) -> Vec<Vec<Entry>> {
        let now = Instant::now();
        let mut entries: Vec<Entry> = Vec::with_capacity(taken.len());
        let mut places: HashMap<MessageId, usize> = HashMap::new();
        for waiting in taken.drain(..) {
            let Waiting {
                subject,
                id,
                headers,
                payload,
                deadline,
                caller,
            } = waiting;
            if caller.reply.is_closed() {
                continue;
            }
            if let Some(id) = &id {
                if let Some(sequence) = self.recent.sequence(id, now) {
                    caller.tell(Ok(Stored {
                        sequence,
                        duplicate: true,
                    }));
                    continue;
                }
                if let Some(&place) = places.get(id) {
                    entries[place].repeats.push(caller);
                    continue;
                }
                places.insert(id.clone(), entries.len());
            }
            entries.push(Entry {
                message: Outgoing {
                    subject,
                    id,
                    headers,
                    payload,
                },
                deadline,
                caller,
                repeats: Vec::new(),
            });
        }
        cut(entries)
    }

    /// Stores one batch. A refused batch is halved until each refusal meets the message that earned it.
    async fn store(&mut self, batch: Vec<Entry>) {
        let mut parts = vec![batch];
        while let Some(mut part) = parts.pop() {
            self.give_up_late(&mut part);
            if part.is_empty() {
                continue;
            }
            match self.exchange(&mut part).await {
                Ok(ack) => self.tell_stored(part, &ack),
                Err(Failure::Refused(_)) if part.len() > 1 => {
                    let second = part.split_off(part.len() / 2);
                    parts.push(second);
                    parts.push(part);
                }
                Err(Failure::Refused(error)) => tell_all(part, &error),
                Err(Failure::Silent(reason)) => tell_all(part, &self.unavailable(reason)),
            }
        }
    }

    /// One exchange and, after silence, one more for the messages that carry an id: sending those twice is harmless.
    async fn exchange(&mut self, part: &mut Vec<Entry>) -> Result<Ack, Failure> {
        match self.wire.exchange(&messages(part)).await {
            Err(Failure::Silent(reason)) => {
                let (named, nameless) = std::mem::take(part)
                    .into_iter()
                    .partition(|entry| entry.message.id.is_some());
                *part = named;
                tell_all(nameless, &self.unavailable(reason.clone()));
                if part.is_empty() {
                    return Err(Failure::Silent(reason));
                }
                sleep(RETRY_PAUSE).await;
                self.wire.exchange(&messages(part)).await
            }
            answer => answer,
        }
    }

    /// Callers past their deadline have their answer already; their messages are not sent any more.
    fn give_up_late(&self, part: &mut Vec<Entry>) {
        let now = Instant::now();
        let late: Vec<_> = part.extract_if(.., |entry| entry.deadline <= now).collect();
        tell_all(late, &self.unavailable("waited too long".into()));
    }

    fn tell_stored(&mut self, part: Vec<Entry>, ack: &Ack) {
        let now = Instant::now();
        for (sequence, entry) in (ack.first_sequence..).zip(part) {
            let Entry {
                message,
                caller,
                repeats,
                ..
            } = entry;
            if let Some(id) = message.id {
                self.recent.remember(id, sequence, now);
            }
            caller.tell(Ok(Stored {
                sequence,
                duplicate: ack.duplicate,
            }));
            for repeat in repeats {
                repeat.tell(Ok(Stored {
                    sequence,
                    duplicate: true,
                }));
            }
        }
    }

    fn unavailable(&self, reason: Arc<str>) -> PublishError {
        PublishError::Unavailable {
            stream: self.wire.stream.clone(),
            reason,
        }
    }
}

impl Caller {
    fn tell(self, outcome: Outcome) {
        // A caller that went away needs no answer.
        let _ = self.reply.send(outcome);
    }
}

fn messages(part: &[Entry]) -> Vec<&Outgoing> {
    part.iter().map(|entry| &entry.message).collect()
}

fn tell_all(part: Vec<Entry>, error: &PublishError) {
    for entry in part {
        entry.caller.tell(Err(error.clone()));
        for repeat in entry.repeats {
            repeat.tell(Err(error.clone()));
        }
    }
}

/// Batches of at most [`BATCH_BYTES`], in order.
fn cut(entries: Vec<Entry>) -> Vec<Vec<Entry>> {
    let mut batches = Vec::new();
    let mut batch: Vec<Entry> = Vec::with_capacity(entries.len());
    let mut bytes = 0;
    for entry in entries {
        let size = entry.message.payload.len();
        if !batch.is_empty() && bytes + size > BATCH_BYTES {
            batches.push(std::mem::take(&mut batch));
            bytes = 0;
        }
        bytes += size;
        batch.push(entry);
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}
