//! Group commit: what waits goes out together and shares one fsync; while it commits, the next batch gathers.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::Histogram;
use service::metrics;
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::exchange::{Failure, Outgoing, Wire};
use super::recent::Recent;
use super::{Caller, MessageId, Outcome, PublishError, Stored, Waiting};
use crate::{Bus, Stream};

/// Messages in one batch; the broker takes 1,000.
const BATCH_MESSAGES: usize = 500;

/// Up to this many messages go out singly: the broker makes and removes a small store for every batch, which costs as
/// much as this many fsyncs (measured: 12 singly 1.7 ms, as a batch 1.9 ms; 64 singly 8.8 ms, as a batch 3.6 ms).
const SINGLE_MESSAGES: usize = 12;

/// So often others get their turn before a batch is closed.
const GATHER_TURNS: usize = 8;

/// Payload of one batch, in bytes, unless a single message is larger.
const BATCH_BYTES: usize = 4 << 20;

/// Pause before messages are sent once more, for a broker that is just coming back.
const REPEAT_PAUSE: Duration = Duration::from_millis(100);

/// The task behind a stream's publishers.
pub(super) struct Committer {
    waiting: mpsc::Receiver<Waiting>,
    stopping: CancellationToken,
    wire: Wire,
    recent: Recent,
    sizes: Histogram<u64>,
    durations: Histogram<f64>,
    attributes: [KeyValue; 1],
}

/// A message and all who wait for it.
struct Entry {
    message: Outgoing,
    deadline: Instant,
    caller: Caller,
    /// Those who published the same id while it waited.
    repeats: Vec<Caller>,
}

/// A share of a batch on its way to the broker.
struct Part {
    entries: Vec<Entry>,
    /// It met silence before; a second time is the last.
    repeated: bool,
}

impl Committer {
    pub(super) fn new(bus: &Bus, stream: &Stream, waiting: mpsc::Receiver<Waiting>) -> Self {
        let inbox = bus.client().new_inbox();
        let unique = inbox.rsplit('.').next().unwrap_or_default();
        Self {
            waiting,
            stopping: bus.stopping().clone(),
            wire: Wire {
                bus: bus.clone(),
                stream: stream.name.as_str().into(),
                batch_prefix: unique.to_owned(),
                batches: 0,
            },
            recent: Recent::new(stream.duplicate_window),
            sizes: metrics::sizes("bus.commit.messages", "messages that shared one commit"),
            durations: metrics::seconds(
                "bus.commit.duration",
                "time from the first message sent to the last answer",
            ),
            attributes: [KeyValue::new("stream", stream.name.clone())],
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
            self.take_more(&mut taken).await;
            for batch in self.gather(&mut taken) {
                self.sizes.record(batch.len() as u64, &self.attributes);
                let began = Instant::now();
                self.store(batch).await;
                self.durations
                    .record(began.elapsed().as_secs_f64(), &self.attributes);
            }
        }
    }

    /// Lets those who are about to publish do so, as long as more do: whoever was answered after the last
    /// batch is often back already. Takes no time when nobody is.
    async fn take_more(&mut self, taken: &mut Vec<Waiting>) {
        for _ in 0..GATHER_TURNS {
            yield_now().await;
            let more = self.waiting.len().min(BATCH_MESSAGES - taken.len());
            if more == 0 {
                return;
            }
            self.waiting.recv_many(taken, more).await;
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

    /// Stores what was gathered. A refused batch is halved until each refusal meets the message that earned it;
    /// after silence, messages that carry an id are sent once more, which is harmless even if they were stored.
    async fn store(&mut self, batch: Vec<Entry>) {
        let mut parts = vec![Part {
            entries: batch,
            repeated: false,
        }];
        while let Some(Part {
            mut entries,
            repeated,
        }) = parts.pop()
        {
            self.give_up_late(&mut entries);
            let silent = if entries.len() <= SINGLE_MESSAGES {
                self.store_singly(entries).await
            } else {
                match self.wire.together(&messages(&entries)).await {
                    Ok(ack) => {
                        for (entry, sequence) in entries.into_iter().zip(ack.first_sequence..) {
                            self.tell_stored(entry, sequence, ack.duplicate);
                        }
                        continue;
                    }
                    Err(Failure::Refused(_)) => {
                        let second = entries.split_off(entries.len() / 2);
                        for entries in [second, entries] {
                            parts.push(Part { entries, repeated });
                        }
                        continue;
                    }
                    Err(Failure::Silent(reason)) => Some((entries, reason)),
                }
            };
            let Some((entries, reason)) = silent else {
                continue;
            };
            let (again, lost): (Vec<_>, Vec<_>) = entries
                .into_iter()
                .partition(|entry| entry.message.id.is_some() && !repeated);
            tell_all(lost, &self.unavailable(reason));
            if !again.is_empty() {
                sleep(REPEAT_PAUSE).await;
                parts.push(Part {
                    entries: again,
                    repeated: true,
                });
            }
        }
    }

    /// Gives back the messages about which the broker said nothing.
    async fn store_singly(&mut self, entries: Vec<Entry>) -> Option<(Vec<Entry>, Arc<str>)> {
        let outcomes = self.wire.singly(&messages(&entries)).await;
        let mut silent = None;
        for (entry, outcome) in entries.into_iter().zip(outcomes) {
            match outcome {
                Ok(ack) => self.tell_stored(entry, ack.first_sequence, ack.duplicate),
                Err(Failure::Refused(error)) => tell_all(vec![entry], &error),
                Err(Failure::Silent(reason)) => {
                    let (entries, _) = silent.get_or_insert_with(|| (Vec::new(), reason));
                    entries.push(entry);
                }
            }
        }
        silent
    }

    /// Callers past their deadline have their answer already; their messages are not sent any more.
    fn give_up_late(&self, part: &mut Vec<Entry>) {
        let now = Instant::now();
        let late: Vec<_> = part.extract_if(.., |entry| entry.deadline <= now).collect();
        tell_all(late, &self.unavailable("waited too long".into()));
    }

    fn tell_stored(&mut self, entry: Entry, sequence: u64, duplicate: bool) {
        let Entry {
            message: Outgoing { id, .. },
            deadline: _,
            caller,
            repeats,
        } = entry;
        if let Some(id) = id {
            self.recent.remember(id, sequence, Instant::now());
        }
        caller.tell(Ok(Stored {
            sequence,
            duplicate,
        }));
        for repeat in repeats {
            repeat.tell(Ok(Stored {
                sequence,
                duplicate: true,
            }));
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
