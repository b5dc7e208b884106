//! Counting what is there.

use retail::{ItemId, OutletId, Quantity};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::enter::NewEntry;
use super::item::{self, Stocked};
use super::{AskedLine, EntryCause, StockError, StockTakeLine, StockTakeView, lock};
use crate::store::row;
use crate::store::{Once, StoreError};

/// A stock-take that is open, and locked with its outlet.
struct OpenTake {
    outlet: Uuid,
    number: i32,
}

impl Once {
    /// Starts a stock-take of an outlet: the next one, once the one before has ended.
    pub async fn start_stock_take(&mut self, outlet: Uuid) -> Result<StockTakeView, StockError> {
        let (retailer, now) = (self.retailer(), self.now());
        let take = self.new_id();
        let act = self.act().clone();
        let db = self.db();
        lock::outlet(db, retailer.uuid(), outlet).await?;
        let last = sqlx::query!(
            r#"select t.number, exists (select from ledger.stock_take_end n
                where n.stock_take_id = t.stock_take_id) as "has_ended!"
            from ledger.stock_take t
            where t.outlet_id = $1
            order by t.number desc
            limit 1"#,
            outlet,
        )
        .fetch_optional(&mut *db)
        .await?;
        let number = match last {
            None => 1,
            Some(last) if last.has_ended => last.number.saturating_add(1),
            Some(last) => {
                return Err(StockError::StockTakeOpen {
                    number: last.number,
                });
            }
        };
        sqlx::query!(
            "insert into ledger.stock_take (stock_take_id, retailer_id, outlet_id, number,
                started_at, started_by, note)
            values ($1, $2, $3, $4, $5, $6, $7)",
            take,
            retailer.uuid(),
            outlet,
            number,
            row::at(now) as _,
            act.actor,
            act.note,
        )
        .execute(&mut *db)
        .await?;
        of_take(db, retailer.uuid(), take).await
    }

    /// Keeps what was counted with what is on hand by the books now. In the order of `lines`.
    pub async fn count_stock(
        &mut self,
        take: Uuid,
        lines: &[AskedLine],
    ) -> Result<Vec<StockTakeLine>, StockError> {
        let (retailer, now) = (self.retailer(), self.now());
        let actor = self.act().actor.clone();
        let db = self.db();
        let OpenTake { outlet, number: _ } = lock_take(db, retailer.uuid(), take).await?;
        let items = item::find(db, retailer, lines).await?;
        let ids: Vec<Uuid> = items.iter().map(|item| item.item.uuid()).collect();
        let counted: Vec<i64> = lines.iter().map(|line| line.quantity.milli()).collect();
        sqlx::query!(
            "insert into ledger.stock_take_count (stock_take_id, item_id, number, counted_milli,
                on_hand_milli, counted_at, counted_by)
            select $1, n.item_id,
                1 + (select count(*) from ledger.stock_take_count c
                    where c.stock_take_id = $1 and c.item_id = n.item_id),
                n.counted_milli,
                coalesce((select l.on_hand_milli from ledger.stock_level l
                    where l.item_id = n.item_id and l.outlet_id = $2), 0),
                $5, $6
            from unnest($3::uuid[], $4::bigint[]) n (item_id, counted_milli)",
            take,
            outlet,
            &ids,
            &counted,
            row::at(now) as _,
            actor,
        )
        .execute(&mut *db)
        .await?;
        StockTakeLine::find(db, take, &ids)
            .await
            .map_err(Into::into)
    }

    /// Moves stock by what the last counts differed by, and ends the stock-take.
    pub async fn post_stock_take(&mut self, take: Uuid) -> Result<StockTakeView, StockError> {
        let retailer = self.retailer();
        let db = self.db();
        let open = lock_take(db, retailer.uuid(), take).await?;
        let lines = differences(db, take).await?;
        let outlet = OutletId::new(open.outlet);
        let told = |is_open: bool| json!({"stock_take_id": take, "is_open": is_open});
        // Levels that it moves are told instead.
        self.note_change(Some(told(true)), told(false));
        if !lines.is_empty() {
            self.enter(NewEntry {
                entry: take,
                outlet,
                cause: EntryCause::StockTake,
                reference: "",
                lines,
            })
            .await?;
        }
        self.end_stock_take(take, &open, "posted").await
    }

    /// Ends the stock-take; nothing moves.
    pub async fn cancel_stock_take(&mut self, take: Uuid) -> Result<StockTakeView, StockError> {
        let retailer = self.retailer();
        let open = lock_take(self.db(), retailer.uuid(), take).await?;
        let told = |is_open: bool| json!({"stock_take_id": take, "is_open": is_open});
        self.note_change(Some(told(true)), told(false));
        self.end_stock_take(take, &open, "cancelled").await
    }

    async fn end_stock_take(
        &mut self,
        take: Uuid,
        open: &OpenTake,
        outcome: &'static str,
    ) -> Result<StockTakeView, StockError> {
        let (retailer, now) = (self.retailer(), self.now());
        let act = self.act().clone();
        let OpenTake { outlet, number } = open;
        let db = self.db();
        sqlx::query!(
            "insert into ledger.stock_take_end (outlet_id, number, stock_take_id, outcome, ended_at,
                ended_by, note)
            values ($1, $2, $3, $4, $5, $6, $7)",
            outlet,
            number,
            take,
            outcome,
            row::at(now) as _,
            act.actor,
            act.note,
        )
        .execute(&mut *db)
        .await?;
        of_take(db, retailer.uuid(), take).await
    }
}

