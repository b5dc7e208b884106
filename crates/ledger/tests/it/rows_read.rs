//! Counts what questions read.

use ledger::store;
use sqlx::{Executor as _, PgPool};

use crate::support::{Ledger, app};

/// As the service's own pool for questions, with one connection, which can be asked what it did.
pub fn one_connection(ledger: &Ledger) -> PgPool {
    one_of(&store::own_read_pool(&app(&ledger.database)))
}

/// As the pool for callers' questions.
pub fn one_walled_connection(ledger: &Ledger) -> PgPool {
    one_of(&store::read_pool(&app(&ledger.database)))
}

fn one_of(pool: &PgPool) -> PgPool {
    let connection = pool.connect_options().as_ref().clone();
    let options = pool.options().clone().max_connections(1);
    options.connect_lazy_with(connection)
}

/// Rows of these tables that were read so far, whatever they were read for.
pub async fn rows_read(ledger: &Ledger, pool: &PgPool, tables: &[&str]) -> i64 {
    // Else the server would say so up to a second later.
    let flush = "select pg_stat_force_next_flush()";
    pool.execute(flush).await.unwrap();
    let tables = tables.join("', '");
    let read = format!(
        "select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))
        from pg_stat_user_tables where relname in ('{tables}')"
    );
    ledger.sql(&read).parse().unwrap()
}
