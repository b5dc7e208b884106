//! A service's own PostgreSQL schema: how it is made, what the service makes sure of before it relies on it,
//! and the pools it is reached by.
//!
//! # What this crate does not know
//!
//! - **No table.** Which there are, who may do what to them and whose their rows are, each service declares for itself.
//! - **No statement of a service.** Those stand in its `store` and its migrations.

mod check;
mod migrate;
mod name;
mod pool;
mod privilege;
mod scope;
#[cfg(feature = "testing")]
pub mod testing;
mod wall;

use sqlx::migrate::Migrator;

pub use check::{CheckError, check};
pub use migrate::{SchemaError, migrate};
pub use name::SchemaName;
pub use pool::pool;
pub use privilege::{Of, Privilege, TableRights, rights};
pub use scope::{Scope, Scoping};

/// A schema as this build of its service knows it.
#[derive(Debug)]
pub struct Declared {
    pub name: SchemaName,
    pub migrations: &'static Migrator,
    /// Every table there is.
    pub tables: &'static [TableRights],
}
