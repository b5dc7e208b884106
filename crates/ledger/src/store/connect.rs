//! Three pools of one database: one that writes batches, one for what people do, one that answers questions.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, PgPool};

/// Connections for batches: one for each that may be written at once, and one for the relay.
const WRITE_CONNECTIONS: u32 = 4;
/// Connections for what people do: never so many that batches wait for them.
const ACT_CONNECTIONS: u32 = 2;
/// Connections for questions; the next ones wait.
const READ_CONNECTIONS: u32 = 8;
/// For a connection to come free.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections unused for this long are closed.
const IDLE_TIMEOUT: Duration = Duration::from_mins(5);
/// Statements slower than this are logged, without their values.
const SLOW_STATEMENT: Duration = Duration::from_secs(1);

/// Limits on the server's side, so that nothing of ours can hold a lock for ever.
const LIMITS: [(&str, &str); 4] = [
    ("statement_timeout", "30s"),
    ("lock_timeout", "10s"),
    ("idle_in_transaction_session_timeout", "30s"),
    ("TimeZone", "UTC"),
];

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

/// For [`super::Store`], the relay and the start-up checks.
#[must_use]
pub fn write_pool(database: &PgConnectOptions) -> PgPool {
    pool(database, WRITE_CONNECTIONS, &WRITE_PLANS)
}

/// For the [`super::Store`] of the desk.
#[must_use]
pub fn act_pool(database: &PgConnectOptions) -> PgPool {
    pool(database, ACT_CONNECTIONS, &WRITE_PLANS)
}

/// For [`super::Reader`].
#[must_use]
pub fn read_pool(database: &PgConnectOptions) -> PgPool {
    pool(database, READ_CONNECTIONS, &READ_PLANS)
}

fn pool(database: &PgConnectOptions, connections: u32, plans: &[(&str, &str)]) -> PgPool {
    let options = database
        .clone()
        .application_name("ledger")
        .options(LIMITS)
        .options(plans.iter().copied())
        .log_statements(tracing::log::LevelFilter::Off)
        .log_slow_statements(tracing::log::LevelFilter::Warn, SLOW_STATEMENT);
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(IDLE_TIMEOUT)
        .connect_lazy_with(options)
}
