//! Owns the catalogue: products, their variants, prices and images, and where each is sold.
//!
//! People say what products are like by [`grpc`]; the items behind them are registered with the ledger first
//! ([`registry`]). What orders make and sell becomes products in [`consume`]. [`store`] keeps it, a product a
//! transaction; [`relay`] then says on the bus which changed, and [`pictures`] gives shops the images.
//!
//! [`push`] tells shops of it, and of stock. How the shops of a platform are told is said by whoever starts the service:
//! `comptoir service catalog-push`.
//!
//! # What is not here
//!
//! - **No SQL outside [`store`] and the migrations.**
//! - **No stock and no sale.** Those are the ledger's; an item is known here by its id, and what shops are told of its stock
//!   is asked for when they are.
//! - **No word from a shop.** What is edited there changes nothing here (POS-1, EC-4).

pub mod consume;
pub mod grpc;
pub mod images;
pub mod pictures;
pub mod privilege;
pub mod push;
pub mod registry;
pub mod relay;
mod run;
pub mod sheet;
pub mod store;

pub use run::{Pushers, run, run_untold};
pub use service::Command;
