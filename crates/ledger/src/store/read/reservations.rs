//! Unpaid sales that hold stock, by age.

use jiff::Timestamp;
use retail::RetailerId;
use uuid::Uuid;

use super::{Reader, SaleKey, SaleView};
use crate::store::{StoreError, row};

impl Reader {
    /// Up to `limit` sales that are not fully paid and hold stock, placed before `until` and after `after`, the
    /// longest placed first, with their lines and payments.
    pub async fn list_reservations(
        &self,
        retailer: RetailerId,
        outlet: Option<Uuid>,
        until: Option<Timestamp>,
        after: Option<SaleKey>,
        limit: i64,
    ) -> Result<Vec<SaleView>, StoreError> {
        let mut db = self.snapshot().await?;
        let ids = sqlx::query_scalar!(
            "select s.sale_id
            from ledger.sale s
            where s.retailer_id = $1 and s.state = 'closed' and s.balance <> 'paid'
                and ($2::uuid is null or s.outlet_id = $2)
                and ($3::timestamptz is null or s.placed_at < $3)
                and ($4::timestamptz is null or (s.placed_at, s.sale_id) > ($4, $5::uuid))
                and exists (select from ledger.sale_line l
                    where l.sale_id = s.sale_id and l.deducted_milli + l.awaiting_milli > 0)
            order by s.placed_at, s.sale_id
            limit $6",
            retailer.uuid(),
            outlet,
            until.map(row::at) as _,
            after.map(|key| row::at(key.placed_at)) as _,
            after.map(|key| key.sale),
            limit,
        )
        .fetch_all(&mut *db)
        .await?;
        let mut sales = SaleView::load(&mut db, &ids).await?;
        SaleView::fill(&mut db, &mut sales).await?;
        Ok(sales)
    }
}
