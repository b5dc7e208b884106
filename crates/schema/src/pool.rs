//! The pools of a service's own role.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, PgPool};

use crate::scope::SETTING;
use crate::{Scope, Scoping};

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

/// At most so many connections, opened when they are needed, each with `settings` besides the limits. The server
/// knows them by `name`. `scoping` says whose rows they reach.
#[must_use]
pub fn pool(
    database: &PgConnectOptions,
    name: &str,
    connections: u32,
    settings: &[(&str, &str)],
    scoping: Scoping,
) -> PgPool {
    let database = database
        .clone()
        .application_name(name)
        .options(LIMITS)
        .options(settings.iter().copied())
        .log_statements(tracing::log::LevelFilter::Off)
        .log_slow_statements(tracing::log::LevelFilter::Warn, SLOW_STATEMENT);
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(IDLE_TIMEOUT);
    match scoping {
        Scoping::Ours => {
            pool.connect_lazy_with(database.options([(SETTING, Scope::Everybody.to_string())]))
        }
        Scoping::PerTask(scope) => per_task(pool, scope).connect_lazy_with(database),
    }
}

/// Each connection works for whom the task says that takes it. Both callbacks run in that task. To say it is a round
/// trip, which shows as well that the connection is alive: it stands where a ping would.
fn per_task(pool: PgPoolOptions, scope: fn() -> Scope) -> PgPoolOptions {
    pool.test_before_acquire(false)
        .after_connect(move |db, _| Box::pin(scope().take(db)))
        .before_acquire(move |db, _| {
            Box::pin(async move {
                scope().take(db).await?;
                Ok(true)
            })
        })
}
