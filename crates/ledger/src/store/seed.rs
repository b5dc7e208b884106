//! Puts a seed into the tables. What is there is brought up to date; nothing is taken away. Of connections the
//! seed says only what no ingest service has told yet.

use sqlx::PgPool;

use super::StoreError;
use crate::seed::{Connection, Outlet, Register, Retailer, Seed};

pub async fn plant(pool: &PgPool, seed: &Seed) -> Result<(), StoreError> {
    let Seed {
        retailers,
        outlets,
        registers,
        connections,
    } = seed;
    let mut db = pool.begin().await?;
    for Retailer {
        id,
        name,
        time_zone,
    } in retailers
    {
        sqlx::query!(
            "insert into ledger.retailer (retailer_id, name, time_zone) values ($1, $2, $3)
            on conflict on constraint retailer_pkey do update
                set name = excluded.name, time_zone = excluded.time_zone",
            id,
            name,
            time_zone,
        )
        .execute(&mut *db)
        .await?;
    }
    for Outlet {
        id,
        retailer,
        name,
        time_zone,
    } in outlets
    {
        sqlx::query!(
            "insert into ledger.outlet (outlet_id, retailer_id, name, time_zone) values ($1, $2, $3, $4)
            on conflict on constraint outlet_pkey do update
                set name = excluded.name, time_zone = excluded.time_zone",
            id,
            retailer,
            name,
            time_zone,
        )
        .execute(&mut *db)
        .await?;
    }
    // A kit has a level in each outlet, in one that came later too.
    sqlx::query!(
        "insert into ledger.stock_level (item_id, outlet_id, on_hand_milli, version, changed_at)
        select distinct k.item_id, o.outlet_id, 0, 1, now()
        from ledger.kit k
        join ledger.outlet o on o.retailer_id = k.retailer_id
        on conflict on constraint stock_level_pkey do nothing"
    )
    .execute(&mut *db)
    .await?;
    for Register { id, outlet, name } in registers {
        sqlx::query!(
            "insert into ledger.register (register_id, outlet_id, name) values ($1, $2, $3)
            on conflict on constraint register_pkey do update set name = excluded.name",
            id,
            outlet,
            name,
        )
        .execute(&mut *db)
        .await?;
    }
    for Connection {
        id,
        retailer,
        platform,
        register,
        order_updates,
    } in connections
    {
        sqlx::query!(
            "insert into ledger.connection (connection_id, retailer_id, platform, register_id, order_updates)
            values ($1, $2, $3, $4, $5)
            on conflict on constraint connection_pkey do update
                set register_id = excluded.register_id, order_updates = excluded.order_updates
                where connection.version = 0",
            id,
            retailer,
            platform,
            register,
            order_updates.as_str(),
        )
        .execute(&mut *db)
        .await?;
    }
    db.commit().await?;
    Ok(())
}
