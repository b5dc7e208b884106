//! The exactly-once receipt of an order (R-1).

use std::collections::HashMap;

use retail::{Quantity, RetailerId, ShopOrderId, Version};
use sqlx::PgConnection;
use uuid::Uuid;

use super::movements::KitRow;
use super::{CauseView, MovementView, ParkedView, Reader, SaleCause, SaleView, parked};
use crate::decide::{Delivery, Outcome};
use crate::store::row::SqlTimestamp;
use crate::store::{StoreError, row};

/// Everything the ledger has of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// By time of arrival.
    pub deliveries: Vec<DeliveryView>,
    /// Deliveries that repeated what was recorded, too old to be listed.
    pub forgotten_deliveries: i32,
    pub sale: Option<SaleView>,
    /// Oldest first.
    pub movements: Vec<MovementView>,
    pub parked: Option<ParkedView>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryView {
    pub delivery: Delivery,
    pub version: Option<Version>,
    pub outcome: Outcome,
    pub revision: Option<i32>,
}

impl Reader {
    /// The receipt of an order; `None` when it was never seen.
    pub async fn receipt(
        &self,
        retailer: RetailerId,
        connection: Uuid,
        order: &ShopOrderId,
    ) -> Result<Option<Receipt>, StoreError> {
        let mut db = self.snapshot().await?;
        let head = sqlx::query!(
            "select h.sale_id, h.forgotten_deliveries
            from ledger.shop_order h
            join ledger.connection c on c.connection_id = h.connection_id
            where h.connection_id = $1 and h.shop_order_id = $2 and c.retailer_id = $3",
            connection,
            order.as_str(),
            retailer.uuid(),
        )
        .fetch_optional(&mut *db)
        .await?;
        let Some(head) = head else { return Ok(None) };
        let deliveries = deliveries(&mut db, connection, order.as_str()).await?;
        let ids: Vec<Uuid> = head.sale_id.into_iter().collect();
        let mut sales = SaleView::load(&mut db, &ids).await?;
        SaleView::fill(&mut db, &mut sales).await?;
        let sale = sales.pop();
        let movements = match &sale {
            Some(sale) => movements(&mut db, sale, &deliveries).await?,
            None => Vec::new(),
        };
        let parked = parked::of_order(&mut db, connection, order.as_str()).await?;
        Ok(Some(Receipt {
            deliveries,
            forgotten_deliveries: head.forgotten_deliveries,
            sale,
            movements,
            parked,
        }))
    }
}

async fn deliveries(
    db: &mut PgConnection,
    connection: Uuid,
    order: &str,
) -> Result<Vec<DeliveryView>, StoreError> {
    sqlx::query!(
        r#"select delivery_id, topic, received_at as "received_at: SqlTimestamp",
            version_at as "version_at: SqlTimestamp", version_hash, outcome, revision
        from ledger.order_delivery
        where connection_id = $1 and shop_order_id = $2
        order by received_at, delivery_id"#,
        connection,
        order,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|found| {
        Ok(DeliveryView {
            delivery: Delivery {
                id: found.delivery_id,
                topic: found.topic,
                received_at: found.received_at.to_jiff(),
            },
            version: row::version_from(found.version_at, found.version_hash)?,
            outcome: row::outcome_from(&found.outcome)?,
            revision: found.revision,
        })
    })
    .collect()
}

async fn movements(
    db: &mut PgConnection,
    sale: &SaleView,
    deliveries: &[DeliveryView],
) -> Result<Vec<MovementView>, StoreError> {
    let causes: HashMap<i32, &Delivery> = deliveries
        .iter()
        .filter_map(|row| Some((row.revision?, &row.delivery)))
        .collect();
    let rows = sqlx::query!(
        r#"select m.movement_id, m.item_id, m.outlet_id, m.quantity_milli, m.line_key as "line_key!",
            m.revision as "revision!",
            m.recorded_at as "recorded_at: SqlTimestamp",
            (select coalesce(sum(b.quantity_milli), 0) from ledger.stock_movement b
                where b.item_id = m.item_id and b.outlet_id = m.outlet_id
                    and b.movement_id <= m.movement_id)::bigint as "on_hand_after!",
            m.kit_item_id, ki.sku as kit_sku, ki.name as "kit_name?", kp.quantity_milli as "part_milli?"
        from ledger.stock_movement m
        left join ledger.item ki on ki.item_id = m.kit_item_id
        left join ledger.sale_kit_part kp on kp.sale_id = m.sale_id and kp.line_key = m.line_key
            and kp.kit_item_id = m.kit_item_id and kp.part_item_id = m.item_id
        where m.sale_id = $1
        order by m.movement_id"#,
        sale.sale,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| MovementView {
            movement: row.movement_id,
            item: row.item_id,
            outlet: row.outlet_id,
            quantity: Quantity::from_milli(row.quantity_milli),
            on_hand_after: Quantity::from_milli(row.on_hand_after),
            recorded_at: row.recorded_at.to_jiff(),
            cause: CauseView::Sale(SaleCause {
                sale: sale.sale,
                receipt_number: sale.receipt_number.clone(),
                line: row.line_key,
                revision: row.revision,
                state: sale.state,
                delivery: causes.get(&row.revision).copied().cloned(),
                kit: KitRow {
                    item: row.kit_item_id,
                    sku: row.kit_sku,
                    name: row.kit_name,
                    part_milli: row.part_milli,
                    moved_milli: row.quantity_milli,
                }
                .cause(),
            }),
        })
        .collect())
}
