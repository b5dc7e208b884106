//! What people do to hand over what was sold (POS-2).

mod step;
mod work;

use retail::Quantity;

use super::StoreError;

pub use step::{Part, StepAsked, Tracking, UndoAsked};
pub(super) use work::{step_from, work, write};

/// Why nothing is done about handing a sale over.
#[derive(Debug, thiserror::Error)]
pub enum FulfilmentError {
    #[error("the retailer has no such sale")]
    UnknownSale,
    #[error("the sale has no line {0} of a product")]
    UnknownLine(String),
    #[error("line {0} is named twice")]
    Twice(String),
    #[error("the sale is void")]
    Voided,
    #[error("of line {line} there is {most} to do this with, not {asked}")]
    TooMuch {
        line: String,
        asked: Quantity,
        most: Quantity,
    },
    #[error("there is nothing to do this with")]
    Nothing,
    #[error("the total of the sale is not received in full")]
    Unpaid,
    #[error("an update of the order waits: the shop says otherwise since")]
    UpdateWaits,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for FulfilmentError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
