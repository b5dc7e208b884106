//! Four pools of one database. Two are the service's own: one that writes batches, one that looks up what it needs to
//! know of all retailers. Two work for callers, and reach the rows of the caller's retailer alone: one for what people
//! do, one that answers questions.

use schema::{Scope, Scoping};
use service::access::Caller;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

/// Connections for batches: one for each that may be written at once, one for the relay, and one for the chain.
const WRITE_CONNECTIONS: u32 = 5;
/// Connections for what people do: never so many that batches wait for them.
const ACT_CONNECTIONS: u32 = 2;
/// Connections for questions; the next ones wait.
const READ_CONNECTIONS: u32 = 8;
/// Connections for the service's own questions: whose token it is must be known before a question can wait.
const OWN_READ_CONNECTIONS: u32 = 2;

/// A batch knows its road: every look-up by key, every insert from arrays. Planned once, and never by
/// statistics of tables that were empty a moment ago, which is how a first import would end in
/// sequential scans of a table that grows.
const WRITE_PLANS: [(&str, &str); 5] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    JIT,
];

/// A question with optional conditions is planned for those it has.
const READ_PLANS: [(&str, &str); 2] = [("plan_cache_mode", "force_custom_plan"), JIT];

/// What a plan is reckoned to cost counts walls that it hardly ever comes to (`schema`'s `wall.rs`): by that, the
/// smallest question would seem worth compiling.
const JIT: (&str, &str) = ("jit", "off");

/// What the server knows connections for questions by. No transaction of theirs writes.
pub(super) const QUESTIONS: &str = "ledger questions";
/// What it knows all others by.
const WRITES: &str = "ledger";

/// For the [`super::Store`] of batches, the relay, the chain and the start-up checks.
#[must_use]
pub fn write_pool(database: &PgConnectOptions) -> PgPool {
    schema::pool(
        database,
        WRITES,
        WRITE_CONNECTIONS,
        &WRITE_PLANS,
        Scoping::Ours,
    )
}

/// For the [`super::Store`] of the desk.
#[must_use]
pub fn act_pool(database: &PgConnectOptions) -> PgPool {
    schema::pool(
        database,
        WRITES,
        ACT_CONNECTIONS,
        &WRITE_PLANS,
        Scoping::PerTask(caller),
    )
}

/// For the [`super::Reader`] that answers callers.
#[must_use]
pub fn read_pool(database: &PgConnectOptions) -> PgPool {
    schema::pool(
        database,
        QUESTIONS,
        READ_CONNECTIONS,
        &READ_PLANS,
        Scoping::PerTask(caller),
    )
}

/// For a [`super::Reader`] that answers the service itself.
#[must_use]
pub fn own_read_pool(database: &PgConnectOptions) -> PgPool {
    schema::pool(
        database,
        QUESTIONS,
        OWN_READ_CONNECTIONS,
        &READ_PLANS,
        Scoping::Ours,
    )
}

/// For whom the task works that asks: whoever the call is from that it answers. Outside of calls for nobody, so that
/// what forgets its caller gets nothing.
fn caller() -> Scope {
    let Some(caller) = Caller::current() else {
        return Scope::Nobody;
    };
    caller.retailer.map_or(Scope::Everybody, Scope::Retailer)
}
