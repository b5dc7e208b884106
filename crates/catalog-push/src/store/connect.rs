//! Four pools of one database. Two are the service's own; two work for callers, and reach the rows of the caller's
//! retailer alone: one for what people do, one that answers questions.

use schema::{Scope, Scoping};
use service::access::Caller;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

/// For the four readers, the relay, sheets and a picture or two, each of which is as large as a picture may be.
const OWN_CONNECTIONS: u32 = 7;
/// For telling shops: whatever is slow there, nothing else waits for it. None is held while a shop is asked.
const PUSH_CONNECTIONS: u32 = 8;
/// A save holds one while the ledger is asked.
const ACT_CONNECTIONS: u32 = 6;
/// Connections for questions; the next ones wait.
const READ_CONNECTIONS: u32 = 6;

const NAME: &str = "catalog";

/// What a plan is reckoned to cost counts walls that it hardly ever comes to: not worth compiling.
const SETTINGS: [(&str, &str); 1] = [("jit", "off")];

/// For what orders make, the relay, pictures and the start-up checks.
#[must_use]
pub fn own_pool(database: &PgConnectOptions) -> PgPool {
    let scoping = Scoping::Ours;
    schema::pool(database, NAME, OWN_CONNECTIONS, &SETTINGS, scoping)
}

/// For telling shops.
#[must_use]
pub fn push_pool(database: &PgConnectOptions) -> PgPool {
    let scoping = Scoping::Ours;
    schema::pool(database, NAME, PUSH_CONNECTIONS, &SETTINGS, scoping)
}

/// For what callers ask to be done.
#[must_use]
pub fn act_pool(database: &PgConnectOptions) -> PgPool {
    let scoping = Scoping::PerTask(caller);
    schema::pool(database, NAME, ACT_CONNECTIONS, &SETTINGS, scoping)
}

/// For what callers ask.
#[must_use]
pub fn read_pool(database: &PgConnectOptions) -> PgPool {
    let scoping = Scoping::PerTask(caller);
    schema::pool(database, NAME, READ_CONNECTIONS, &SETTINGS, scoping)
}

/// Outside of calls for nobody, so that what forgets its caller gets nothing.
fn caller() -> Scope {
    let Some(caller) = Caller::current() else {
        return Scope::Nobody;
    };
    caller.retailer.map_or(Scope::Everybody, Scope::Retailer)
}
