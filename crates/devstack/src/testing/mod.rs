//! Throwaway servers for tests: one PostgreSQL per test process with a database for each test, and
//! a nats-server for each test. They end with the process and leave nothing behind; what a killed
//! machine left is cleared by a later run.
//!
//! Servers are as durable as real ones (`fsync` on, every message synced), since the services
//! refuse others. Roles belong to the whole PostgreSQL: tests that make the same ones in parallel
//! must expect to find them there, or take a [`Postgres`] of their own.

mod nats;
mod postgres;
mod scratch;

pub use nats::Nats;
pub use postgres::{Database, Postgres};

use std::path::Path;

use crate::{Search, fetch::Cache};

/// The project's own folder of fetched servers, which all its tests share.
const CACHE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.comptoir/cache");

/// Where servers are found, fetched ones in a place that all tests share. For tests that start a
/// whole [`Devstack`](crate::Devstack) in a folder of their own.
#[must_use]
pub fn search() -> Search {
    let mut search = Search::from_env();
    search.cache.get_or_insert_with(|| CACHE.into());
    search
}

fn cache(search: &Search) -> Cache {
    Cache::new(search, Path::new(CACHE))
}
