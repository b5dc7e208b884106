//! What a shop shows of a product, and what has to change there.
//!
//! A [`Listing`] is in the shop's own terms: its currency with or without tax, its units. So what the POS wants and
//! what the shop has compare exactly, and what is equal is not sent. The decision what to send is
//! [`change::change`], a pure function.

pub mod change;
pub mod drift;
pub mod link;
pub mod ownership;
pub mod stock;
pub mod terms;

pub use change::{Change, ImageChange, VariantChange, VariantFields, change};
pub use ownership::{Field, Ownership, Rule};
pub use stock::{Pushable, StockTarget};
pub use terms::{DimensionUnit, Terms, WeightUnit};

use crate::{Barcode, ItemId, Money, ProductId, ShopVariantId, Sku, TextError};

/// A product as it is to stand in one shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    pub product: ProductId,
    pub title: Box<str>,
    /// HTML. Empty: the POS has none.
    pub description: Box<str>,
    /// Empty: the POS has none.
    pub brand: Box<str>,
    /// Whether buyers see it: the product is active in the POS and its online channel is on (EC-6, EC-9).
    pub is_on_sale: bool,
    /// Names of the options, in order; none where there is one variant without values.
    pub options: Vec<Box<str>>,
    /// At least one.
    pub variants: Vec<Variant>,
    /// In the order in which they are shown.
    pub images: Vec<Image>,
}

/// What can be sold of a product: an item of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    pub item: ItemId,
    /// One for each option of the product, in their order.
    pub values: Vec<Box<str>>,
    pub sku: Option<Sku>,
    pub barcode: Option<Barcode>,
    /// As the shop means prices: with tax or without ([`Terms::prices_include_tax`]).
    pub price: Money,
    pub weight: Option<Measure>,
    pub dimensions: Option<Dimensions>,
    /// An inactive variant is not sold, in whatever way its platform has.
    pub is_on_sale: bool,
    /// One of the listing's.
    pub image: Option<ImageHash>,
}

/// Thousandths of the shop's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Measure(pub u64);

/// Of a parcel, in the shop's unit of length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimensions {
    pub length: Measure,
    pub width: Measure,
    pub height: Measure,
}

/// The SHA-256 of an image's bytes: the same picture is the same image, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageHash(pub [u8; 32]);

/// An image, and where a shop can fetch it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    pub hash: ImageHash,
    /// Ends in the name of a file of the image's own type: some shops go by it.
    pub url: Box<str>,
    pub width: u32,
    pub height: u32,
    /// Empty: none.
    pub alt: Box<str>,
}

/// What a shop calls a product.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShopProductId(Box<str>);

impl ShopProductId {
    /// Longest id accepted, in bytes.
    pub const LIMIT_BYTES: usize = 256;

    /// Trims and checks, as every id that a shop gives.
    pub fn new(text: &str) -> Result<Self, TextError> {
        ShopVariantId::new(text).map(|id| Self(id.as_str().into()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A product as a shop has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopListing {
    pub id: ShopProductId,
    /// The product of ours that it says it is, where the platform has a place for that.
    pub product: Option<ProductId>,
    pub title: Box<str>,
    pub description: Box<str>,
    pub brand: Box<str>,
    pub is_on_sale: bool,
    pub options: Vec<Box<str>>,
    pub variants: Vec<ShopVariant>,
    pub images: Vec<ShopImage>,
}

/// A variant as a shop has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopVariant {
    /// What orders name it by.
    pub id: ShopVariantId,
    /// What its stock is known by, where that is something else.
    pub stock_id: Option<Box<str>>,
    /// The item of ours that it says it is, where the platform has a place for that.
    pub item: Option<ItemId>,
    pub values: Vec<Box<str>>,
    pub sku: Option<Sku>,
    pub barcode: Option<Barcode>,
    /// `None`: it has none of its own, or one that is no money of the shop's currency.
    pub price: Option<Money>,
    pub weight: Option<Measure>,
    pub dimensions: Option<Dimensions>,
    pub is_on_sale: bool,
    /// The id of one of the listing's images.
    pub image: Option<Box<str>>,
    /// Whole units that the shop would sell. `None`: it does not count them.
    pub quantity: Option<i64>,
}

/// An image as a shop has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopImage {
    pub id: Box<str>,
    /// Of the image that it was made from, where the shop keeps that for us.
    pub hash: Option<ImageHash>,
}
