//! Where a person deals with the orders that wait: parked ones are tried again, dismissed, or their products
//! said to be others; updates that were held are applied.
//!
//! Every act is keyed by a request id and noted in the same transaction as what it does, so it happens once
//! however often it is asked for, and a crash leaves all of it or nothing. What is tried goes the same way
//! as what comes from a shop: nothing is booked by hand.

mod act;
mod apply_held;
mod difference;
mod dismiss;
mod error;
mod remap;
mod retry;
mod retry_all;
mod retry_restored;

use std::sync::Arc;

use bytes::Bytes;
use retail::{ConnectionId, RetailerId};
use service::seal::Keyring;

use crate::consume::{Undecodable, decode};
use crate::decide::{Incoming, Reason};
use crate::store::{Acted, Reader, Recorded, Store, StoreError, Trial};
use crate::wake::Wake;

pub use act::{Act, ActionKind, ActionOutcome, Done, Subject};
pub use difference::{Difference, Figures, LineDifference, LineFigures};
pub use error::DeskError;
pub use retry_all::RETRY_ALL_LIMIT;

/// Deals with what waits.
#[derive(Clone, Debug)]
pub struct Desk {
    store: Store,
    reader: Reader,
    keyring: Arc<Keyring>,
    wake: Wake,
}

impl Desk {
    #[must_use]
    pub fn new(store: Store, reader: Reader, keyring: Arc<Keyring>, wake: Wake) -> Self {
        Self {
            store,
            reader,
            keyring,
            wake,
        }
    }

    /// What is asked for lists.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// What opens messages that were kept.
    #[must_use]
    pub(crate) fn keyring(&self) -> &Arc<Keyring> {
        &self.keyring
    }

    /// A message that was kept, as it was taken when it came.
    pub fn open(
        &self,
        retailer: RetailerId,
        connection: ConnectionId,
        message: Vec<u8>,
    ) -> Result<Incoming, Undecodable> {
        let incoming = decode(&self.keyring, retailer, connection, &Bytes::from(message))?;
        // A person tries it now, whatever import once brought it.
        Ok(Incoming {
            import: None,
            ..incoming
        })
    }

    /// Tries an order that waits.
    async fn try_order(
        &self,
        act: &Act,
        trial: Trial,
        incoming: &Incoming,
    ) -> Result<Done, DeskError> {
        let acted = match self.store.try_order(act, trial, incoming).await {
            Err(StoreError::Data {
                sql_state,
                constraint,
                source: _,
            }) => {
                let Reason { code, detail } = Reason::unstorable(&sql_state, constraint.as_deref());
                let order = incoming.order_id().ok_or(DeskError::NotReadable)?;
                let reason = (code.to_owned(), detail);
                let (retailer, connection) = (incoming.retailer, incoming.connection);
                let noted = self
                    .store
                    .note_vain(act, trial, retailer, connection, order.as_str(), reason)
                    .await?;
                return Ok(noted);
            }
            acted => acted?,
        };
        match acted {
            Acted::Now(done) => {
                self.wake.all(false);
                Ok(done)
            }
            Acted::Before(before) => again(before, trial.kind()),
            Acted::UnknownConnection => Err(DeskError::UnknownConnection),
        }
    }
}

/// The answer to an act that was done before, if it was the same.
fn again(before: Recorded, kind: ActionKind) -> Result<Done, DeskError> {
    if before.kind == kind {
        Ok(before.done)
    } else {
        Err(DeskError::RequestReused)
    }
}