/// Nobody else counts, ends or starts one in the outlet until the transaction ends.
async fn lock_take(
    db: &mut PgConnection,
    retailer: Uuid,
    take: Uuid,
) -> Result<OpenTake, StockError> {
    let found = sqlx::query!(
        "select outlet_id, number from ledger.stock_take
        where stock_take_id = $1 and retailer_id = $2",
        take,
        retailer,
    )
    .fetch_optional(&mut *db)
    .await?
    .ok_or(StockError::UnknownStockTake)?;
    lock::outlet(db, retailer, found.outlet_id).await?;
    let has_ended = sqlx::query_scalar!(
        r#"select exists (select from ledger.stock_take_end
            where stock_take_id = $1) as "has_ended!""#,
        take,
    )
    .fetch_one(db)
    .await?;
    if has_ended {
        return Err(StockError::StockTakeEnded);
    }
    Ok(OpenTake {
        outlet: found.outlet_id,
        number: found.number,
    })
}

/// What the last count of each item differs by, where it does.
async fn differences(
    db: &mut PgConnection,
    take: Uuid,
) -> Result<Vec<(Stocked, Quantity)>, StoreError> {
    let found = sqlx::query!(
        r#"select c.item_id as "item_id!", i.sku, i.name as "name!", c.difference as "difference!"
        from (
            select distinct on (item_id) item_id, counted_milli - on_hand_milli as difference
            from ledger.stock_take_count
            where stock_take_id = $1
            order by item_id, number desc
        ) c
        join ledger.item i on i.item_id = c.item_id
        where c.difference <> 0"#,
        take,
    )
    .fetch_all(db)
    .await?;
    Ok(found
        .into_iter()
        .map(|found| {
            let item = Stocked {
                item: ItemId::new(found.item_id),
                sku: found.sku.unwrap_or_default(),
                name: found.name,
            };
            (item, Quantity::from_milli(found.difference))
        })
        .collect())
}

async fn of_take(
    db: &mut PgConnection,
    retailer: Uuid,
    take: Uuid,
) -> Result<StockTakeView, StockError> {
    let view = StockTakeView::find(db, retailer, take).await?;
    view.ok_or_else(|| StoreError::corrupt("stock_take", "stock_take_id", "gone").into())
}
