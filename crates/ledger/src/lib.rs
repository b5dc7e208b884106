//! The only writer of stock and sales.

pub mod decide;
pub mod store;
