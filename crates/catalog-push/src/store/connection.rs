//! What ingest services tell of their connections.

use retail::{ConnectionId, PlatformCode, Quantity, RetailerId};

use super::{Store, StoreError, push, row, sold};

/// A connection, as its ingest service tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldConnection {
    pub id: ConnectionId,
    pub retailer: RetailerId,
    pub platform: PlatformCode,
    pub is_linked: bool,
    /// Stock is managed here and not in the shop (EF-8).
    pub is_stock_ours: bool,
    pub buffer: Quantity,
    pub version: i64,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Recorded,
    AlreadyRecorded,
    /// It is another retailer's, or of another platform.
    Refused,
}

impl Store {
    /// Keeps what is told of a connection. An older word never replaces a newer one.
    pub async fn know(&self, told: &ToldConnection) -> Result<Told, StoreError> {
        let ToldConnection {
            id,
            retailer,
            platform,
            is_linked,
            is_stock_ours,
            buffer,
            version,
        } = told;
        let mut db = self.pool.begin().await?;
        let written = sqlx::query!(
            "insert into catalog.connection as c (connection_id, retailer_id, platform, is_linked, is_stock_ours,
                buffer_milli, version, profile)
            values ($1, $2, $3, $4, $5, $6, $7, 'pos_created')
            on conflict on constraint connection_pkey do update
                set is_linked = excluded.is_linked, is_stock_ours = excluded.is_stock_ours,
                    buffer_milli = excluded.buffer_milli, version = excluded.version
                where c.version < excluded.version
                    and c.retailer_id = excluded.retailer_id and c.platform = excluded.platform",
            id.uuid(),
            retailer.uuid(),
            platform.as_str(),
            is_linked,
            is_stock_ours,
            buffer.milli(),
            version,
        )
        .execute(&mut *db)
        .await?;
        if written.rows_affected() == 1 {
            let now = self.clock.now();
            sold::take_early_connection(&mut db, *id, now).await?;
            if *is_linked {
                push::mark_connection(&mut db, *id, row::as_kept(now)).await?;
            }
            db.commit().await?;
            return Ok(Told::Recorded);
        }
        let is_the_same = sqlx::query_scalar!(
            r#"select retailer_id = $2 and platform = $3 as "is_the_same!" from catalog.connection
            where connection_id = $1"#,
            id.uuid(),
            retailer.uuid(),
            platform.as_str(),
        )
        .fetch_one(&mut *db)
        .await?;
        Ok(if is_the_same {
            Told::AlreadyRecorded
        } else {
            Told::Refused
        })
    }
}
