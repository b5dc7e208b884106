//! What people do to stock: entries, which are the causes of movements that no sale made.

mod enter;
pub(in crate::store) mod item;
mod lock;
mod oversold;
mod safety;
mod take;
mod take_view;
mod transfer;
mod transfer_view;
mod view;

use uuid::Uuid;

use super::StoreError;

pub use enter::EntryAsked;
pub use item::{AskedItem, AskedLine};
pub use oversold::{OversoldOrder, OversoldView};
pub use take_view::{
    StockTakeEnd, StockTakeKey, StockTakeLine, StockTakeLineKey, StockTakeState, StockTakeView,
};
pub use transfer::{ReceiptAsked, TransferAsked};
pub use transfer_view::{TransferFilter, TransferLineView, TransferState, TransferView};
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
    #[error("the retailer has no such transfer")]
    UnknownTransfer,
    #[error("nothing more was to come of the transfer")]
    TransferReceived,
    #[error("the retailer has no such stock-take")]
    UnknownStockTake,
    #[error("stock-take {number} of the outlet is open")]
    StockTakeOpen { number: i32 },
    #[error("the stock-take has ended")]
    StockTakeEnded,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for StockError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
