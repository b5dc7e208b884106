//! What a caller can do about a publish that failed.

use std::sync::Arc;

use thiserror::Error;

/// "message size exceeds maximum allowed".
const MESSAGE_TOO_LARGE: u64 = 10_054;

/// "maximum bytes exceeded" and other failures of the store.
const STORE_FAILED: u64 = 10_077;

/// Codes that mean the broker or the account has no space left.
const NO_SPACE: [u64; 4] = [10_002, 10_023, 10_028, 10_047];

/// Why a message is not known to be on disk. Cheap to clone: several callers may share one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PublishError {
    /// No word from the broker in time: the message may or may not be stored. Publish it again with the same id.
    #[error("stream {stream} unavailable: {reason}")]
    Unavailable { stream: Arc<str>, reason: Arc<str> },
    /// The stream is at its size limit and refuses new messages; nothing was stored.
    #[error("stream {stream} is full: {reason}")]
    Full { stream: Arc<str>, reason: Arc<str> },
    /// Larger than the stream takes; nothing was stored. Size in bytes, headers included.
    #[error("message of {bytes} bytes is too large for stream {stream}")]
    TooLarge { stream: Arc<str>, bytes: usize },
    /// This user may not publish to this subject; nothing was stored.
    #[error("publishing to {subject} is not permitted")]
    Denied { subject: Arc<str> },
    /// Any other refusal, in the broker's words; nothing was stored.
    #[error("stream {stream} refused the message: {reason} (code {code})")]
    Refused {
        stream: Arc<str>,
        code: u64,
        reason: Arc<str>,
    },
}

impl PublishError {
    /// From the broker's refusal of a message of `bytes`.
    pub(super) fn refused(
        stream: &Arc<str>,
        bytes: usize,
        status: u64,
        code: u64,
        words: &str,
    ) -> Self {
        let stream = stream.clone();
        let reason: Arc<str> = words.into();
        match code {
            MESSAGE_TOO_LARGE => Self::TooLarge { stream, bytes },
            STORE_FAILED if words.contains("maximum") => Self::Full { stream, reason },
            code if NO_SPACE.contains(&code) => Self::Full { stream, reason },
            _ if status == 503 => Self::Unavailable { stream, reason },
            code => Self::Refused {
                stream,
                code,
                reason,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_brokers_codes_become_cases() {
        let stream: Arc<str> = "S".into();
        let of = |status, code, words| PublishError::refused(&stream, 9, status, code, words);
        assert!(matches!(
            of(400, 10_054, "message size exceeds maximum allowed"),
            PublishError::TooLarge { bytes: 9, .. }
        ));
        assert!(matches!(
            of(503, 10_077, "maximum bytes exceeded"),
            PublishError::Full { .. }
        ));
        assert!(matches!(
            of(503, 10_077, "input/output error"),
            PublishError::Unavailable { .. }
        ));
        assert!(matches!(
            of(503, 10_047, "insufficient storage resources available"),
            PublishError::Full { .. }
        ));
        assert!(matches!(
            of(400, 10_071, "wrong last sequence"),
            PublishError::Refused { code: 10_071, .. }
        ));
    }
}
