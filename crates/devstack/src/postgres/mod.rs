//! A PostgreSQL cluster of our own: found or fetched, made, started, crashed and started again.

mod cluster;
mod find;
mod home;
mod init;
mod psql;
mod settings;

pub(crate) use cluster::{Cluster, Place, stop_orphan};
pub(crate) use find::find;
pub(crate) use home::{made_by, prepare};
pub use settings::Sizing;

/// The name in messages and steps.
pub(crate) const NAME: &str = "PostgreSQL";
/// The superuser of a cluster of ours.
pub(crate) const SUPERUSER: &str = "postgres";
/// The database of the stack.
pub(crate) const DATABASE: &str = "comptoir";
