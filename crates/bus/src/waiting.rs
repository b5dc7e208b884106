//! Since when messages wait for their reader.

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::{Bus, Durable, InfoError, Subject};

/// A stored message, as far as it is asked for here.
#[derive(Deserialize)]
struct Stored {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    time: String,
}

impl Bus {
    /// When the oldest message came that the durable consumer has not acknowledged; `None`: there is none.
    pub async fn oldest_waiting(&self, durable: &Durable) -> Result<Option<Timestamp>, InfoError> {
        let info = self.consumer_info(durable).await?;
        if info.num_pending == 0 && info.num_ack_pending == 0 {
            return Ok(None);
        }
        let first = info.ack_floor.stream_sequence + 1;
        self.came(durable, first, &durable.filter).await
    }

    /// When the first message of `subject` came behind this place in the durable consumer's stream; `None`: there is
    /// none.
    pub async fn came_after(
        &self,
        durable: &Durable,
        sequence: u64,
        subject: &Subject,
    ) -> Result<Option<Timestamp>, InfoError> {
        self.came(durable, sequence + 1, &subject.to_string()).await
    }

    /// Up to which place in its stream the durable consumer was handed messages, to whatever process.
    pub async fn handed_to(&self, durable: &Durable) -> Result<u64, InfoError> {
        let info = self.consumer_info(durable).await?;
        Ok(info.delivered.stream_sequence)
    }

    /// When the first message of these subjects came that stands at `sequence` or after.
    async fn came(
        &self,
        durable: &Durable,
        sequence: u64,
        subjects: &str,
    ) -> Result<Option<Timestamp>, InfoError> {
        let of = format!("a message of stream {}", durable.stream);
        let question = json!({"seq": sequence, "next_by_subj": subjects});
        let asked = format!("STREAM.MSG.GET.{}", durable.stream);
        let stored: Stored = match self.jetstream().request(asked, &question).await {
            Ok(Response::Ok(stored)) => stored,
            // It is gone, or was never there.
            Ok(Response::Err { error }) if error.error_code() == ErrorCode::NO_MESSAGE_FOUND => {
                return Ok(None);
            }
            Ok(Response::Err { error }) => {
                let reason = error.to_string();
                return Err(InfoError::Missing { of, reason });
            }
            Err(error) => {
                let reason = error.to_string();
                return Err(InfoError::Silent { of, reason });
            }
        };
        let time = &stored.message.time;
        time.parse().map(Some).map_err(|_| InfoError::Silent {
            reason: format!("{time:?} is no instant"),
            of,
        })
    }
}
