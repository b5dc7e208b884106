//! What orders hold that are known and not applied (R-4).

use jiff::Timestamp;
use retail::{Quantity, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{LevelKey, Reader};
use crate::store::StoreError;
use crate::store::row::SqlTimestamp;

/// What orders hold of an item in an outlet, beyond what their sales have taken; by why it is not taken yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenQuantity {
    pub key: LevelKey,
    pub skipped: Quantity,
    pub parked: Quantity,
    pub held: Quantity,
    /// By sales that take it once it is invoiced (EF-11).
    pub awaiting_invoice: Quantity,
    pub orders: i64,
    /// The instant of change of the oldest; of what awaits its invoice, when the sale was recorded.
    pub oldest_at: Timestamp,
}

/// Which of them are asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenAsked<'a> {
    pub retailer: RetailerId,
    pub outlet: Option<Uuid>,
    /// None: all.
    pub skus: &'a [String],
    /// None: all.
    pub items: &'a [Uuid],
    pub after: Option<&'a LevelKey>,
    pub limit: i64,
}

impl Reader {
    /// Up to `limit` quantities after `after`, by SKU, then item and outlet; none that is zero.
    pub async fn list_open_quantities(
        &self,
        retailer: RetailerId,
        outlet: Option<Uuid>,
        skus: &[String],
        after: Option<&LevelKey>,
        limit: i64,
    ) -> Result<Vec<OpenQuantity>, StoreError> {
        let mut db = self.pool.acquire().await?;
        let asked = OpenAsked {
            retailer,
            outlet,
            skus,
            items: &[],
            after,
            limit,
        };
        find(&mut db, asked).await
    }
}

