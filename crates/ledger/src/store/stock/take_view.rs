//! Stock-takes, for those who look.

use std::collections::HashMap;

use jiff::Timestamp;
use retail::{Quantity, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::row::SqlTimestamp;
use crate::store::{Reader, StoreError, row};

/// How a stock-take stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockTakeState {
    Open,
    /// Its entry has its id, if anything differed.
    Posted,
    Cancelled,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockTakeView {
    pub take: Uuid,
    pub outlet: Uuid,
    pub number: i32,
    pub state: StockTakeState,
    pub started_at: Timestamp,
    pub started_by: String,
    pub note: String,
    /// `None` while it is open.
    pub end: Option<StockTakeEnd>,
    pub counted_items: i64,
    pub differing_items: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockTakeEnd {
    pub ended_at: Timestamp,
    pub ended_by: String,
    pub note: String,
}

/// The last count of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockTakeLine {
    pub item: Uuid,
    /// Empty when the item has none.
    pub sku: String,
    pub name: String,
    pub counted: Quantity,
    /// By the books when it was counted.
    pub on_hand: Quantity,
    pub difference: Quantity,
    pub counted_at: Timestamp,
    pub counted_by: String,
    /// How often it was counted.
    pub counts: i32,
}

/// Where a page of stock-takes ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StockTakeKey {
    pub started_at: Timestamp,
    pub take: Uuid,
}

/// Where a page of a stock-take's lines ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockTakeLineKey {
    pub sku: String,
    pub item: Uuid,
}

impl Reader {
    /// One stock-take.
    pub async fn stock_take(
        &self,
        retailer: RetailerId,
        take: Uuid,
    ) -> Result<Option<StockTakeView>, StoreError> {
        let mut db = self.snapshot().await?;
        StockTakeView::find(&mut db, retailer.uuid(), take).await
    }

    /// Up to `limit` stock-takes started before `after`, the last started first.
    pub async fn stock_takes(
        &self,
        retailer: RetailerId,
        outlet: Option<Uuid>,
        after: Option<StockTakeKey>,
        limit: i64,
    ) -> Result<Vec<StockTakeView>, StoreError> {
        let mut db = self.snapshot().await?;
        list(&mut db, retailer.uuid(), None, outlet, after, limit).await
    }

    /// Up to `limit` items counted after `after`, by SKU. Nothing of another retailer's stock-take.
    pub async fn stock_take_lines(
        &self,
        retailer: RetailerId,
        take: Uuid,
        only_differences: bool,
        after: Option<&StockTakeLineKey>,
        limit: i64,
    ) -> Result<Vec<StockTakeLine>, StoreError> {
        let found = sqlx::query_as!(
            LineRow,
            r#"select c.item_id as "item_id!", i.sku_key as "sku!", i.name as "name!",
                c.counted_milli as "counted_milli!", c.on_hand_milli as "on_hand_milli!",
                c.number as "number!", c.counted_at as "counted_at!: SqlTimestamp",
                c.counted_by as "counted_by!"
            from ledger.stock_take t
            cross join lateral (
                select distinct on (item_id) * from ledger.stock_take_count
                where stock_take_id = t.stock_take_id
                order by item_id, number desc
            ) c
            join ledger.item i on i.item_id = c.item_id
            where t.stock_take_id = $1 and t.retailer_id = $2
                and ($3::boolean is false or c.counted_milli <> c.on_hand_milli)
                and ($4::text is null or (i.sku_key, c.item_id) > ($4, $5::uuid))
            order by i.sku_key, c.item_id
            limit $6"#,
            take,
            retailer.uuid(),
            only_differences,
            after.map(|key| key.sku.as_str()),
            after.map(|key| key.item),
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(found.into_iter().map(StockTakeLine::from).collect())
    }
}

impl StockTakeView {
    pub(super) async fn find(
        db: &mut PgConnection,
        retailer: Uuid,
        take: Uuid,
    ) -> Result<Option<Self>, StoreError> {
        let mut found = list(db, retailer, Some(take), None, None, 1).await?;
        Ok(found.pop())
    }

