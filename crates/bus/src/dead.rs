//! Dead letters: what a service cannot read is kept for people, with the reason, and then acknowledged.

use std::fmt;

use bytes::Bytes;
use thiserror::Error;

use crate::{
    AckError, Bus, Delivery, Message, PublishError, Publisher, Service, Subject, stream, subject,
};

/// Longest text of one header, in bytes.
const MAX_TEXT_BYTES: usize = 1_024;

/// Headers starting so steer the broker and are not carried over.
const BROKER_HEADERS: &str = "nats-";

/// The headers of a dead letter. The message's own are kept beside them.
pub mod header {
    /// Why it is here: a code.
    pub const REASON: &str = "Comptoir-Dead-Reason";
    /// Why it is here: for people.
    pub const DETAIL: &str = "Comptoir-Dead-Detail";
    /// The subject it was delivered on.
    pub const SUBJECT: &str = "Comptoir-Dead-Subject";
    /// The stream that holds the original.
    pub const STREAM: &str = "Comptoir-Dead-Stream";
    /// Its sequence there.
    pub const SEQUENCE: &str = "Comptoir-Dead-Sequence";
    /// How often it was delivered.
    pub const DELIVERED: &str = "Comptoir-Dead-Delivered";
    /// Present when the payload was too large to be copied; the original's stream has it.
    pub const PAYLOAD_OMITTED: &str = "Comptoir-Dead-Payload-Omitted";
}

/// Why a message is given up: a code to count by, and a detail for people, without personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub code: &'static str,
    pub detail: String,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

/// Why a message could not be laid aside. It is not acknowledged and will come again.
#[derive(Debug, Error)]
pub enum BuryError {
    #[error("dead letter not stored")]
    Publish(#[from] PublishError),
    #[error("original of a stored dead letter not acknowledged")]
    Ack(#[from] AckError),
}

/// Lays messages aside on `dead.<service>`.
#[derive(Clone)]
pub struct DeadLetters {
    publisher: Publisher,
    subject: Subject,
}

impl DeadLetters {
    pub(crate) fn new(bus: &Bus, service: &Service) -> Self {
        Self {
            publisher: bus.publisher(&stream::dead()),
            subject: subject::dead(service),
        }
    }

    /// Stores the message with the reason, then acknowledges the original. Doing it twice stores it once.
    pub async fn bury(&self, delivery: &Delivery, reason: &Reason) -> Result<(), BuryError> {
        match self
            .publisher
            .publish(self.letter(delivery, reason, delivery.payload.clone()))
            .await
        {
            Ok(_) => {}
            Err(PublishError::TooLarge { .. }) => {
                let letter = self
                    .letter(delivery, reason, Bytes::new())
                    .with_header(header::PAYLOAD_OMITTED, delivery.payload.len().to_string());
                self.publisher.publish(letter).await?;
            }
            Err(error) => return Err(error.into()),
        }
        delivery.double_ack().await?;
        Ok(())
    }

    fn letter(&self, delivery: &Delivery, reason: &Reason, payload: Bytes) -> Message {
        let mut letter = Message::new(self.subject.clone(), payload);
        letter.carry(&delivery.headers, |name| {
            !name.to_ascii_lowercase().starts_with(BROKER_HEADERS)
        });
        let letter = letter
            .with_header(header::REASON, text(reason.code))
            .with_header(header::DETAIL, text(&reason.detail))
            .with_header(header::SUBJECT, delivery.subject.as_str())
            .with_header(header::STREAM, &delivery.stream)
            .with_header(header::SEQUENCE, delivery.stream_sequence.to_string())
            .with_header(header::DELIVERED, delivery.delivered.to_string());
        let id = format!("{}:{}", delivery.stream, delivery.stream_sequence);
        letter.with_text_id(&id)
    }
}

/// One line, bounded, as a header can hold it.
fn text(text: &str) -> String {
    let mut line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    line.truncate(line.floor_char_boundary(MAX_TEXT_BYTES));
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_text_is_one_bounded_line() {
        assert_eq!(text("a\r\nNats-Rollup: all"), "a  Nats-Rollup: all");
        assert!(text(&"\u{20ac}".repeat(1_000)).len() <= MAX_TEXT_BYTES);
    }
}
