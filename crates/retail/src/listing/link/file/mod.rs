//! Links as rows of a file that people look at, edit and give back.

mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::{Decision, Problem, RowError, read};
pub use write::write;

/// The columns of a file of links, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    ProductId,
    ItemId,
    Sku,
    ShopProductId,
    ShopVariantId,
    Standing,
    /// For people: nobody reads it back.
    Why,
}

impl Column {
    pub const ALL: [Self; 7] = [
        Self::ProductId,
        Self::ItemId,
        Self::Sku,
        Self::ShopProductId,
        Self::ShopVariantId,
        Self::Standing,
        Self::Why,
    ];

    /// What stands above it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProductId => "product_id",
            Self::ItemId => "item_id",
            Self::Sku => "sku",
            Self::ShopProductId => "shop_product_id",
            Self::ShopVariantId => "shop_variant_id",
            Self::Standing => "standing",
            Self::Why => "why",
        }
    }
}

/// The cells of one row, in the order of [`Column::ALL`].
pub type Row = [String; Column::ALL.len()];

/// What a row says. The first two are orders when they are read back; the others say how it is and order nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Linked,
    /// The shop has the product not, whatever notes and SKUs say.
    Apart,
    Review,
    Missing,
    OnlyInPos,
    OnlyInShop,
}

impl Standing {
    pub const ALL: [Self; 6] = [
        Self::Linked,
        Self::Apart,
        Self::Review,
        Self::Missing,
        Self::OnlyInPos,
        Self::OnlyInShop,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Linked => "linked",
            Self::Apart => "apart",
            Self::Review => "review",
            Self::Missing => "missing",
            Self::OnlyInPos => "only_in_pos",
            Self::OnlyInShop => "only_in_shop",
        }
    }

    /// The standing of that name.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|standing| standing.as_str() == text)
    }
}
