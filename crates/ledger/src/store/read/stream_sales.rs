//! Sales in the order in which they last changed, without gaps.
//!
//! A row carries the transaction that changed it. Below the oldest transaction still running, no row
//! can appear or change any more without taking a higher number; so whoever reads only there, in the
//! order of (transaction, sale), and remembers where, misses nothing, however many write at once.

use retail::RetailerId;
use uuid::Uuid;

use super::list_sales::{Columns, connections_of};
use super::sale_view::{SaleRow, sale_rows};
use super::{Reader, SaleFilter, SaleParts, SaleView, item_by_sku};
use crate::store::StoreError;
use crate::store::row::SqlTimestamp;

/// A place in the order of changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangeKey {
    pub xid: i64,
    pub sale: Uuid,
}

/// A piece of the stream.
#[derive(Clone, Debug)]
pub struct ChangedSales {
    /// Each with its place.
    pub sales: Vec<(ChangeKey, SaleView)>,
    /// Where to read on. Beyond the last sale when the rest was looked at and did not match.
    pub next: ChangeKey,
    /// Nothing more is there at this moment.
    pub is_end: bool,
    /// Every transaction below this number has ended, and what it committed is on this page or before.
    pub horizon: i64,
    /// Every transaction at or above this number began after this page was read.
    pub frontier: i64,
}

/// Where the running transactions lie.
struct Bounds {
    horizon: i64,
    frontier: i64,
}

impl Reader {
    /// Up to `limit` sales after `after`.
    pub async fn changed_sales(
        &self,
        retailer: RetailerId,
        filter: &SaleFilter,
        parts: SaleParts,
        after: ChangeKey,
        limit: i64,
    ) -> Result<ChangedSales, StoreError> {
        let mut db = self.snapshot().await?;
        let Columns {
            state,
            balance,
            receipt_key,
            receipt_number,
            from,
            until,
        } = filter.columns();
        let Bounds { horizon, frontier } = sqlx::query_as!(
            Bounds,
            r#"select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as "horizon!",
                pg_snapshot_xmax(pg_current_snapshot())::text::bigint as "frontier!""#
        )
        .fetch_one(&mut *db)
        .await?;
        let everything = ChangedSales {
            sales: Vec::new(),
            next: after.max(ChangeKey {
                xid: horizon - 1,
                sale: Uuid::max(),
            }),
            is_end: true,
            horizon,
            frontier,
        };
        let item = match &filter.sku {
            None => None,
            Some(sku) => match item_by_sku(&mut db, retailer.uuid(), sku).await? {
                None => return Ok(everything),
                item => item,
            },
        };
        let of_platform = match &filter.platform {
            None => None,
            Some(platform) => Some(connections_of(&mut db, retailer.uuid(), platform).await?),
        };
        let rows = sale_rows!(
            "from (
                select * from ledger.sale s
                where s.retailer_id = $1
                    and (s.changed_xid, s.sale_id) > ($2, $3::uuid)
                    and s.changed_xid < $4
                    and ($5::uuid is null or s.outlet_id = $5)
                    and ($6::uuid is null or s.register_id = $6)
                    and ($7::uuid is null or s.connection_id = $7)
                    and ($8::text is null or s.state = $8)
                    and ($9::text is null or s.balance = $9)
                    and ($10::text is null or s.receipt_key = $10)
                    and ($11::text is null or lower(s.receipt_number) = lower($11))
                    and ($12::timestamptz is null or s.placed_at >= $12)
                    and ($13::timestamptz is null or s.placed_at < $13)
                    and ($14::uuid is null or s.customer_id = $14)
                    and ($15::uuid is null or exists (
                        select from ledger.sale_line l where l.sale_id = s.sale_id and l.item_id = $15))
                    and ($16::uuid[] is null or s.connection_id = any($16))
                order by s.changed_xid, s.sale_id
                limit $17) s
            join ledger.customer c on c.customer_id = s.customer_id
            order by s.changed_xid, s.sale_id",
            retailer.uuid(),
            after.xid,
            after.sale,
            horizon,
            filter.outlet,
            filter.register,
            filter.connection,
            state,
            balance,
            receipt_key,
            receipt_number,
            from as _,
            until as _,
            filter.customer,
            item,
            of_platform.as_deref(),
            limit,
        )
        .fetch_all(&mut *db)
        .await?;
        let is_full = i64::try_from(rows.len()).is_ok_and(|count| count >= limit);
        let places: Vec<ChangeKey> = rows.iter().map(SaleRow::place).collect();
        let views = rows.into_iter().map(SaleRow::view);
        let mut sales = views.collect::<Result<Vec<_>, _>>()?;
        match parts {
            SaleParts::Head => {}
            SaleParts::All => SaleView::fill(&mut db, &mut sales).await?,
        }
        let last = places.last().copied().filter(|_| is_full);
        Ok(ChangedSales {
            sales: places.into_iter().zip(sales).collect(),
            next: last.unwrap_or(everything.next),
            is_end: !is_full,
            horizon,
            frontier,
        })
    }
}
