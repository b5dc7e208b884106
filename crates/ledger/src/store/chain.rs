//! Writes the chain over movements and closures (R-14).
//!
//! Rows are taken in the order of (transaction, id), below the oldest transaction that still runs: what is there
//! is final (decision 0007). Nobody who books waits for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use service::clock::Clock;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{StoreError, row};
use crate::chain::{BEGINNING, Block, ChainKind, Hash, Head, Link};

/// Rows of one turn, and so of a block.
pub const BLOCK_LIMIT: i64 = 2_000;
/// Of the advisory lock that lets one process at a time lengthen the chain.
const LOCK: i64 = 0x6368_6169_6e00;

/// The chain's end.
#[derive(Clone, Debug)]
pub struct Chain {
    pool: PgPool,
    clock: Arc<dyn Clock>,
}

/// What a turn came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chained {
    /// The last block of each retailer that got one. `has_more` says that rows may be left.
    Blocks {
        heads: Vec<(Uuid, Head)>,
        has_more: bool,
    },
    /// Another process is at it.
    Taken,
    /// The chain speaks of transactions this server has not had: the tables were copied from another one.
    Copied,
}

impl Chain {
    #[must_use]
    pub fn new(pool: PgPool, clock: Arc<dyn Clock>) -> Self {
        Self { pool, clock }
    }

    /// Adds a block of `kind` for every retailer with new rows.
    pub async fn lengthen(&self, kind: ChainKind) -> Result<Chained, StoreError> {
        let mut db = self.pool.begin().await?;
        let is_ours = sqlx::query_scalar!(
            r#"select pg_try_advisory_xact_lock($1) as "is_ours!""#,
            LOCK
        )
        .fetch_one(&mut *db)
        .await?;
        if !is_ours {
            return Ok(Chained::Taken);
        }
        let (xid, id) = last_place(&mut db, kind).await?;
        let horizon = sqlx::query_scalar!(
            r#"select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as "horizon!""#
        )
        .fetch_one(&mut *db)
        .await?;
        if xid >= horizon {
            return Ok(Chained::Copied);
        }
        let rows = new_rows(&mut db, kind, xid, id, horizon).await?;
        let has_more = i64::try_from(rows.len()).is_ok_and(|count| count >= BLOCK_LIMIT);
        let mut retailers: BTreeMap<Uuid, Vec<NewRow>> = BTreeMap::new();
        for row in rows {
            retailers.entry(row.retailer_id).or_default().push(row);
        }
        let mut heads = Vec::with_capacity(retailers.len());
        for (retailer, rows) in retailers {
            let before = head(&mut db, retailer).await?;
            let Some(block) = block(retailer, kind, before, &rows)? else {
                continue;
            };
            let hash = block.hash();
            write(&mut db, &block, hash, self.clock.now()).await?;
            let position = block.position;
            heads.push((retailer, Head { position, hash }));
        }
        db.commit().await?;
        Ok(Chained::Blocks { heads, has_more })
    }
}

struct NewRow {
    retailer_id: Uuid,
    xid: i64,
    id: Uuid,
    hash: Vec<u8>,
}

/// Up to where rows of `kind` are in the chain.
pub(super) async fn last_place(
    db: &mut PgConnection,
    kind: ChainKind,
) -> Result<(i64, Uuid), StoreError> {
    let last = sqlx::query!(
        "select through_xid, through_id from ledger.chain_block where kind = $1
        order by through_xid desc, through_id desc limit 1",
        kind.as_str(),
    )
    .fetch_optional(db)
    .await?;
    Ok(last.map_or((-1, Uuid::nil()), |last| {
        (last.through_xid, last.through_id)
    }))
}

async fn new_rows(
    db: &mut PgConnection,
    kind: ChainKind,
    xid: i64,
    id: Uuid,
    horizon: i64,
) -> Result<Vec<NewRow>, StoreError> {
    let rows = match kind {
        ChainKind::Movements => {
            sqlx::query_as!(
                NewRow,
                r#"select i.retailer_id, m.recorded_xid as xid, m.movement_id as id,
                    sha256(convert_to(ledger.movement_content(m), 'UTF8')) as "hash!"
                from ledger.stock_movement m join ledger.item i on i.item_id = m.item_id
                where (m.recorded_xid, m.movement_id) > ($1, $2::uuid) and m.recorded_xid < $3
                order by m.recorded_xid, m.movement_id limit $4"#,
                xid,
                id,
                horizon,
                BLOCK_LIMIT,
            )
            .fetch_all(db)
            .await?
        }
        ChainKind::Closures => {
            sqlx::query_as!(
                NewRow,
                r#"select s.retailer_id, c.recorded_xid as xid, c.session_id as id,
                    sha256(convert_to(ledger.closure_content(c), 'UTF8')) as "hash!"
                from ledger.closure c join ledger.register_session s on s.session_id = c.session_id
                where (c.recorded_xid, c.session_id) > ($1, $2::uuid) and c.recorded_xid < $3
                order by c.recorded_xid, c.session_id limit $4"#,
                xid,
                id,
                horizon,
                BLOCK_LIMIT,
            )
            .fetch_all(db)
            .await?
        }
    };
    Ok(rows)
}

async fn head(db: &mut PgConnection, retailer: Uuid) -> Result<Head, StoreError> {
    let last = sqlx::query!(
        "select position, hash from ledger.chain_block where retailer_id = $1
        order by position desc limit 1",
        retailer,
    )
    .fetch_optional(db)
    .await?;
    match last {
        None => Ok(Head {
            position: 0,
            hash: BEGINNING,
        }),
        Some(last) => Ok(Head {
            position: last.position,
            hash: hash_from(&last.hash)?,
        }),
    }
}

/// `None` without rows.
fn block(
    retailer: Uuid,
    kind: ChainKind,
    before: Head,
    rows: &[NewRow],
) -> Result<Option<Block>, StoreError> {
    let Some(last) = rows.last() else {
        return Ok(None);
    };
    let entries = rows
        .iter()
        .map(|row| {
            let hash = hash_from(&row.hash)?;
            Ok(Link { id: row.id, hash })
        })
        .collect::<Result<_, StoreError>>()?;
    Ok(Some(Block {
        retailer,
        position: before.position + 1,
        kind,
        through_xid: last.xid,
        through_id: last.id,
        previous: before.hash,
        entries,
    }))
}

async fn write(
    db: &mut PgConnection,
    block: &Block,
    hash: Hash,
    now: jiff::Timestamp,
) -> Result<(), StoreError> {
    let entries: Vec<u8> = block
        .entries
        .iter()
        .flat_map(|Link { id, hash }| id.into_bytes().into_iter().chain(*hash))
        .collect();
    sqlx::query!(
        "insert into ledger.chain_block (retailer_id, position, kind, through_xid, through_id,
            previous_hash, entries, hash, made_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        block.retailer,
        block.position,
        block.kind.as_str(),
        block.through_xid,
        block.through_id,
        &block.previous[..],
        entries,
        &hash[..],
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(super) fn hash_from(bytes: &[u8]) -> Result<Hash, StoreError> {
    Hash::try_from(bytes)
        .map_err(|_| StoreError::corrupt("chain_block", "hash", "a hash of another length"))
}
