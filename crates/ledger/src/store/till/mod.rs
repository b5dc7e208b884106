//! Sales made at tills: what is sold, what comes back, and what is void.

mod customer;
mod item;
mod kits;
mod number;
mod record;
mod returned;
mod void;

use retail::till::Refusal;
use uuid::Uuid;

use super::{RegisterError, StoreError};
use crate::decide::Kept;

pub use customer::AskedCustomer;
pub use record::{AskedPayment, AskedReturn, AskedSold, SaleAsked};
pub use void::VoidAsked;

/// Why a sale is not recorded, or not void.
#[derive(Debug, thiserror::Error)]
pub enum TillError {
    #[error("nothing is sold, and nothing comes back")]
    Empty,
    #[error("the retailer has no item {item}")]
    UnknownItem { place: usize, item: String },
    /// WC-9.
    #[error("item {item} was deleted")]
    ItemDeleted { place: usize, item: String },
    #[error("{item} is no product")]
    NotAProduct { place: usize, item: String },
    #[error("the retailer has no such customer")]
    UnknownCustomer,
    #[error("the retailer has no sale {0}")]
    UnknownSale(Uuid),
    #[error("sale {sale} has no line {line}")]
    UnknownLine {
        place: usize,
        sale: Uuid,
        line: String,
    },
    #[error("line {line} is returned twice")]
    LineTwice { place: usize, line: String },
    #[error("sale is void")]
    Voided,
    #[error("sale was not made at a till: it is its shop's to cancel")]
    NotAtATill,
    #[error("something of the sale was returned")]
    Returned,
    #[error("sale is to stay: {}", .0.as_str())]
    Kept(Kept),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Register(#[from] RegisterError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for TillError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
