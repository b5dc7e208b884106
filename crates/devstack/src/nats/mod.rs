//! A nats-server of our own: found or fetched, configured, started, crashed and started again.

mod broker;
mod config;
mod find;

pub(crate) use broker::{Broker, Place, stop_orphan};
pub use config::{NatsConfig, NatsUser};
pub(crate) use find::{Binary, find};

/// The name in messages and steps.
pub(crate) const NAME: &str = "nats-server";
/// The user of the system account, for people.
pub(crate) const SYSTEM_USER: &str = "sys";
