//! Transfers, for those who look.

use jiff::Timestamp;
use retail::stock::{Transferred, Transit};
use retail::{Quantity, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::view::{EntryKey, EntryRow, EntryView};
use crate::store::row::SqlTimestamp;
use crate::store::{Reader, StoreError, row};

/// Whether something of a transfer is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferState {
    InTransit,
    Received,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferView {
    pub transfer: Uuid,
    pub from: Uuid,
    pub to: Uuid,
    pub state: TransferState,
    pub reference: String,
    pub sent_at: Timestamp,
    pub sent_by: String,
    pub note: String,
    /// Something is short or over.
    pub has_differences: bool,
    /// By SKU; none where they were not asked for.
    pub lines: Vec<TransferLineView>,
    /// Without their lines, oldest first; none where they were not asked for.
    pub receipts: Vec<EntryView>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferLineView {
    pub item: Uuid,
    /// Empty when the item has none.
    pub sku: String,
    pub name: String,
    pub of: Transferred,
    pub transit: Transit,
}

/// Which transfers are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct TransferFilter {
    /// From or to this outlet.
    pub outlet: Option<Uuid>,
    pub state: Option<TransferState>,
    pub only_differences: bool,
}

struct TransferRow {
    transfer_id: Uuid,
    from_outlet_id: Uuid,
    to_outlet_id: Uuid,
    is_received: bool,
    reference: String,
    sent_at: SqlTimestamp,
    sent_by: String,
    note: String,
    has_differences: bool,
}

impl Reader {
    /// One transfer with its lines and receipts.
    pub async fn transfer(
        &self,
        retailer: RetailerId,
        transfer: Uuid,
    ) -> Result<Option<TransferView>, StoreError> {
        let mut db = self.snapshot().await?;
        TransferView::find(&mut db, retailer.uuid(), transfer).await
    }

    /// Up to `limit` transfers sent before `after`, the last sent first, without lines and receipts.
    pub async fn transfers(
        &self,
        retailer: RetailerId,
        filter: TransferFilter,
        after: Option<EntryKey>,
        limit: i64,
    ) -> Result<Vec<TransferView>, StoreError> {
        let mut db = self.snapshot().await?;
        let found = list(&mut db, retailer.uuid(), None, filter, after, limit).await?;
        Ok(found.into_iter().map(TransferView::from).collect())
    }
}

impl TransferView {
    pub(super) async fn find(
        db: &mut PgConnection,
        retailer: Uuid,
        transfer: Uuid,
    ) -> Result<Option<Self>, StoreError> {
        let filter = TransferFilter::default();
        let mut found = list(db, retailer, Some(transfer), filter, None, 1).await?;
        let Some(found) = found.pop() else {
            return Ok(None);
        };
        let view = Self::from(found);
        let is_received = view.state == TransferState::Received;
        Ok(Some(Self {
            lines: lines(db, transfer, is_received).await?,
            receipts: receipts(db, transfer).await?,
            ..view
        }))
    }

    #[must_use]
    pub fn key(&self) -> EntryKey {
        EntryKey {
            recorded_at: self.sent_at,
            entry: self.transfer,
        }
    }
}

impl From<TransferRow> for TransferView {
    fn from(found: TransferRow) -> Self {
        let TransferRow {
            transfer_id,
            from_outlet_id,
            to_outlet_id,
            is_received,
            reference,
            sent_at,
            sent_by,
            note,
            has_differences,
        } = found;
        Self {
            transfer: transfer_id,
            from: from_outlet_id,
            to: to_outlet_id,
            state: if is_received {
                TransferState::Received
            } else {
                TransferState::InTransit
            },
            reference,
            sent_at: sent_at.to_jiff(),
            sent_by,
            note,
            has_differences,
            lines: Vec::new(),
            receipts: Vec::new(),
        }
    }
}

/// What is over is known at once; what is short when nothing more is to come.
async fn list(
    db: &mut PgConnection,
    retailer: Uuid,
    transfer: Option<Uuid>,
    filter: TransferFilter,
    after: Option<EntryKey>,
    limit: i64,
) -> Result<Vec<TransferRow>, StoreError> {
    let TransferFilter {
        outlet,
        state,
        only_differences,
    } = filter;
    let is_received = state.map(|state| match state {
        TransferState::InTransit => false,
        TransferState::Received => true,
    });
    let found = sqlx::query_as!(
        TransferRow,
        r#"select t.transfer_id, e.outlet_id as from_outlet_id, t.to_outlet_id, e.reference, e.note,
            e.recorded_at as "sent_at: SqlTimestamp", e.actor as sent_by,
            r.is_received as "is_received!", d.has_differences as "has_differences!"
        from ledger.stock_entry e
        join ledger.transfer t on t.transfer_id = e.entry_id
        cross join lateral (
            select exists (select from ledger.transfer_receipt r
                where r.transfer_id = t.transfer_id and r.is_last) as is_received) r
        cross join lateral (
            select exists (
                select from ledger.stock_movement m
                where m.entry_id = t.transfer_id or m.entry_id in (
                    select r.entry_id from ledger.transfer_receipt r
                    where r.transfer_id = t.transfer_id)
                group by m.item_id
                having sum(m.quantity_milli) > 0 or (r.is_received and sum(m.quantity_milli) < 0)
            ) as has_differences) d
        where e.retailer_id = $1 and e.cause = 'transfer_sent'
            and ($2::uuid is null or e.entry_id = $2)
            and ($3::uuid is null or e.outlet_id = $3 or t.to_outlet_id = $3)
            and ($4::boolean is null or r.is_received = $4)
            and ($5::boolean is false or d.has_differences)
            and ($6::timestamptz is null or (e.recorded_at, e.entry_id) < ($6, $7::uuid))
        order by e.recorded_at desc, e.entry_id desc
        limit $8"#,
        retailer,
        transfer,
        outlet,
        is_received,
        only_differences,
        after.map(|key| row::at(key.recorded_at)) as _,
        after.map(|key| key.entry),
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(found)
}

/// By what moved: out of the one outlet, into the other.
async fn lines(
    db: &mut PgConnection,
    transfer: Uuid,
    is_received: bool,
) -> Result<Vec<TransferLineView>, StoreError> {
    sqlx::query!(
        r#"select m.item_id, coalesce(i.sku, '') as "sku!", i.name,
            coalesce(-sum(m.quantity_milli) filter (where m.entry_id = $1), 0)::bigint as "sent!",
            coalesce(sum(m.quantity_milli) filter (where m.entry_id <> $1), 0)::bigint as "received!"
        from ledger.stock_movement m
        join ledger.item i on i.item_id = m.item_id
        where m.entry_id = $1 or m.entry_id in (
            select r.entry_id from ledger.transfer_receipt r where r.transfer_id = $1)
        group by m.item_id, i.sku, i.name
        order by coalesce(i.sku, ''), m.item_id"#,
        transfer,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|found| {
        let of = Transferred {
            sent: Quantity::from_milli(found.sent),
            received: Quantity::from_milli(found.received),
        };
        let transit = of
            .transit(is_received)
            .map_err(|_| StoreError::corrupt("stock_movement", "quantity_milli", "too large"))?;
        Ok(TransferLineView {
            item: found.item_id,
            sku: found.sku,
            name: found.name,
            of,
            transit,
        })
    })
    .collect()
}

async fn receipts(db: &mut PgConnection, transfer: Uuid) -> Result<Vec<EntryView>, StoreError> {
    sqlx::query_as!(
        EntryRow,
        r#"select e.entry_id, e.outlet_id, e.cause, e.reason, e.reference, e.actor, e.note,
            e.recorded_at as "recorded_at: SqlTimestamp", r.transfer_id as "transfer_id?"
        from ledger.transfer_receipt r
        join ledger.stock_entry e on e.entry_id = r.entry_id
        where r.transfer_id = $1
        order by e.recorded_at, e.entry_id"#,
        transfer,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(EntryView::try_from)
    .collect()
}
