//! What stands in the way of telling a shop.

use std::time::Duration;

use shop::FetchError;

use crate::store::StoreError;

/// Why a turn came to nothing. It holds up this connection and no other.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Another process tells this connection by now, or it is parted with.
    #[error("another process tells this connection")]
    Lost,
    /// The ingest service does not lend it; why stays the same for ever.
    #[error("the shop is not lent: {0}")]
    NotLent(&'static str),
    #[error("the ingest service does not answer: {0}")]
    IngestAway(String),
    #[error("the ledger does not answer: {0}")]
    LedgerAway(String),
    /// Nobody has said where the connection's orders are booked.
    #[error("nobody has said where the orders of this shop are booked")]
    NotBooked,
    #[error(transparent)]
    Shop(#[from] FetchError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Trouble {
    /// As rows and wires name it: stays the same for ever.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::NotLent(why) => why,
            Self::IngestAway(_) => "ingest_away",
            Self::LedgerAway(_) => "ledger_away",
            Self::NotBooked => "not_booked",
            Self::Store(_) => "database",
            Self::Shop(error) => match error {
                FetchError::NoAccess => "no_access",
                FetchError::Refused { .. } => "refused_by_shop",
                FetchError::TryLater { .. } => "shop_away",
                FetchError::Insecure { .. } => "insecure",
                FetchError::Gone | FetchError::Unreadable { .. } => "unreadable",
            },
        }
    }

    /// How long the shop asks to be left alone.
    #[must_use]
    pub const fn asks_for(&self) -> Option<Duration> {
        match self {
            Self::Shop(FetchError::TryLater { after, .. }) => *after,
            Self::Shop(
                FetchError::NoAccess
                | FetchError::Gone
                | FetchError::Refused { .. }
                | FetchError::Insecure { .. }
                | FetchError::Unreadable { .. },
            )
            | Self::Lost
            | Self::NotLent(_)
            | Self::IngestAway(_)
            | Self::LedgerAway(_)
            | Self::NotBooked
            | Self::Store(_) => None,
        }
    }
}
