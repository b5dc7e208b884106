//! Why a shop did not give an order.

use std::time::Duration;

/// The cases a caller can act on. Messages name no key and quote no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The connection has no access to the shop's API. Trying again does not help.
    #[error("connection has no access to the shop's API")]
    NoAccess,
    /// The shop has no such order.
    #[error("shop has no such order")]
    Gone,
    /// The shop does not accept the connection's key. A person has to act.
    #[error("shop refuses the connection's key (status {status})")]
    Refused { status: u16 },
    /// The shop is away, busy or broken.
    #[error("shop does not answer as a shop: {why}")]
    TryLater {
        why: String,
        /// How long the shop asks to be left alone.
        after: Option<Duration>,
    },
    /// Nobody can be sure that it is the shop who would answer: nothing was asked. A person has to act there; it is
    /// tried again all the same.
    #[error("no secure connection to the shop: {why}")]
    Insecure { why: String },
    /// The shop answers, with something this platform does not know.
    #[error("shop's answer cannot be used: {why}")]
    Unreadable { why: String },
}

impl FetchError {
    /// Later, at a time that is for us to choose.
    #[must_use]
    pub fn later(why: impl Into<String>) -> Self {
        Self::TryLater {
            why: why.into(),
            after: None,
        }
    }
}
