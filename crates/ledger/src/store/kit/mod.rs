//! Kits: sold as one item, in stock as their parts.

mod define;
mod level;
mod parts;
mod view;

use super::{StockError, StoreError};

pub use define::KitAsked;
pub(super) use level::{fill, levels, levels_without};
pub(super) use parts::{made_of, of_items, write};
pub use view::{KitKey, KitPartView, KitView};

/// Why a kit is not made.
#[derive(Debug, thiserror::Error)]
pub enum KitError {
    #[error("a kit is no part of itself")]
    Itself { place: usize },
    #[error("{sku} is a kit: kits are not parts of kits")]
    PartIsKit { place: usize, sku: String },
    #[error("the item is a part of a kit: kits are not parts of kits")]
    IsPart,
    #[error("the item is no kit")]
    NoKit,
    #[error(transparent)]
    Stock(#[from] StockError),
}

impl From<StoreError> for KitError {
    fn from(error: StoreError) -> Self {
        Self::Stock(error.into())
    }
}

impl From<sqlx::Error> for KitError {
    fn from(error: sqlx::Error) -> Self {
        StoreError::from(error).into()
    }
}
