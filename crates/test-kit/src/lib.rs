//! What tests and benches share: orders in few words, deliveries over HTTP as a shop sends them,
//! the ledger's answers held against a shop's own books, and a storm that kills parts meanwhile.

mod backlog;
mod compare;
mod http_url;
mod ledger;
mod order;
mod poster;
pub mod storm;
pub mod world;

pub use backlog::{Backlog, backlog};
pub use compare::{Seen, compare};
pub use ledger::Ledger;
pub use order::{OrderBuilder, an_order};
pub use poster::{PostError, Poster, Prepared};
