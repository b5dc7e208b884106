//! What a connection's shop may sell, and what its orders took from the shop's own figure (R-4).
//!
//! What the shop took of an item by all that is known of its orders is what their sales took from stock here, and what
//! their newest snapshots hold beyond that. The first changes by movements, each of which says in which transaction it
//! was written; the second is little, and is reckoned anew. So a [`Mark`] that remembers the database's snapshot and
//! the second number tells what was taken since, and recording writes nothing for it.

mod taken;
mod unapplied;

use std::collections::HashMap;

use jiff::Timestamp;
use retail::{ConnectionId, Quantity, RetailerId, StockRule};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Reader;
use super::open_quantities::{self, OpenAsked, OpenQuantity};
use crate::store::row::{self, SqlTimestamp};
use crate::store::{StoreError, kit};

/// An item, and when it was asked for before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushableAsked {
    pub item: Uuid,
    pub since: Option<Mark>,
}

/// What the ledger knew of an item and a connection when it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// By the database's clock.
    pub at: Timestamp,
    /// What the connection's orders held that their sales had not taken, in thousandths.
    pub unapplied: i64,
    /// Which transactions had ended, as PostgreSQL writes it.
    pub snapshot: String,
}

/// What a shop may sell of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushableView {
    pub item: Uuid,
    pub available: Quantity,
    pub open: Quantity,
    /// `None` without a mark.
    pub taken: Option<Quantity>,
    pub mark: Mark,
    pub level_version: i64,
    pub buffer: Quantity,
}

