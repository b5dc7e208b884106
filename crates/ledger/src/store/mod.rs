//! Everything that speaks SQL. One transaction a batch; see [`apply`] for what it locks and in which order.

mod apply;
mod connection;
mod customer;
mod delivery;
mod error;
mod head;
mod item;
mod known;
mod level;
mod outbox;
mod parked;
mod row;
mod sale;

pub use apply::Store;
pub use error::StoreError;