    #[must_use]
    pub fn key(&self) -> StockTakeKey {
        StockTakeKey {
            started_at: self.started_at,
            take: self.take,
        }
    }
}

async fn list(
    db: &mut PgConnection,
    retailer: Uuid,
    take: Option<Uuid>,
    outlet: Option<Uuid>,
    after: Option<StockTakeKey>,
    limit: i64,
) -> Result<Vec<StockTakeView>, StoreError> {
    sqlx::query!(
        r#"select t.stock_take_id, t.outlet_id, t.number, t.started_by, t.note,
            t.started_at as "started_at: SqlTimestamp", n.outcome as "outcome?",
            n.ended_at as "ended_at?: SqlTimestamp", n.ended_by as "ended_by?",
            n.note as "end_note?", c.items as "items!", c.differing as "differing!"
        from ledger.stock_take t
        left join ledger.stock_take_end n on n.stock_take_id = t.stock_take_id
        cross join lateral (
            select count(*) as items, count(*) filter (where counted_milli <> on_hand_milli) as differing
            from (
                select distinct on (item_id) counted_milli, on_hand_milli
                from ledger.stock_take_count
                where stock_take_id = t.stock_take_id
                order by item_id, number desc) l
        ) c
        where t.retailer_id = $1
            and ($2::uuid is null or t.stock_take_id = $2)
            and ($3::uuid is null or t.outlet_id = $3)
            and ($4::timestamptz is null or (t.started_at, t.stock_take_id) < ($4, $5::uuid))
        order by t.started_at desc, t.stock_take_id desc
        limit $6"#,
        retailer,
        take,
        outlet,
        after.map(|key| row::at(key.started_at)) as _,
        after.map(|key| key.take),
        limit,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|found| {
        let end = found.ended_at.zip(found.ended_by).zip(found.end_note);
        Ok(StockTakeView {
            take: found.stock_take_id,
            outlet: found.outlet_id,
            number: found.number,
            state: state_from(found.outcome.as_deref())?,
            started_at: found.started_at.to_jiff(),
            started_by: found.started_by,
            note: found.note,
            end: end.map(|((ended_at, ended_by), note)| StockTakeEnd {
                ended_at: ended_at.to_jiff(),
                ended_by,
                note,
            }),
            counted_items: found.items,
            differing_items: found.differing,
        })
    })
    .collect()
}

fn state_from(outcome: Option<&str>) -> Result<StockTakeState, StoreError> {
    match outcome {
        None => Ok(StockTakeState::Open),
        Some("posted") => Ok(StockTakeState::Posted),
        Some("cancelled") => Ok(StockTakeState::Cancelled),
        Some(other) => Err(StoreError::corrupt("stock_take_end", "outcome", other)),
    }
}

struct LineRow {
    item_id: Uuid,
    sku: String,
    name: String,
    counted_milli: i64,
    on_hand_milli: i64,
    number: i32,
    counted_at: SqlTimestamp,
    counted_by: String,
}

impl From<LineRow> for StockTakeLine {
    fn from(found: LineRow) -> Self {
        let LineRow {
            item_id,
            sku,
            name,
            counted_milli,
            on_hand_milli,
            number,
            counted_at,
            counted_by,
        } = found;
        Self {
            item: item_id,
            sku,
            name,
            counted: Quantity::from_milli(counted_milli),
            on_hand: Quantity::from_milli(on_hand_milli),
            // What is counted is small beside what a level may be.
            difference: Quantity::from_milli(counted_milli.saturating_sub(on_hand_milli)),
            counted_at: counted_at.to_jiff(),
            counted_by,
            counts: number,
        }
    }
}

impl StockTakeLine {
    #[must_use]
    pub fn key(&self) -> StockTakeLineKey {
        StockTakeLineKey {
            sku: self.sku.clone(),
            item: self.item,
        }
    }

    /// The last counts of `items`, which were all counted, in their order.
    pub(super) async fn find(
        db: &mut PgConnection,
        take: Uuid,
        items: &[Uuid],
    ) -> Result<Vec<Self>, StoreError> {
        let found = sqlx::query_as!(
            LineRow,
            r#"select distinct on (c.item_id) c.item_id, i.sku_key as "sku!", i.name,
                c.counted_milli, c.on_hand_milli, c.number,
                c.counted_at as "counted_at: SqlTimestamp", c.counted_by
            from ledger.stock_take_count c
            join ledger.item i on i.item_id = c.item_id
            where c.stock_take_id = $1 and c.item_id = any($2)
            order by c.item_id, c.number desc"#,
            take,
            items,
        )
        .fetch_all(db)
        .await?;
        let mut found: HashMap<Uuid, Self> = found
            .into_iter()
            .map(|found| (found.item_id, Self::from(found)))
            .collect();
        Ok(items.iter().filter_map(|item| found.remove(item)).collect())
    }
}
