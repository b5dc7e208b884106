//! Why a person's act could not be done.

use crate::consume::Undecodable;
use crate::store::StoreError;

/// Nothing was changed by any of these.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    #[error("the retailer has no such connection")]
    UnknownConnection,
    #[error("nothing of that name is parked")]
    NotParked,
    #[error("no update of that order waits")]
    NotHeld,
    /// No living item has it.
    #[error("no product here has SKU {0}")]
    UnknownSku(String),
    /// There is nothing that could be tried again here.
    #[error("the order could not be read when it came: change it in the shop, or import it again")]
    NotReadable,
    /// What is kept cannot be opened: its key is gone.
    #[error("what is kept of the order cannot be opened: {0}")]
    NotOpened(#[from] Undecodable),
    /// The shop has said something newer than the caller has seen.
    #[error("the shop has changed the order again: look at it once more")]
    HeldChanged,
    /// The update cannot be booked, and waits as before.
    #[error("{detail}")]
    Refused { reason: String, detail: String },
    #[error("the request id was used for something else")]
    RequestReused,
    #[error(transparent)]
    Store(#[from] StoreError),
}
