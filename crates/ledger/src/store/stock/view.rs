//! Entries, for those who look.

use jiff::Timestamp;
use retail::stock::AdjustmentReason;
use retail::{Quantity, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::row::SqlTimestamp;
use crate::store::{Reader, StoreError, row};

/// What somebody did, all of it at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryView {
    pub entry: Uuid,
    pub outlet: Uuid,
    pub cause: EntryCause,
    pub reference: String,
    pub actor: String,
    pub note: String,
    pub recorded_at: Timestamp,
    /// By SKU; none where they were not asked for.
    pub lines: Vec<EntryLineView>,
}

/// What kind of thing somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryCause {
    Adjustment(AdjustmentReason),
    GoodsReceived,
    StockTake,
    /// The transfer has the entry's id.
    TransferSent,
    TransferReceived {
        transfer: Uuid,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryLineView {
    pub item: Uuid,
    /// Empty when the item has none.
    pub sku: String,
    pub name: String,
    pub quantity: Quantity,
}

/// Where a page of entries ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryKey {
    pub recorded_at: Timestamp,
    pub entry: Uuid,
}

/// An entry's row, with the transfer that it received something of.
pub(in crate::store) struct EntryRow {
    pub entry_id: Uuid,
    pub outlet_id: Uuid,
    pub cause: String,
    pub reason: Option<String>,
    pub reference: String,
    pub actor: String,
    pub note: String,
    pub recorded_at: SqlTimestamp,
    pub transfer_id: Option<Uuid>,
}

/// The same without what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    Adjustment,
    GoodsReceived,
    StockTake,
    TransferSent,
    TransferReceived,
}

impl EntryKind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Adjustment => "adjustment",
            Self::GoodsReceived => "goods_received",
            Self::StockTake => "stock_take",
            Self::TransferSent => "transfer_sent",
            Self::TransferReceived => "transfer_received",
        }
    }
}

impl EntryCause {
    #[must_use]
    pub const fn kind(self) -> EntryKind {
        match self {
            Self::Adjustment(_) => EntryKind::Adjustment,
            Self::GoodsReceived => EntryKind::GoodsReceived,
            Self::StockTake => EntryKind::StockTake,
            Self::TransferSent => EntryKind::TransferSent,
            Self::TransferReceived { transfer: _ } => EntryKind::TransferReceived,
        }
    }

    pub(super) const fn reason(self) -> Option<AdjustmentReason> {
        match self {
            Self::Adjustment(reason) => Some(reason),
            Self::GoodsReceived
            | Self::StockTake
            | Self::TransferSent
            | Self::TransferReceived { transfer: _ } => None,
        }
    }
}

impl Reader {
    /// One entry with its lines.
    pub async fn stock_entry(
        &self,
        retailer: RetailerId,
        entry: Uuid,
    ) -> Result<Option<EntryView>, StoreError> {
        let mut db = self.snapshot().await?;
        let found = sqlx::query_as!(
            EntryRow,
            r#"select e.entry_id, e.outlet_id, e.cause, e.reason, e.reference, e.actor, e.note,
                e.recorded_at as "recorded_at: SqlTimestamp", r.transfer_id as "transfer_id?"
            from ledger.stock_entry e
            left join ledger.transfer_receipt r on r.entry_id = e.entry_id
            where e.entry_id = $1 and e.retailer_id = $2"#,
            entry,
            retailer.uuid(),
        )
        .fetch_optional(&mut *db)
        .await?;
        let Some(found) = found else { return Ok(None) };
        let lines = lines(&mut db, entry).await?;
        Ok(Some(EntryView {
            lines,
            ..EntryView::try_from(found)?
        }))
    }

    /// Up to `limit` entries before `after`, newest first, without lines.
    pub async fn stock_entries(
        &self,
        retailer: RetailerId,
        outlet: Option<Uuid>,
        kind: Option<EntryKind>,
        after: Option<EntryKey>,
        limit: i64,
    ) -> Result<Vec<EntryView>, StoreError> {
        sqlx::query_as!(
            EntryRow,
            r#"select e.entry_id, e.outlet_id, e.cause, e.reason, e.reference, e.actor, e.note,
                e.recorded_at as "recorded_at: SqlTimestamp", r.transfer_id as "transfer_id?"
            from ledger.stock_entry e
            left join ledger.transfer_receipt r on r.entry_id = e.entry_id
            where e.retailer_id = $1
                and ($2::uuid is null or e.outlet_id = $2)
                and ($3::text is null or e.cause = $3)
                and ($4::timestamptz is null or (e.recorded_at, e.entry_id) < ($4, $5::uuid))
            order by e.recorded_at desc, e.entry_id desc
            limit $6"#,
            retailer.uuid(),
            outlet,
            kind.map(EntryKind::as_str),
            after.map(|key| row::at(key.recorded_at)) as _,
            after.map(|key| key.entry),
            limit,
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(EntryView::try_from)
        .collect()
    }
}

impl EntryView {
    #[must_use]
    pub fn key(&self) -> EntryKey {
        EntryKey {
            recorded_at: self.recorded_at,
            entry: self.entry,
        }
    }
}

impl TryFrom<EntryRow> for EntryView {
    type Error = StoreError;

    fn try_from(found: EntryRow) -> Result<Self, StoreError> {
        let EntryRow {
            entry_id,
            outlet_id,
            cause,
            reason,
            reference,
            actor,
            note,
            recorded_at,
            transfer_id,
        } = found;
        let unknown = || StoreError::corrupt("stock_entry", "cause", &cause);
        let cause = match (&*cause, reason, transfer_id) {
            ("adjustment", Some(reason), None) => EntryCause::Adjustment(reason_from(&reason)?),
            ("goods_received", None, None) => EntryCause::GoodsReceived,
            ("stock_take", None, None) => EntryCause::StockTake,
            ("transfer_sent", None, None) => EntryCause::TransferSent,
            ("transfer_received", None, Some(transfer)) => {
                EntryCause::TransferReceived { transfer }
            }
            (_, _, _) => return Err(unknown()),
        };
        Ok(Self {
            entry: entry_id,
            outlet: outlet_id,
            cause,
            reference,
            actor,
            note,
            recorded_at: recorded_at.to_jiff(),
            lines: Vec::new(),
        })
    }
}

fn reason_from(text: &str) -> Result<AdjustmentReason, StoreError> {
    let mut all = AdjustmentReason::ALL.into_iter();
    all.find(|reason| reason.as_str() == text)
        .ok_or_else(|| StoreError::corrupt("stock_entry", "reason", text))
}

/// What an entry moved.
async fn lines(db: &mut PgConnection, entry: Uuid) -> Result<Vec<EntryLineView>, StoreError> {
    let found = sqlx::query!(
        "select m.item_id, i.sku, i.name, m.quantity_milli
        from ledger.stock_movement m
        join ledger.item i on i.item_id = m.item_id
        where m.entry_id = $1
        order by i.sku_key, m.item_id",
        entry,
    )
    .fetch_all(db)
    .await?;
    Ok(found
        .into_iter()
        .map(|found| EntryLineView {
            item: found.item_id,
            sku: found.sku.unwrap_or_default(),
            name: found.name,
            quantity: Quantity::from_milli(found.quantity_milli),
        })
        .collect())
}
