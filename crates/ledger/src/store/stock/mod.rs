//! What people do to stock: entries, which are the causes of movements that no sale made.

mod enter;
mod item;
mod oversold;
mod safety;
mod view;

use uuid::Uuid;

use super::StoreError;

pub use enter::EntryAsked;
pub use item::{AskedItem, AskedLine};
pub use oversold::{OversoldOrder, OversoldView};
pub(super) use view::EntryRow;
pub use view::{EntryCause, EntryKey, EntryKind, EntryLineView, EntryView};

/// Why nothing is done to stock.
#[derive(Debug, thiserror::Error)]
pub enum StockError {
    #[error("the retailer has no outlet {0}")]
    UnknownOutlet(Uuid),
    #[error("the retailer has no item {item}")]
    UnknownItem { place: usize, item: String },
    /// Shipping, fees and the like.
    #[error("{item} is no product: it has no stock")]
    NoStock { place: usize, item: String },
    #[error("{item} is there twice")]
    Twice { place: usize, item: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for StockError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
