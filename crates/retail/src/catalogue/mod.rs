//! The catalogue: what a product is, what it costs with tax and without, and where it is sold.
//!
//! From here a product becomes what one shop is to show: [`listing::listing`].

pub mod channel;
pub mod listing;
pub mod price;
pub mod product;
pub mod sheet;

pub use channel::{Activity, ChannelFilter, Place, Sold};
pub use listing::{ListingError, Picture, listing};
pub use price::{Price, TaxRate, TaxRateError};
pub use product::{Parcel, Product, ProductError, ProductImage, Reorder, Supply, Variant};
