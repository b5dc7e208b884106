//! The floor: a database with the ledger's own tables and indexes, and in it the rows of one drain,
//! written again by one connection in UNNEST batches and nothing else.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Executor as _};
use test_kit::{System, world};

use super::raw::{RawArray, raw_query};
use super::tables::{TABLES, TRUNCATE};
use crate::latency::rate;

/// Orders in one transaction: as many as the ledger takes at most.
const BATCH: usize = 500;

/// Writes the rows of these orders again, and says how many orders a second that makes.
///
/// All services must be down: their database is the template of the floor's.
pub async fn run(system: &System, order_ids: &[String]) -> anyhow::Result<f64> {
    let options: PgConnectOptions = system.stack().admin_database_url().parse()?;
    let source = options.get_database().unwrap_or("postgres").to_owned();
    let batches = read(&options, order_ids).await?;
    copy_tables(&options, &source).await?;
    let took = write(&options.clone().database(FLOOR), &batches).await?;
    Ok(rate(u64::try_from(order_ids.len())?, took))
}

const FLOOR: &str = "comptoir_floor";
const DROP: &str = "drop database if exists comptoir_floor";

/// The arrays of one batch, table by table.
type Batch = Vec<Vec<RawArray>>;

async fn read(options: &PgConnectOptions, order_ids: &[String]) -> anyhow::Result<Vec<Batch>> {
    let mut source = PgConnection::connect_with(options).await?;
    source.execute("analyze").await?;
    let mut batches = Vec::new();
    for ids in order_ids.chunks(BATCH) {
        let mut batch = Vec::with_capacity(TABLES.len());
        for table in &TABLES {
            let query = raw_query(table.read).bind(ids).bind(world::CONNECTION);
            let row = query.fetch_one(&mut source).await;
            let row = row.with_context(|| format!("cannot read {}", table.name))?;
            let columns = (0..table.columns).map(|place| RawArray::take(&row, place));
            batch.push(columns.collect::<anyhow::Result<_>>()?);
        }
        batches.push(batch);
    }
    source.close().await?;
    Ok(batches)
}

/// Its own migrations made the tables: a copy of the database, emptied.
async fn copy_tables(options: &PgConnectOptions, source: &str) -> anyhow::Result<()> {
    let mut server = PgConnection::connect_with(&options.clone().database("postgres")).await?;
    server.execute(DROP).await?;
    // The name is the stack's own and no input.
    let copy = format!("create database comptoir_floor template \"{source}\"");
    server.execute(sqlx::AssertSqlSafe(copy)).await?;
    server.close().await?;
    let mut floor = PgConnection::connect_with(&options.clone().database(FLOOR)).await?;
    floor.execute(TRUNCATE).await?;
    floor.execute("checkpoint").await?;
    floor.close().await?;
    Ok(())
}

/// Gives its disk back.
pub async fn remove(system: &System) -> anyhow::Result<()> {
    let options: PgConnectOptions = system.stack().admin_database_url().parse()?;
    let mut server = PgConnection::connect_with(&options.database("postgres")).await?;
    server.execute(DROP).await?;
    server.close().await?;
    Ok(())
}

async fn write(options: &PgConnectOptions, batches: &[Batch]) -> anyhow::Result<Duration> {
    let mut floor = PgConnection::connect_with(options).await?;
    let began = Instant::now();
    for batch in batches {
        let mut transaction = floor.begin().await?;
        for (table, columns) in TABLES.iter().zip(batch) {
            let mut query = raw_query(table.write);
            for column in columns {
                query = query.bind(column);
            }
            let written = query.execute(&mut *transaction).await;
            written.with_context(|| format!("cannot write {}", table.name))?;
        }
        transaction.commit().await?;
    }
    let took = began.elapsed();
    floor.close().await?;
    Ok(took)
}
