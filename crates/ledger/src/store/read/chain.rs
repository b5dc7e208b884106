//! The chain as it stands, beside the rows it speaks of. Whoever reads it holds the two against each other
//! ([`crate::chain::Walk`]): the ledger is not asked whether it is right.

use sqlx::PgConnection;
use uuid::Uuid;

use super::Reader;
use crate::chain::{Block, ChainKind, Hash, Link, Row};
use crate::store::StoreError;
use crate::store::chain::{hash_from, last_place};

/// A block, and the rows that are there now where it says it has some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingBlock {
    pub block: Block,
    pub hash: Hash,
    pub rows: Vec<Row>,
}

/// Bytes of an entry: a row's id, and its hash.
const ENTRY: usize = 16 + 32;

impl Reader {
    /// The block at the first position after `after`.
    pub async fn chain_block(
        &self,
        retailer: Uuid,
        after: i64,
    ) -> Result<Option<StandingBlock>, StoreError> {
        let mut db = self.snapshot().await?;
        let Some(found) = sqlx::query!(
            "select position, kind, through_xid, through_id, previous_hash, entries, hash
            from ledger.chain_block where retailer_id = $1 and position > $2
            order by position limit 1",
            retailer,
            after,
        )
        .fetch_optional(&mut *db)
        .await?
        else {
            return Ok(None);
        };
        let block = Block {
            retailer,
            position: found.position,
            kind: ChainKind::from_text(&found.kind)
                .ok_or_else(|| StoreError::corrupt("chain_block", "kind", &found.kind))?,
            through_xid: found.through_xid,
            through_id: found.through_id,
            previous: hash_from(&found.previous_hash)?,
            entries: entries_from(&found.entries)?,
        };
        let from = place_before(&mut db, retailer, block.kind, block.position).await?;
        let through = (block.through_xid, block.through_id);
        let rows = rows(&mut db, retailer, block.kind, from, through).await?;
        Ok(Some(StandingBlock {
            hash: hash_from(&found.hash)?,
            block,
            rows,
        }))
    }

    /// Rows that no block of the retailer has, though later rows of somebody are in the chain.
    pub async fn passed_by(&self, retailer: Uuid) -> Result<Vec<(ChainKind, Uuid)>, StoreError> {
        let mut db = self.snapshot().await?;
        let mut passed = Vec::new();
        for kind in ChainKind::ALL {
            let from = place_before(&mut db, retailer, kind, i64::MAX).await?;
            let through = last_place(&mut db, kind).await?;
            let rows = rows(&mut db, retailer, kind, from, through).await?;
            passed.extend(rows.into_iter().map(|row| (kind, row.id)));
        }
        Ok(passed)
    }
}

fn entries_from(bytes: &[u8]) -> Result<Vec<Link>, StoreError> {
    bytes
        .chunks(ENTRY)
        .map(|entry| {
            let (id, hash) = entry
                .split_at_checked(16)
                .ok_or_else(|| StoreError::corrupt("chain_block", "entries", "half an entry"))?;
            Ok(Link {
                id: Uuid::from_slice(id)
                    .map_err(|_| StoreError::corrupt("chain_block", "entries", "no id"))?,
                hash: hash_from(hash)?,
            })
        })
        .collect()
}

/// Where the retailer's last block of `kind` before `position` ends.
async fn place_before(
    db: &mut PgConnection,
    retailer: Uuid,
    kind: ChainKind,
    position: i64,
) -> Result<(i64, Uuid), StoreError> {
    let last = sqlx::query!(
        "select through_xid, through_id from ledger.chain_block
        where retailer_id = $1 and kind = $2 and position < $3
        order by position desc limit 1",
        retailer,
        kind.as_str(),
        position,
    )
    .fetch_optional(db)
    .await?;
    Ok(last.map_or((-1, Uuid::nil()), |last| {
        (last.through_xid, last.through_id)
    }))
}

/// The retailer's rows after `from`, up to `through`.
async fn rows(
    db: &mut PgConnection,
    retailer: Uuid,
    kind: ChainKind,
    from: (i64, Uuid),
    through: (i64, Uuid),
) -> Result<Vec<Row>, StoreError> {
    let rows = match kind {
        ChainKind::Movements => {
            sqlx::query_as!(
                Row,
                r#"select m.movement_id as id, ledger.movement_content(m) as "content!"
                from ledger.stock_movement m join ledger.item i on i.item_id = m.item_id
                where i.retailer_id = $1 and (m.recorded_xid, m.movement_id) > ($2, $3::uuid)
                    and (m.recorded_xid, m.movement_id) <= ($4, $5::uuid)
                order by m.recorded_xid, m.movement_id"#,
                retailer,
                from.0,
                from.1,
                through.0,
                through.1,
            )
            .fetch_all(db)
            .await?
        }
        ChainKind::Closures => {
            sqlx::query_as!(
                Row,
                r#"select c.session_id as id, ledger.closure_content(c) as "content!"
                from ledger.closure c join ledger.register_session s on s.session_id = c.session_id
                where s.retailer_id = $1 and (c.recorded_xid, c.session_id) > ($2, $3::uuid)
                    and (c.recorded_xid, c.session_id) <= ($4, $5::uuid)
                order by c.recorded_xid, c.session_id"#,
                retailer,
                from.0,
                from.1,
                through.0,
                through.1,
            )
            .fetch_all(db)
            .await?
        }
    };
    Ok(rows)
}
