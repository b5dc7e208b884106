//! Has everything looked at, and waits until it is.

#![expect(
    clippy::disallowed_methods,
    reason = "looks at another crate's tables from outside, which that crate's own query cache does not know"
)]

use std::time::{Duration, Instant};

use anyhow::bail;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection, Row as _};
use tokio::time::sleep;

use crate::simulated::ShopSystem;

const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Nothing may come for so long.
const LASTING: Duration = Duration::from_secs(2);

pub async fn connect(system: &ShopSystem) -> anyhow::Result<PgConnection> {
    let options: PgConnectOptions = system.database_url().parse()?;
    Ok(PgConnection::connect_with(&options).await?)
}

/// As when a shop counts in something else than before. Gives how much there is to be looked at.
pub async fn at_all(database: &mut PgConnection) -> anyhow::Result<u64> {
    let marked = sqlx::query(
        "insert into catalog.work as w (connection_id, kind, subject, rank, since, not_before, tries, mark)
        select n.connection_id, n.kind, n.subject, n.rank, now(), now(), 0, 1
        from (
            select connection_id, 'listing' as kind, product_id as subject, 4::smallint as rank from catalog.listing
            union all
            select connection_id, 'stock', item_id, 1::smallint from catalog.listing_item
        ) n
        order by 1, 2, 3
        on conflict on constraint work_pkey do update
            set mark = w.mark + 1, tries = 0, not_before = least(w.not_before, excluded.not_before)",
    );
    Ok(marked.execute(database).await?.rows_affected())
}

/// Until nothing is to be looked at now, and nothing is tried again. What is only to be compared, and what is looked at
/// from time to time whatever happens, is not waited for.
pub async fn until_done(database: &mut PgConnection, patience: Duration) -> anyhow::Result<()> {
    let began = Instant::now();
    let mut done_since: Option<Instant> = None;
    loop {
        let row = sqlx::query(
            "select count(*) from catalog.work where kind <> 'drift' and (not_before <= now() or tries > 0)",
        )
        .fetch_one(&mut *database);
        let waiting: i64 = row.await?.try_get(0)?;
        if waiting > 0 {
            done_since = None;
        } else if done_since.get_or_insert_with(Instant::now).elapsed() >= LASTING {
            return Ok(());
        }
        if began.elapsed() > patience {
            bail!("{waiting} wait to be looked at");
        }
        sleep(LOOK_EVERY).await;
    }
}
