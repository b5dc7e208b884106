//! What goes wrong on the way, in both directions, and how often.

mod fate;
mod percent;

use serde::{Deserialize, Serialize};

pub(crate) use fate::{AnswerFate, DeliveryFate, HandshakeFate};
pub use percent::{NotPercent, Percent};

/// How often what goes wrong. What happens to the delivery or the request of a given number follows from
/// the seed alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faults {
    pub deliveries: DeliveryFaults,
    pub answers: AnswerFaults,
    pub handshakes: HandshakeFaults,
}

/// Of the shop's deliveries. At most one of the first two befalls an attempt; times are real ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeliveryFaults {
    /// Never arrives, however often the shop repeats it.
    pub dropped: Percent,
    /// This attempt does not arrive; the shop repeats it when it sees fit.
    pub unanswered: Percent,
    /// Arrives twice.
    pub duplicated: Percent,
    /// Every delivery waits at random up to this, so that later ones overtake it.
    pub shuffled_within_ms: Millis,
    /// Waits at random up to `delay_ms` besides.
    pub delayed: Percent,
    pub delay_ms: Millis,
}

/// Of the answers of the shop's API. At most one befalls a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AnswerFaults {
    /// The shop does what it was asked, is silent for `hang_ms` and closes the connection.
    pub hung: Percent,
    pub hang_ms: Millis,
    /// Too many requests (429), with a `Retry-After`. Nothing is done.
    pub busy: Percent,
    /// Server error (500). Nothing is done.
    pub failed: Percent,
    /// Whoever asks may not (401). Nothing is done.
    pub denied: Percent,
    /// The shop does what it was asked, and closes the connection without a word.
    pub broken: Percent,
    /// A whole answer by its framing, whose JSON stops in the middle.
    pub truncated: Percent,
}

/// Of the TLS handshakes of a shop that is asked over TLS. At most one befalls a connection; when these change, the
/// connections that are open are closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HandshakeFaults {
    /// The shop breaks it off before it shows a certificate.
    pub broken: Percent,
    /// Its certificate was good until 2021.
    pub expired: Percent,
    /// Its certificate will be good from 2110 on.
    pub not_yet_valid: Percent,
    /// Its certificate is another host's.
    pub other_name: Percent,
    /// Its certificate is signed by itself.
    pub self_signed: Percent,
    /// Its certificate is signed by a root that nobody trusts.
    pub unknown_issuer: Percent,
}

impl HandshakeFaults {
    pub const NONE: Self = Self {
        broken: Percent::NEVER,
        expired: Percent::NEVER,
        not_yet_valid: Percent::NEVER,
        other_name: Percent::NEVER,
        self_signed: Percent::NEVER,
        unknown_issuer: Percent::NEVER,
    };
}

/// A time in milliseconds, at most a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Millis(u64);

/// The time is beyond [`Millis::LIMIT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fault lasts at most {limit} ms", limit = Millis::LIMIT)]
pub struct TooLong;

impl Millis {
    pub const LIMIT: u64 = 60_000;

    /// # Panics
    /// When compiled with more than the limit.
    #[must_use]
    pub const fn new(millis: u64) -> Self {
        assert!(millis <= Self::LIMIT, "a fault lasts at most a minute");
        Self(millis)
    }
}

impl TryFrom<u64> for Millis {
    type Error = TooLong;

    fn try_from(millis: u64) -> Result<Self, TooLong> {
        if millis > Self::LIMIT {
            return Err(TooLong);
        }
        Ok(Self(millis))
    }
}

impl From<Millis> for u64 {
    fn from(Millis(millis): Millis) -> Self {
        millis
    }
}

impl Faults {
    /// Everything goes well.
    pub const NONE: Self = Self {
        deliveries: DeliveryFaults {
            dropped: Percent::NEVER,
            unanswered: Percent::NEVER,
            duplicated: Percent::NEVER,
            shuffled_within_ms: Millis(0),
            delayed: Percent::NEVER,
            delay_ms: Millis(0),
        },
        answers: AnswerFaults {
            hung: Percent::NEVER,
            hang_ms: Millis(0),
            busy: Percent::NEVER,
            failed: Percent::NEVER,
            denied: Percent::NEVER,
            broken: Percent::NEVER,
            truncated: Percent::NEVER,
        },
        handshakes: HandshakeFaults::NONE,
    };

    /// A bad day.
    pub const SOME: Self = Self {
        deliveries: DeliveryFaults {
            dropped: Percent::of(1),
            unanswered: Percent::of(1),
            duplicated: Percent::of(5),
            shuffled_within_ms: Millis(200),
            delayed: Percent::of(2),
            delay_ms: Millis(2_000),
        },
        answers: AnswerFaults {
            hung: Percent::NEVER,
            hang_ms: Millis(0),
            busy: Percent::of(1),
            failed: Percent::of(1),
            denied: Percent::NEVER,
            broken: Percent::of(1),
            truncated: Percent::of(1),
        },
        handshakes: HandshakeFaults::NONE,
    };

    /// One delivery in twenty never comes, one in five comes twice, all are shuffled, and the API has a
    /// bit of everything.
    pub const STORM: Self = Self {
        deliveries: DeliveryFaults {
            dropped: Percent::of(5),
            unanswered: Percent::of(2),
            duplicated: Percent::of(20),
            shuffled_within_ms: Millis(500),
            delayed: Percent::of(5),
            delay_ms: Millis(3_000),
        },
        answers: AnswerFaults {
            hung: Percent::of(1),
            hang_ms: Millis(2_000),
            busy: Percent::of(2),
            failed: Percent::of(2),
            denied: Percent::NEVER,
            broken: Percent::of(1),
            truncated: Percent::of(2),
        },
        handshakes: HandshakeFaults {
            broken: Percent::of(1),
            ..HandshakeFaults::NONE
        },
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_written_as_json_and_what_is_left_out_goes_well() {
        let text = serde_json::to_string(&Faults::STORM).unwrap();
        assert_eq!(
            serde_json::from_str::<Faults>(&text).unwrap(),
            Faults::STORM
        );
        let faults: Faults = serde_json::from_str(r#"{"deliveries":{"dropped":5}}"#).unwrap();
        assert_eq!(faults.deliveries.dropped, Percent::of(5));
        assert_eq!(faults.answers, AnswerFaults::default());
        assert_eq!(Faults::default(), Faults::NONE);
    }

    #[test]
    fn what_is_no_fault_is_refused() {
        for text in [
            r#"{"deliveries":{"dropped":101}}"#,
            r#"{"deliveries":{"delay_ms":60001}}"#,
            r#"{"deliveries":{"lost":1}}"#,
        ] {
            assert!(serde_json::from_str::<Faults>(text).is_err(), "{text}");
        }
    }
}
