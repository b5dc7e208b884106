//! How far the orders have come that a shop says it has.

use jiff::Timestamp;
use retail::{RetailerId, ShopOrderId};
use uuid::Uuid;

use super::Reader;
use crate::store::StoreError;
use crate::store::ours::is_ours;
use crate::store::row::SqlTimestamp;

/// How far an order has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownOrder {
    pub order: String,
    /// The newest instant of change heard of, whatever was done with it; `None` when no delivery told one.
    pub modified_at: Option<Timestamp>,
    pub standing: Standing,
    /// The code, where the order is parked; of a sale, where a later version of it is.
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    Sale,
    /// A draft, a status that is not imported, or dismissed by a person.
    NotImported,
    /// Waits for a person.
    Parked,
}

impl Reader {
    /// What is known of `orders`, sorted by id; those never heard of are absent. `None` when the
    /// retailer has no such connection.
    pub async fn known_orders(
        &self,
        retailer: RetailerId,
        connection: Uuid,
        orders: &[ShopOrderId],
    ) -> Result<Option<Vec<KnownOrder>>, StoreError> {
        let ids: Vec<&str> = orders.iter().map(ShopOrderId::as_str).collect();
        let mut db = self.snapshot().await?;
        if !is_ours(&mut db, retailer, connection).await? {
            return Ok(None);
        }
        let rows = sqlx::query!(
            r#"select h.shop_order_id, h.sale_id is not null as "is_sale!", p.reason as "reason?",
                p.dismissed_at is null as "is_open!",
                greatest(h.version_at, h.draft_at, p.version_at, d.version_at)
                    as "modified_at: SqlTimestamp"
            from (select distinct unnest($2::text[]) collate "C" as shop_order_id) k
            join ledger.shop_order h
                on h.connection_id = $1 and h.shop_order_id = k.shop_order_id
            left join ledger.parked_order p
                on p.connection_id = h.connection_id and p.parked_kind = 'order'
                    and p.parked_key = h.shop_order_id
            cross join lateral (
                select max(d.version_at) as version_at from ledger.order_delivery d
                where d.connection_id = h.connection_id and d.shop_order_id = h.shop_order_id) d
            order by h.shop_order_id"#,
            connection,
            &ids as _,
        )
        .fetch_all(&mut *db)
        .await?;
        let known = rows.into_iter().map(|row| KnownOrder {
            order: row.shop_order_id,
            modified_at: row.modified_at.map(SqlTimestamp::to_jiff),
            standing: match (row.is_sale, &row.reason) {
                (true, _) => Standing::Sale,
                (false, Some(_)) if row.is_open => Standing::Parked,
                (false, Some(_) | None) => Standing::NotImported,
            },
            reason: row.reason,
        });
        Ok(Some(known.collect()))
    }
}
