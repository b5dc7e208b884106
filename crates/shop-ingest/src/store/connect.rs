//! The pool of the service's own role.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, PgPool};

use super::Schema;

/// Polls, watchdogs and imports of all connections share these; each uses one for a statement at a time.
const CONNECTIONS: u32 = 8;
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

/// A pool whose statements are about `schema`.
#[must_use]
pub fn pool(database: &PgConnectOptions, schema: &Schema) -> PgPool {
    let options = database
        .clone()
        .application_name(schema.name())
        .options(LIMITS)
        .options([("search_path", schema.name())])
        .log_statements(tracing::log::LevelFilter::Off)
        .log_slow_statements(tracing::log::LevelFilter::Warn, SLOW_STATEMENT);
    PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(IDLE_TIMEOUT)
        .connect_lazy_with(options)
}
