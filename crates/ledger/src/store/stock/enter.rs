//! Writes an entry: what it moves, and what it says.

use retail::stock::AdjustmentReason;
use retail::{OutletId, Quantity};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::item::{self, Stocked};
use super::{AskedLine, EntryCause, EntryLineView, EntryView, StockError};
use crate::decide::{Dirty, MovementCause, MovementRow};
use crate::store::{Once, StoreError, level, outbox, row};

/// What somebody does to the stock of an outlet.
#[derive(Clone, Debug)]
pub struct EntryAsked {
    pub outlet: Uuid,
    /// Negative takes away.
    pub lines: Vec<AskedLine>,
    pub reference: String,
}

/// An entry to be written.
pub(super) struct NewEntry<'a> {
    pub entry: Uuid,
    pub outlet: OutletId,
    pub cause: EntryCause,
    pub reference: &'a str,
    pub lines: Vec<(Stocked, Quantity)>,
}

impl Once {
    /// Changes stock by so much, for a reason.
    pub async fn adjust(
        &mut self,
        asked: &EntryAsked,
        reason: AdjustmentReason,
    ) -> Result<EntryView, StockError> {
        self.enter_asked(asked, EntryCause::Adjustment(reason))
            .await
    }

    /// Takes in what a supplier delivered.
    pub async fn receive_goods(&mut self, asked: &EntryAsked) -> Result<EntryView, StockError> {
        self.enter_asked(asked, EntryCause::GoodsReceived).await
    }

    async fn enter_asked(
        &mut self,
        asked: &EntryAsked,
        cause: EntryCause,
    ) -> Result<EntryView, StockError> {
        let EntryAsked {
            outlet,
            lines,
            reference,
        } = asked;
        let retailer = self.retailer();
        let entry = self.new_id();
        let (outlet, _) = item::outlet(self.db(), retailer, *outlet).await?;
        let items = item::find(self.db(), retailer, lines).await?;
        let quantities = lines.iter().map(|line| line.quantity);
        self.enter(NewEntry {
            entry,
            outlet,
            cause,
            reference,
            lines: items.into_iter().zip(quantities).collect(),
        })
        .await
    }

    /// Moves stock. Levels are locked in the order of their keys, as sales lock them.
    pub(super) async fn enter(&mut self, new: NewEntry<'_>) -> Result<EntryView, StockError> {
        let NewEntry {
            entry,
            outlet,
            cause,
            reference,
            mut lines,
        } = new;
        let (retailer, now) = (self.retailer(), self.now());
        let act = self.act().clone();
        lines.sort_by(|(a, _), (b, _)| (&a.sku, a.item).cmp(&(&b.sku, b.item)));
        let movements: Vec<MovementRow> = lines
            .iter()
            .map(|(item, quantity)| MovementRow {
                movement: self.new_id(),
                item: item.item,
                outlet,
                quantity: *quantity,
                cause: MovementCause::Entry(entry),
            })
            .collect();
        let mut dirty: Vec<Dirty> = lines
            .iter()
            .map(|(item, _)| Dirty::Stock(retailer, item.item, outlet))
            .collect();
        dirty.sort_unstable();
        let db = self.db();
        sqlx::query!(
            "insert into ledger.stock_entry (entry_id, retailer_id, outlet_id, cause, reason,
                reference, actor, note, recorded_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            entry,
            retailer.uuid(),
            outlet.uuid(),
            cause.kind().as_str(),
            cause.reason().map(AdjustmentReason::as_str),
            reference,
            act.actor,
            act.note,
            row::at(now) as _,
        )
        .execute(&mut *db)
        .await?;
        level::move_stock(db, &movements, now).await?;
        outbox::mark(db, &dirty, now).await?;
        let (before, after) = levels(db, outlet, &movements).await?;
        self.note_change(Some(before), after);
        Ok(EntryView {
            entry,
            outlet: outlet.uuid(),
            cause,
            reference: reference.to_owned(),
            actor: act.actor,
            note: act.note,
            recorded_at: now,
            lines: lines
                .into_iter()
                .map(|(item, quantity)| EntryLineView {
                    item: item.item.uuid(),
                    sku: item.sku,
                    name: item.name,
                    quantity,
                })
                .collect(),
        })
    }
}

/// What was on hand of what was moved, and what is since, as the audit log tells it.
async fn levels(
    db: &mut PgConnection,
    outlet: OutletId,
    movements: &[MovementRow],
) -> Result<(Value, Value), StoreError> {
    let items: Vec<Uuid> = movements.iter().map(|moved| moved.item.uuid()).collect();
    let found = sqlx::query!(
        "select item_id, on_hand_milli from ledger.stock_level
        where outlet_id = $1 and item_id = any($2)
        order by item_id",
        outlet.uuid(),
        &items,
    )
    .fetch_all(db)
    .await?;
    let moved = |item: Uuid| {
        let of_item = movements.iter().filter(|moved| moved.item.uuid() == item);
        of_item.map(|moved| moved.quantity.milli()).sum::<i64>()
    };
    let level = |item: Uuid, milli: i64| json!({"item_id": item, "on_hand": Quantity::from_milli(milli).to_string()});
    let before = found
        .iter()
        .map(|row| level(row.item_id, row.on_hand_milli - moved(row.item_id)));
    let after = found
        .iter()
        .map(|row| level(row.item_id, row.on_hand_milli));
    let told = |levels: Vec<Value>| json!({"outlet_id": outlet.uuid(), "levels": levels});
    Ok((told(before.collect()), told(after.collect())))
}
