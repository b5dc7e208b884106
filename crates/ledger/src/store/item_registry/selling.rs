//! Orders that wait because something that they sell was deleted.

use retail::{ConnectionId, RetailerId, ShopOrderId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::decide::Reason;
use crate::store::{Reader, StoreError};

impl Reader {
    /// Orders that wait for one of the items and were not tried under `request`, the longest parked first.
    pub async fn orders_waiting_for(
        &self,
        retailer: RetailerId,
        items: &[Uuid],
        request: Uuid,
    ) -> Result<Vec<(ConnectionId, ShopOrderId)>, StoreError> {
        let mut db = self.pool.acquire().await?;
        waiting_for(&mut db, retailer, items, Some(request)).await
    }
}

/// The same, or all of them. One that names nothing it sells by variant or SKU may wait for any item.
pub(super) async fn waiting_for(
    db: &mut PgConnection,
    retailer: RetailerId,
    items: &[Uuid],
    not_under: Option<Uuid>,
) -> Result<Vec<(ConnectionId, ShopOrderId)>, StoreError> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let found = sqlx::query!(
        "select p.connection_id, p.parked_key
        from ledger.parked_order p
        where p.retailer_id = $1 and p.parked_kind = 'order' and p.reason = $2
            and p.message is not null and p.dismissed_at is null
            and exists (select from ledger.open_line o
                where o.connection_id = p.connection_id and o.shop_order_id = p.parked_key
                    and (o.variant is null and o.sku is null
                        or exists (select from ledger.item i
                            where i.item_id = any($3) and i.sku = o.sku)
                        or exists (select from ledger.item_link l
                            where l.connection_id = o.connection_id and l.link_kind = 'variant'
                                and l.shop_key = o.variant and l.item_id = any($3))
                        or exists (select from ledger.item_remap r
                            where r.connection_id = o.connection_id
                                and (r.remap_kind, r.shop_key)
                                    in (('variant', o.variant), ('sku', o.sku))
                                and r.item_id = any($3))))
            and not exists (select from ledger.order_action a
                where a.request_id = $4 and a.connection_id = p.connection_id
                    and a.subject_kind = 'order' and a.subject_key = p.parked_key)
        order by p.first_parked_at, p.connection_id, p.parked_key",
        retailer.uuid(),
        Reason::PRODUCT_DELETED,
        items,
        not_under,
    )
    .fetch_all(db)
    .await?;
    let order = |key: &str| {
        ShopOrderId::new(key).map_err(|_| StoreError::corrupt("parked_order", "parked_key", key))
    };
    found
        .into_iter()
        .map(|row| {
            Ok((
                ConnectionId::new(row.connection_id),
                order(&row.parked_key)?,
            ))
        })
        .collect()
}
