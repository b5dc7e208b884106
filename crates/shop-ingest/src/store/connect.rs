//! The pools of the service's own role: one for its own work, one for callers, which reaches the rows of the caller's
//! retailer alone.

use schema::{Scope, Scoping};
use service::access::Caller;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

use super::Schema;

/// Polls, watchdogs and imports of all connections share these; each uses one for a statement at a time.
const CONNECTIONS: u32 = 8;
/// Connections for callers; the next ones wait.
const CALL_CONNECTIONS: u32 = 4;

/// A pool whose statements are about `schema`.
#[must_use]
pub fn pool(database: &PgConnectOptions, schema: &Schema) -> PgPool {
    of(database, schema, CONNECTIONS, Scoping::Ours)
}

/// The same for what answers callers.
#[must_use]
pub fn call_pool(database: &PgConnectOptions, schema: &Schema) -> PgPool {
    of(database, schema, CALL_CONNECTIONS, Scoping::PerTask(caller))
}

fn of(database: &PgConnectOptions, schema: &Schema, connections: u32, scoping: Scoping) -> PgPool {
    let name = schema.name();
    // What a plan is reckoned to cost counts walls that it hardly ever comes to: not worth compiling.
    let settings = [("search_path", name.as_str()), ("jit", "off")];
    schema::pool(database, name.as_str(), connections, &settings, scoping)
}

/// Outside of calls for nobody, so that what forgets its caller gets nothing.
fn caller() -> Scope {
    let Some(caller) = Caller::current() else {
        return Scope::Nobody;
    };
    caller.retailer.map_or(Scope::Everybody, Scope::Retailer)
}
