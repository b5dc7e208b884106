//! Everything that speaks SQL. One transaction a batch: `apply.rs` says what it locks, in which order.

mod apply;
pub mod check;
mod connect;
mod connection;
mod customer;
mod delivery;
mod error;
mod head;
mod import;
mod item;
mod known;
mod level;
mod migrate;
mod outbox;
mod parked;
mod read;
mod relay;
mod repoint;
mod row;
mod sale;
mod seed;

pub use apply::Store;
pub use connect::{read_pool, write_pool};
pub use error::StoreError;
pub use import::{
    ImportCounts, ImportError, ImportKey, ImportLevelView, ImportOrderView, ImportState,
    ImportView, Preview, PreviewedLevel, PreviewedOrder, Undo, Undone,
};
pub use migrate::{SchemaError, migrate};
pub use read::*;
pub use relay::{Entry, ItemNow, Kind, LevelNow, Outbox, Place, Said, SaleNow};
pub use seed::plant;
