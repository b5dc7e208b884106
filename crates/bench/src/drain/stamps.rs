//! When the ledger recorded sales.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Row as _};
use test_kit::{System, world};

use super::raw::raw_query;

/// Of these orders' sales, in order, in microseconds. Asked of the database: the history may be long.
pub async fn of(system: &System, order_ids: &[String]) -> anyhow::Result<Vec<i64>> {
    let options: PgConnectOptions = system.stack().admin_database_url().parse()?;
    let mut database = PgConnection::connect_with(&options).await?;
    let query = raw_query(
        "select (extract(epoch from s.recorded_at) * 1000000)::bigint \
        from ledger.sale s join ledger.shop_order o using (sale_id) \
        where o.connection_id = $2 and o.shop_order_id = any($1) order by 1",
    );
    let rows = query
        .bind(order_ids)
        .bind(world::CONNECTION)
        .fetch_all(&mut database)
        .await?;
    database.close().await?;
    let stamps = rows.iter().map(|row| row.try_get(0));
    Ok(stamps.collect::<Result<_, _>>()?)
}
