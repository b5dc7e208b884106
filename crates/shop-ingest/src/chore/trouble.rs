//! Why a round failed, and whose trouble that is.

use std::time::Duration;

use bus::PublishError;
use shop::FetchError;

use crate::isolation::Setback;
use crate::store::StoreError;

/// The cases that differ in what is done next. Messages quote no answer and no secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error(transparent)]
    Shop(#[from] FetchError),
    #[error("shop does not answer within {} s", limit.as_secs())]
    Silent { limit: Duration },
    #[error("shop's listing repeats a page")]
    Repeats,
    #[error("broker does not take it: {0}")]
    Broker(#[source] PublishError),
    #[error("ledger does not answer ({0})")]
    Ledger(tonic::Code),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The platform's code did, over what this shop answered.
    #[error("reading the shop's answer panicked")]
    Panicked,
}

impl Trouble {
    pub(crate) const fn setback(&self) -> Setback {
        match self {
            Self::Shop(FetchError::NoAccess | FetchError::Refused { .. }) => Setback::Lasting,
            Self::Shop(FetchError::TryLater { why: _, after }) => {
                Setback::Passing { after: *after }
            }
            Self::Shop(
                FetchError::Gone | FetchError::Insecure { .. } | FetchError::Unreadable { .. },
            )
            | Self::Silent { .. }
            | Self::Repeats
            | Self::Panicked => Setback::Passing { after: None },
            Self::Broker(_) | Self::Ledger(_) | Self::Store(_) => Setback::Ours,
        }
    }
}