/// By SKU, then item and outlet; none that is zero.
pub(super) async fn find(
    db: &mut PgConnection,
    asked: OpenAsked<'_>,
) -> Result<Vec<OpenQuantity>, StoreError> {
    let OpenAsked {
        retailer,
        outlet,
        skus,
        items,
        after,
        limit,
    } = asked;
    let (after_sku, after_item, after_outlet) = match after {
        Some(LevelKey { sku, item, outlet }) => (Some(sku.as_str()), Some(*item), Some(*outlet)),
        None => (None, None, None),
    };
    // A dismissed order holds nothing, unless the shop has said something newer since. Of a kit its parts are held: as
    // the sale took them, and where there is none yet, as the kit is made now.
    let rows = sqlx::query!(
        r#"with line as (
            select o.connection_id, o.shop_order_id, h.sale_id, h.open_cause, h.open_at,
                coalesce(s.outlet_id, r.outlet_id) as outlet_id,
                coalesce(by_variant.item_id, by_sku.item_id, l.item_id, i.item_id) as item_id,
                o.quantity_milli
            from ledger.open_line o
            join ledger.connection c on c.connection_id = o.connection_id
            join ledger.register r on r.register_id = c.register_id
            join ledger.shop_order h
                on h.connection_id = o.connection_id and h.shop_order_id = o.shop_order_id
            left join ledger.sale s on s.sale_id = h.sale_id
            left join ledger.item_remap by_variant
                on by_variant.connection_id = o.connection_id
                    and by_variant.remap_kind = 'variant' and by_variant.shop_key = o.variant
            left join ledger.item_remap by_sku
                on by_sku.connection_id = o.connection_id
                    and by_sku.remap_kind = 'sku' and by_sku.shop_key = o.sku
            left join ledger.item_link l
                on l.connection_id = o.connection_id
                    and l.link_kind = 'variant' and l.shop_key = o.variant
            left join ledger.item i
                on i.retailer_id = c.retailer_id and i.sku = o.sku and i.deleted_at is null
            where c.retailer_id = $1 and h.open_at is not null
                and coalesce(s.stock_rule, c.stock_rule) <> 'never'
                and not exists (select from ledger.parked_order p
                    where p.connection_id = o.connection_id and p.parked_kind = 'order'
                        and p.parked_key = o.shop_order_id and p.dismissed_at is not null
                        and (p.version_at, p.version_hash) >= (h.open_at, h.open_hash))
        ), wanted as (
            select connection_id, shop_order_id, sale_id, open_cause, open_at, outlet_id, item_id,
                sum(quantity_milli) as quantity
            from line
            where item_id is not null and ($2::uuid is null or outlet_id = $2)
            group by connection_id, shop_order_id, sale_id, open_cause, open_at, outlet_id, item_id
        ), wanted_part as (
            select w.connection_id, w.shop_order_id, w.sale_id, w.open_cause, w.open_at, w.outlet_id,
                coalesce(p.part_item_id, w.item_id) as item_id,
                sum(trunc(w.quantity * coalesce(p.quantity_milli, 1000) / 1000)) as quantity
            from wanted w
            left join lateral (
                select distinct s.part_item_id, s.quantity_milli
                from ledger.sale_kit_part s
                where s.sale_id = w.sale_id and s.kit_item_id = w.item_id
                union all
                select k.part_item_id, k.quantity_milli
                from ledger.kit_part k
                where k.item_id = w.item_id
                    and k.number = (select max(v.number) from ledger.kit v where v.item_id = k.item_id)
                    and not exists (select from ledger.sale_line sold
                        where sold.sale_id = w.sale_id and sold.item_id = w.item_id)) p on true
            group by w.connection_id, w.shop_order_id, w.sale_id, w.open_cause, w.open_at, w.outlet_id,
                coalesce(p.part_item_id, w.item_id)
        ), missing as (
            select w.connection_id, w.shop_order_id, w.open_cause, w.open_at, w.outlet_id, w.item_id,
                w.quantity - coalesce((
                    select sum(trunc((taken.deducted_milli + taken.awaiting_milli)::numeric
                        * coalesce(p.quantity_milli, 1000) / 1000))
                    from ledger.sale_line taken
                    left join ledger.sale_kit_part p on p.sale_id = taken.sale_id
                        and p.line_key = taken.line_key and p.kit_item_id = taken.item_id
                    where taken.sale_id = w.sale_id
                        and coalesce(p.part_item_id, taken.item_id) = w.item_id), 0) as quantity
            from wanted_part w
            union all
            select s.connection_id, s.shop_order_id, 'invoice', s.recorded_at, s.outlet_id,
                coalesce(p.part_item_id, l.item_id),
                sum(trunc(l.awaiting_milli::numeric * coalesce(p.quantity_milli, 1000) / 1000))
            from ledger.sale_line l
            join ledger.sale s on s.sale_id = l.sale_id
            left join ledger.sale_kit_part p on p.sale_id = l.sale_id
                and p.line_key = l.line_key and p.kit_item_id = l.item_id
            where l.awaiting_milli <> 0 and s.retailer_id = $1
                and ($2::uuid is null or s.outlet_id = $2)
            group by s.sale_id, coalesce(p.part_item_id, l.item_id)
        )
        select i.item_id, i.sku_key as "sku!", m.outlet_id as "outlet_id!",
            least(coalesce(sum(m.quantity) filter (where m.open_cause = 'skipped'), 0),
                9223372036854775807)::bigint as "skipped!",
            least(coalesce(sum(m.quantity) filter (where m.open_cause = 'parked'), 0),
                9223372036854775807)::bigint as "parked!",
            least(coalesce(sum(m.quantity) filter (where m.open_cause = 'held'), 0),
                9223372036854775807)::bigint as "held!",
            least(coalesce(sum(m.quantity) filter (where m.open_cause = 'invoice'), 0),
                9223372036854775807)::bigint as "awaiting!",
            count(distinct (m.connection_id, m.shop_order_id)) as "orders!", min(m.open_at) as "oldest_at!: SqlTimestamp"
        from missing m
        join ledger.item i on i.item_id = m.item_id
        where m.quantity > 0
            and (cardinality($3::text[]) = 0 or i.sku = any($3))
                and (cardinality($8::uuid[]) = 0 or i.item_id = any($8))
            and ($4::text is null
                or (i.sku_key, i.item_id, m.outlet_id) > ($4, $5::uuid, $6::uuid))
        group by i.item_id, i.sku, m.outlet_id
        order by i.sku_key, i.item_id, m.outlet_id
        limit $7"#,
        retailer.uuid(),
        outlet,
        skus,
        after_sku,
        after_item,
        after_outlet,
        limit,
        items,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| OpenQuantity {
            key: LevelKey {
                sku: row.sku,
                item: row.item_id,
                outlet: row.outlet_id,
            },
            skipped: Quantity::from_milli(row.skipped),
            parked: Quantity::from_milli(row.parked),
            held: Quantity::from_milli(row.held),
            awaiting_invoice: Quantity::from_milli(row.awaiting),
            orders: row.orders,
            oldest_at: row.oldest_at.to_jiff(),
        })
        .collect())
}
