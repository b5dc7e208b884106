//! Levels below zero, and the orders that what is missing falls on (R-4).

use std::collections::HashMap;

use jiff::Timestamp;
use retail::{Quantity, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::row::{self, SqlTimestamp};
use crate::store::{LevelKey, LevelView, Reader, StoreError, kit};

/// Orders shown of one level.
const ORDERS_LIMIT: i64 = 100;

/// An item of which more was sold in an outlet than there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OversoldView {
    pub level: LevelView,
    /// The one placed last goes without first.
    pub orders: Vec<OversoldOrder>,
    /// What is missing beyond these orders.
    pub unexplained: Quantity,
}

/// An order still to be handed over that cannot be served in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OversoldOrder {
    pub sale: Uuid,
    pub connection: Uuid,
    pub order: String,
    pub receipt_number: String,
    pub placed_at: Timestamp,
    pub to_hand_over: Quantity,
    pub missing: Quantity,
}

impl Reader {
    /// Up to `limit` levels below zero after `after`, by SKU, then item and outlet.
    pub async fn list_oversold(
        &self,
        retailer: RetailerId,
        outlet: Option<Uuid>,
        after: Option<&LevelKey>,
        limit: i64,
    ) -> Result<Vec<OversoldView>, StoreError> {
        let mut db = self.snapshot().await?;
        let mut levels = below_zero(&mut db, retailer, outlet, after, limit).await?;
        kit::fill(&mut db, &mut levels).await?;
        let mut orders = orders(&mut db, &levels).await?;
        Ok(levels
            .into_iter()
            .enumerate()
            .map(|(place, level)| {
                let orders = orders.remove(&place).unwrap_or_default();
                let explained: i64 = orders.iter().map(|order| order.missing.milli()).sum();
                OversoldView {
                    unexplained: Quantity::from_milli(missing(&level).saturating_sub(explained)),
                    level,
                    orders,
                }
            })
            .collect())
    }
}

/// How many there would have to be more.
const fn missing(level: &LevelView) -> i64 {
    level.on_hand.milli().saturating_neg()
}

async fn below_zero(
    db: &mut PgConnection,
    retailer: RetailerId,
    outlet: Option<Uuid>,
    after: Option<&LevelKey>,
    limit: i64,
) -> Result<Vec<LevelView>, StoreError> {
    let found = sqlx::query!(
        r#"select l.item_id, i.sku_key as "sku!", i.name, l.outlet_id,
            o.name as outlet_name, l.on_hand_milli, l.safety_milli, l.version,
            l.changed_at as "changed_at: SqlTimestamp"
        from ledger.item i
        join ledger.stock_level l on l.item_id = i.item_id
        join ledger.outlet o on o.outlet_id = l.outlet_id
        where i.retailer_id = $1 and l.on_hand_milli < 0
            and ($2::text is null or (i.sku_key, i.item_id) >= ($2, $3::uuid))
            and ($2::text is null or (i.sku_key, l.item_id, l.outlet_id) > ($2, $3, $4::uuid))
            and ($5::uuid is null or l.outlet_id = $5)
        order by i.sku_key, l.item_id, l.outlet_id
        limit $6"#,
        retailer.uuid(),
        after.map(|key| key.sku.as_str()),
        after.map(|key| key.item),
        after.map(|key| key.outlet),
        outlet,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(found
        .into_iter()
        .map(|found| LevelView {
            item: found.item_id,
            sku: found.sku,
            name: found.name,
            outlet: found.outlet_id,
            outlet_name: found.outlet_name,
            on_hand: Quantity::from_milli(found.on_hand_milli),
            safety: Quantity::from_milli(found.safety_milli),
            version: found.version,
            changed_at: Some(found.changed_at.to_jiff()),
            kits: None,
        })
        .collect())
}

/// Of each level, by its place: orders that took some and are still to be handed over, newest first, until what is missing is spent.
async fn orders(
    db: &mut PgConnection,
    levels: &[LevelView],
) -> Result<HashMap<usize, Vec<OversoldOrder>>, StoreError> {
    let items: Vec<Uuid> = levels.iter().map(|level| level.item).collect();
    let outlets: Vec<Uuid> = levels.iter().map(|level| level.outlet).collect();
    let missing: Vec<i64> = levels.iter().map(missing).collect();
    let found = sqlx::query!(
        r#"select k.place as "place!", o.sale_id, o.connection_id, o.shop_order_id, o.receipt_number,
            o.placed_at as "placed_at!: SqlTimestamp", o.quantity as "to_hand_over!",
            least(o.quantity, k.missing - o.newer)::bigint as "missing!"
        from unnest($1::uuid[], $2::uuid[], $3::bigint[]) with ordinality
            k (item_id, outlet_id, missing, place)
        cross join lateral (
            select w.*, (sum(w.quantity) over (order by w.placed_at desc, w.sale_id desc))
                - w.quantity as newer
            from (
                select s.sale_id, s.connection_id, s.shop_order_id, s.receipt_number, l.placed_at,
                    sum(trunc(least(l.quantity_milli - l.restocked_milli
                            - coalesce(l.handed_over_milli, l.fulfilled_milli),
                        l.deducted_milli)::numeric * l.each_milli / 1000))::bigint as quantity
                from (
                    select line.*, 1000::bigint as each_milli
                    from ledger.sale_line line
                    where line.item_id = k.item_id and not exists (select from ledger.sale_kit_part p
                        where p.sale_id = line.sale_id and p.line_key = line.line_key
                            and p.kit_item_id = line.item_id)
                    union all
                    select line.*, p.quantity_milli
                    from ledger.sale_kit_part p
                    join ledger.sale_line line on line.sale_id = p.sale_id
                        and line.line_key = p.line_key and line.item_id = p.kit_item_id
                    where p.part_item_id = k.item_id
                ) l
                join ledger.sale s on s.sale_id = l.sale_id
                where s.outlet_id = k.outlet_id
                    and s.is_to_fulfil and s.state = 'closed'
                    and l.quantity_milli
                        > l.restocked_milli + coalesce(l.handed_over_milli, l.fulfilled_milli)
                    and l.deducted_milli > 0
                group by l.placed_at, l.sale_id, s.sale_id
                order by l.placed_at desc, l.sale_id desc
                limit $4) w
        ) o
        where o.newer < k.missing
        order by k.place, o.placed_at desc, o.sale_id desc"#,
        &items,
        &outlets,
        &missing,
        ORDERS_LIMIT,
    )
    .fetch_all(db)
    .await?;
    let mut orders: HashMap<usize, Vec<OversoldOrder>> = HashMap::new();
    for found in found {
        let of_level = orders.entry(row::place(found.place)).or_default();
        of_level.push(OversoldOrder {
            sale: found.sale_id,
            connection: found.connection_id,
            order: found.shop_order_id,
            receipt_number: found.receipt_number,
            placed_at: found.placed_at.to_jiff(),
            to_hand_over: Quantity::from_milli(found.to_hand_over),
            missing: Quantity::from_milli(found.missing),
        });
    }
    Ok(orders)
}
