//! Which product of a shop is which of ours, and what people say of that (WC-7).

mod all;
mod import;
mod list;
mod set;

use retail::listing::ShopProductId;
use retail::{ConnectionId, ItemId, ProductId, ShopVariantId};

use super::StoreError;

pub use import::{LinkRows, LinksImported};
pub use list::{ItemLinkView, LinkFilter, LinkView};
pub(super) use set::say;

/// What a person says of a product in a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkWord {
    /// It is that one. Of items that are named, which variants; of others nothing is said.
    To(ShopProductId, Vec<(ItemId, ShopVariantId)>),
    /// The shop has it not, and is not to.
    Apart,
    /// It is none of those that it is, or may be.
    Anew,
    /// Whatever was said of it is forgotten.
    Again,
}

/// Products that are looked for in a shop, and those that are overwritten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkedAll {
    pub sought: i64,
    pub overwritten: i64,
}

/// Why nothing is said.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    #[error("there is no connection {0}")]
    UnknownConnection(ConnectionId),
    #[error("there is no product {0}")]
    UnknownProduct(ProductId),
    #[error("the product has no item {0}")]
    UnknownItem(ItemId),
    #[error("the shop's {shop_product} is linked to product {product}")]
    ListingTaken {
        shop_product: Box<str>,
        product: ProductId,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for LinkError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
