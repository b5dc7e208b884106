//! The pool of the service's own role.

use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

use super::Schema;

/// Polls, watchdogs and imports of all connections share these; each uses one for a statement at a time.
const CONNECTIONS: u32 = 8;

/// A pool whose statements are about `schema`.
#[must_use]
pub fn pool(database: &PgConnectOptions, schema: &Schema) -> PgPool {
    let name = schema.name();
    schema::pool(
        database,
        name.as_str(),
        CONNECTIONS,
        &[("search_path", name.as_str())],
    )
}
