//! What tests and benches share: orders in few words, deliveries over HTTP as a shop sends them,
//! the ledger's answers held against a shop's own books, and a storm that kills parts meanwhile.

mod backlog;
mod compare;
mod folder;
mod http_url;
mod ledger;
mod order;
mod poster;
pub mod storm;
mod system;
pub mod world;

pub use backlog::{Backlog, backlog, messages};
pub use compare::{Seen, compare};
pub use folder::folder;
pub use ledger::Ledger;
pub use order::{OrderBuilder, an_order};
pub use poster::{PostError, Poster, Prepared};
pub use system::System;
