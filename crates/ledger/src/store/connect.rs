//! Three pools of one database: one that writes batches, one for what people do, one that answers questions.

use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

/// Connections for batches: one for each that may be written at once, and one for the relay.
const WRITE_CONNECTIONS: u32 = 4;
/// Connections for what people do: never so many that batches wait for them.
const ACT_CONNECTIONS: u32 = 2;
/// Connections for questions; the next ones wait.
const READ_CONNECTIONS: u32 = 8;

/// A batch knows its road: every look-up by key, every insert from arrays. Planned once, and never by
/// statistics of tables that were empty a moment ago, which is how a first import would end in
/// sequential scans of a table that grows.
const WRITE_PLANS: [(&str, &str); 4] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
];

/// A question with optional conditions is planned for those it has.
const READ_PLANS: [(&str, &str); 1] = [("plan_cache_mode", "force_custom_plan")];

/// What the server knows connections for questions by. No transaction of theirs writes.
pub(super) const QUESTIONS: &str = "ledger questions";
/// What it knows all others by.
const WRITES: &str = "ledger";

/// For [`super::Store`], the relay and the start-up checks.
#[must_use]
pub fn write_pool(database: &PgConnectOptions) -> PgPool {
    schema::pool(database, WRITES, WRITE_CONNECTIONS, &WRITE_PLANS)
}

/// For the [`super::Store`] of the desk.
#[must_use]
pub fn act_pool(database: &PgConnectOptions) -> PgPool {
    schema::pool(database, WRITES, ACT_CONNECTIONS, &WRITE_PLANS)
}

/// For [`super::Reader`].
#[must_use]
pub fn read_pool(database: &PgConnectOptions) -> PgPool {
    schema::pool(database, QUESTIONS, READ_CONNECTIONS, &READ_PLANS)
}