/// Why a shop is told of no stock.
#[derive(Debug, thiserror::Error)]
pub enum PushableError {
    #[error("the retailer has no such connection")]
    UnknownConnection,
    #[error("the shop manages its stock itself")]
    StockInShop,
    #[error("the retailer has no item {0} that has stock")]
    UnknownItem(Uuid),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The connection as it is now, and the moment.
struct Now {
    outlet: Uuid,
    buffer: Quantity,
    at: Timestamp,
    snapshot: String,
}

/// A level, less what is not to be sold.
#[derive(Clone, Copy, Default)]
struct Level {
    available: Quantity,
    open: Quantity,
    version: i64,
}

impl Reader {
    /// All of one moment, in the order of `asked`, which holds no item twice.
    pub async fn pushable(
        &self,
        retailer: RetailerId,
        connection: ConnectionId,
        asked: &[PushableAsked],
    ) -> Result<Vec<PushableView>, PushableError> {
        let mut db = self.snapshot().await?;
        let now = now(&mut db, retailer, connection).await?;
        let items: Vec<Uuid> = asked.iter().map(|asked| asked.item).collect();
        check(&mut db, retailer, &items).await?;
        let levels = levels(&mut db, retailer, now.outlet, &items).await?;
        let unapplied = unapplied::of(&mut db, connection, &items).await?;
        let moved = taken::by_movements(&mut db, retailer, connection, asked).await?;
        let views = asked.iter().zip(moved).map(|(asked, moved)| {
            let unapplied = unapplied.get(&asked.item).copied().unwrap_or_default();
            let level = levels.get(&asked.item).copied().unwrap_or_default();
            let since = asked.since.as_ref().zip(moved);
            let taken = since.map(|(mark, moved)| {
                let grown = unapplied.saturating_sub(mark.unapplied);
                Quantity::from_milli(moved.saturating_add(grown))
            });
            PushableView {
                item: asked.item,
                available: level.available,
                open: level.open,
                taken,
                mark: Mark {
                    at: now.at,
                    unapplied,
                    snapshot: now.snapshot.clone(),
                },
                level_version: level.version,
                buffer: now.buffer,
            }
        });
        Ok(views.collect())
    }
}

async fn now(
    db: &mut PgConnection,
    retailer: RetailerId,
    connection: ConnectionId,
) -> Result<Now, PushableError> {
    let found = sqlx::query!(
        r#"select c.stock_rule, c.channel_buffer_milli, r.outlet_id, now() as "at!: SqlTimestamp",
            pg_current_snapshot()::text as "snapshot!"
        from ledger.connection c
        join ledger.register r on r.register_id = c.register_id
        where c.connection_id = $1 and c.retailer_id = $2"#,
        connection.uuid(),
        retailer.uuid(),
    )
    .fetch_optional(db)
    .await
    .map_err(StoreError::from)?
    .ok_or(PushableError::UnknownConnection)?;
    match row::stock_rule_from(&found.stock_rule)? {
        StockRule::AtOrder | StockRule::AtInvoice => {}
        StockRule::Never => return Err(PushableError::StockInShop),
    }
    Ok(Now {
        outlet: found.outlet_id,
        buffer: Quantity::from_milli(found.channel_buffer_milli),
        at: found.at.to_jiff(),
        snapshot: found.snapshot,
    })
}

/// Each is a product of the retailer's, deleted or not.
async fn check(
    db: &mut PgConnection,
    retailer: RetailerId,
    items: &[Uuid],
) -> Result<(), PushableError> {
    let known = sqlx::query_scalar!(
        "select item_id from ledger.item
        where item_id = any($1) and retailer_id = $2 and kind = 'product'",
        items,
        retailer.uuid(),
    )
    .fetch_all(db)
    .await
    .map_err(StoreError::from)?;
    match items.iter().find(|item| !known.contains(item)) {
        None => Ok(()),
        Some(item) => Err(PushableError::UnknownItem(*item)),
    }
}

/// As `ledger.stock.changed` tells them, with what is open. Of a kit nothing is open but what keeps its parts from
/// being made into one.
async fn levels(
    db: &mut PgConnection,
    retailer: RetailerId,
    outlet: Uuid,
    items: &[Uuid],
) -> Result<HashMap<Uuid, Level>, StoreError> {
    let rows = sqlx::query!(
        "select item_id, on_hand_milli, safety_milli, version from ledger.stock_level
        where item_id = any($1) and outlet_id = $2",
        items,
        outlet,
    )
    .fetch_all(&mut *db)
    .await?;
    let parts = kit::of_items(db, items).await?;
    let parts = parts.values().flatten().map(|part| part.item.uuid());
    let counted: Vec<Uuid> = items.iter().copied().chain(parts).collect();
    let asked = OpenAsked {
        retailer,
        outlet: Some(outlet),
        skus: &[],
        items: &counted,
        after: None,
        limit: i64::MAX,
    };
    let open = open_quantities::find(db, asked).await?;
    let open: HashMap<Uuid, Quantity> = open
        .iter()
        .map(|open| (open.key.item, open.sum()))
        .collect();
    let places: Vec<(Uuid, Uuid)> = items.iter().map(|item| (*item, outlet)).collect();
    let kits = kit::levels(db, &places).await?;
    let left = kit::levels_without(db, &places, &open).await?;
    let rows: HashMap<Uuid, _> = rows.into_iter().map(|row| (row.item_id, row)).collect();
    let level = |item: Uuid| {
        let (on_hand, safety, version) = rows.get(&item).map_or((0, 0, 0), |row| {
            (row.on_hand_milli, row.safety_milli, row.version)
        });
        let own = open.get(&item).copied().unwrap_or_default().milli();
        let place = (item, outlet);
        let Some((kit, left)) = kits.get(&place).zip(left.get(&place)) else {
            return Level {
                available: Quantity::from_milli(on_hand.saturating_sub(safety)),
                open: Quantity::from_milli(own),
                version,
            };
        };
        let made = kit.can_be_made.milli();
        let kept = made.saturating_sub(left.can_be_made.milli());
        Level {
            available: Quantity::from_milli(made.saturating_sub(safety)),
            open: Quantity::from_milli(own.saturating_add(kept)),
            version: version + kit.version,
        }
    };
    Ok(items.iter().map(|item| (*item, level(*item))).collect())
}

impl OpenQuantity {
    /// Whatever the reason.
    fn sum(&self) -> Quantity {
        let Self {
            key: _,
            skipped,
            parked,
            held,
            awaiting_invoice,
            orders: _,
            oldest_at: _,
        } = self;
        let parts = [skipped, parked, held, awaiting_invoice];
        let milli = parts.map(|part| part.milli());
        Quantity::from_milli(milli.into_iter().fold(0, i64::saturating_add))
    }
}
