//! The relay's side of the outbox: what is still to be said, as it is now.

mod handover;

use std::collections::HashMap;

use jiff::Timestamp;
use retail::{Balance, Money, Quantity, RetailerId, SaleState, StockRule};
use sqlx::PgPool;
use uuid::Uuid;

use super::row::{self, SqlTimestamp};
use super::{StoreError, kit};
use crate::decide::{FirstSold, ItemKind, Origin};

pub use handover::HandoverNow;

/// Variants that an event tells of one item: of as many items as an order may have, with ids of the longest kind, the
/// broker still takes it.
const VARIANTS_LIMIT: usize = 3;

/// The outbox, for the one who empties it.
#[derive(Clone, Debug)]
pub struct Outbox {
    pool: PgPool,
}

/// Where an entry stands in the outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub subject: Uuid,
    pub outlet: Uuid,
}

/// Something changed; this is what it is now.
#[derive(Clone, Debug)]
pub struct Entry<T> {
    pub place: Place,
    pub retailer: RetailerId,
    /// Taken back with [`Outbox::done`]: an entry marked again since stays.
    pub mark: i64,
    pub now: T,
}

/// An entry that is on the bus now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    pub kind: Kind,
    pub place: Place,
    pub mark: i64,
}

/// What an entry speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Item,
    Sale,
    Stock,
}

/// What the bus says of a sale.
#[derive(Clone, Debug)]
pub struct SaleNow {
    pub connection: Uuid,
    pub order: String,
    pub receipt_number: String,
    pub revision: i32,
    pub state: SaleState,
    pub balance: Balance,
    pub total: Money,
    pub changed_at: Timestamp,
    pub stock_rule: StockRule,
    /// Each once, by id.
    pub items: Vec<SoldItem>,
    /// Something of it is still to be handed over.
    pub is_to_fulfil: bool,
    /// The first first.
    pub handovers: Vec<HandoverNow>,
}

/// An item of a sale, and the variants by which the sale's shop sells it.
#[derive(Clone, Debug)]
pub struct SoldItem {
    pub item: Uuid,
    pub kind: ItemKind,
    pub variants: Vec<String>,
}

/// What the bus says of a level.
#[derive(Clone, Debug)]
pub struct LevelNow {
    /// When it was marked: what may be sold changes by what orders hold as well, with no movement.
    pub marked_at: Timestamp,
    pub on_hand: Quantity,
    /// What shops are not to sell.
    pub safety: Quantity,
    /// Of a kit: how many can be made of what may be sold of its parts.
    pub kits: Option<Quantity>,
    pub version: i64,
    pub changed_at: Timestamp,
}

impl LevelNow {
    /// What shops may sell.
    #[must_use]
    pub fn available(&self) -> Quantity {
        let there = self.kits.unwrap_or(self.on_hand);
        Quantity::from_milli(there.milli().saturating_sub(self.safety.milli()))
    }
}

/// What the bus says of an item.
#[derive(Clone, Debug)]
pub struct ItemNow {
    pub kind: ItemKind,
    pub sku: Option<String>,
    pub barcode: Option<String>,
    pub name: String,
    pub connection: Uuid,
    pub origin: Origin,
    /// What the connection's shop calls it, where it gave an id.
    pub variant: Option<String>,
    pub first_sold: Option<FirstSold>,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Sale => "sale",
            Self::Stock => "stock",
        }
    }
}

impl Outbox {
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Sales that changed, after `after`, up to `limit`. Items and variants are found by the item's id and no other
    /// way, whatever the planner knows of the tables: a connection's whole catalogue would be read for each line.
    /// That is why kinds are asked for one by one, and connections are compared so that no index begins with them.
    pub async fn sales(&self, after: Place, limit: i64) -> Result<Vec<Entry<SaleNow>>, StoreError> {
        let found = sqlx::query!(
            r#"select o.subject_id, o.outlet_id, o.retailer_id, o.mark,
                s.connection_id, s.shop_order_id, s.receipt_number, s.revision,
                s.state, s.balance, s.currency, s.total_minor, s.stock_rule,
                s.changed_at as "changed_at: SqlTimestamp",
                s.is_to_fulfil and s.state = 'closed' as "is_to_fulfil!",
                s.fulfilment_steps && array['shipped', 'collected'] as is_handed_over,
                sold.items as "items!", sold.kinds as "kinds!",
                called.items as "called!", called.variants as "variants!"
            from ledger.outbox o
            join ledger.sale s on s.sale_id = o.subject_id
            cross join lateral (
                select coalesce(array_agg(l.item_id order by l.item_id), '{}') as items,
                    coalesce(array_agg(l.kind order by l.item_id), '{}') as kinds
                from (
                    select distinct l.item_id,
                        (select i.kind from ledger.item i where i.item_id = l.item_id) as kind
                    from ledger.sale_line l
                    where l.sale_id = s.sale_id
                ) l
            ) sold
            cross join lateral (
                select coalesce(array_agg(n.item_id order by n.item_id, v.shop_key), '{}') as items,
                    coalesce(array_agg(v.shop_key order by n.item_id, v.shop_key), '{}') as variants
                from unnest(sold.items) n (item_id)
                cross join lateral (
                    select l.shop_key
                    from ledger.item_link l
                    where l.item_id = n.item_id
                        and l.connection_id is not distinct from s.connection_id
                        and l.link_kind = 'variant'
                        and not exists (select from ledger.item_remap r
                            where r.connection_id = l.connection_id and r.remap_kind = 'variant'
                                and r.shop_key = l.shop_key)
                    union all
                    select r.shop_key
                    from ledger.item_remap r
                    where r.item_id = n.item_id
                        and r.connection_id is not distinct from s.connection_id
                        and r.remap_kind = 'variant'
                ) v
            ) called
            where o.kind = 'sale' and (o.subject_id, o.outlet_id) > ($1, $2)
            order by o.subject_id, o.outlet_id
            limit $3"#,
            after.subject,
            after.outlet,
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        let handed = found
            .iter()
            .filter(|found| found.is_handed_over == Some(true));
        let handed: Vec<Uuid> = handed.map(|found| found.subject_id).collect();
        let mut handovers = handover::of_sales(&self.pool, &handed).await?;
        let found = found.into_iter();
        found
            .map(|found| {
                Ok(Entry {
                    place: Place {
                        subject: found.subject_id,
                        outlet: found.outlet_id,
                    },
                    retailer: RetailerId::new(found.retailer_id),
                    mark: found.mark,
                    now: SaleNow {
                        is_to_fulfil: found.is_to_fulfil,
                        handovers: handovers.remove(&found.subject_id).unwrap_or_default(),
                        connection: found.connection_id,
                        order: found.shop_order_id,
                        receipt_number: found.receipt_number,
                        revision: found.revision,
                        state: row::state_from(&found.state)?,
                        balance: row::balance_from(&found.balance)?,
                        total: Money::new(found.total_minor, row::currency_from(&found.currency)?),
                        changed_at: found.changed_at.to_jiff(),
                        stock_rule: row::stock_rule_from(&found.stock_rule)?,
                        items: sold_items(
                            found.items,
                            &found.kinds,
                            &found.called,
                            &found.variants,
                        )?,
                    },
                })
            })
            .collect()
    }

    /// Levels that changed.
    pub async fn levels(
        &self,
        after: Place,
        limit: i64,
    ) -> Result<Vec<Entry<LevelNow>>, StoreError> {
        let begin = "begin transaction isolation level repeatable read, read only";
        let mut db = self.pool.begin_with(begin).await?;
        let rows = sqlx::query!(
            r#"select o.subject_id, o.outlet_id, o.retailer_id, o.mark, o.dirty_at as "dirty_at: SqlTimestamp", l.on_hand_milli, l.safety_milli, l.version,
                l.changed_at as "changed_at: SqlTimestamp"
            from ledger.outbox o
            join ledger.stock_level l on l.item_id = o.subject_id and l.outlet_id = o.outlet_id
            where o.kind = 'stock' and (o.subject_id, o.outlet_id) > ($1, $2)
            order by o.subject_id, o.outlet_id
            limit $3"#,
            after.subject,
            after.outlet,
            limit,
        )
        .fetch_all(&mut *db)
        .await?;
        let places = rows.iter().map(|found| (found.subject_id, found.outlet_id));
        let places: Vec<(Uuid, Uuid)> = places.collect();
        let mut kits = if places.is_empty() {
            HashMap::new()
        } else {
            kit::levels(&mut db, &places).await?
        };
        Ok(rows
            .into_iter()
            .map(|found| {
                let kit = kits.remove(&(found.subject_id, found.outlet_id));
                Entry {
                    place: Place {
                        subject: found.subject_id,
                        outlet: found.outlet_id,
                    },
                    retailer: RetailerId::new(found.retailer_id),
                    mark: found.mark,
                    now: LevelNow {
                        marked_at: found.dirty_at.to_jiff(),
                        on_hand: Quantity::from_milli(found.on_hand_milli),
                        safety: Quantity::from_milli(found.safety_milli),
                        version: found.version + kit.as_ref().map_or(0, |kit| kit.version),
                        changed_at: found.changed_at.to_jiff(),
                        kits: kit.map(|kit| kit.can_be_made),
                    },
                }
            })
            .collect())
    }

    /// Items that were registered by orders and connections: what the catalogue made is not told.
    pub async fn items(&self, after: Place, limit: i64) -> Result<Vec<Entry<ItemNow>>, StoreError> {
        sqlx::query!(
            r#"select o.subject_id, o.outlet_id, o.retailer_id, o.mark,
                i.kind, i.sku, i.barcode, i.name, i.connection_id as "connection_id!", i.origin,
                (select (array_agg(l.shop_key order by l.shop_key))[1] from ledger.item_link l
                    where l.item_id = i.item_id and l.connection_id = i.connection_id
                        and l.link_kind = 'variant') as variant,
                i.first_quantity_milli, i.first_net_minor, i.first_tax_minor, i.first_currency
            from ledger.outbox o
            join ledger.item i on i.item_id = o.subject_id
            where o.kind = 'item' and (o.subject_id, o.outlet_id) > ($1, $2)
            order by o.subject_id, o.outlet_id
            limit $3"#,
            after.subject,
            after.outlet,
            limit,
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|found| {
            Ok(Entry {
                place: Place {
                    subject: found.subject_id,
                    outlet: found.outlet_id,
                },
                retailer: RetailerId::new(found.retailer_id),
                mark: found.mark,
                now: ItemNow {
                    kind: row::item_kind_from(&found.kind)?,
                    sku: found.sku,
                    barcode: found.barcode,
                    name: found.name,
                    connection: found.connection_id,
                    origin: row::origin_from(&found.origin)?,
                    variant: found.variant,
                    first_sold: first_sold(
                        found.first_quantity_milli,
                        found.first_net_minor,
                        found.first_tax_minor,
                        found.first_currency.as_deref(),
                    )?,
                },
            })
        })
        .collect()
    }

    /// Takes out what was said, but for what was marked again meanwhile. Rows that a writer holds are
    /// about to be marked again and are left alone: nobody waits here.
    pub async fn done(&self, said: &[Said]) -> Result<(), StoreError> {
        let kinds: Vec<&str> = said.iter().map(|said| said.kind.as_str()).collect();
        let subjects: Vec<Uuid> = said.iter().map(|said| said.place.subject).collect();
        let outlets: Vec<Uuid> = said.iter().map(|said| said.place.outlet).collect();
        let marks: Vec<i64> = said.iter().map(|said| said.mark).collect();
        sqlx::query!(
            "with said as (
                select o.kind, o.subject_id, o.outlet_id
                from unnest($1::text[], $2::uuid[], $3::uuid[], $4::bigint[])
                    d (kind, subject_id, outlet_id, mark)
                join ledger.outbox o on o.kind = d.kind and o.subject_id = d.subject_id
                    and o.outlet_id = d.outlet_id and o.mark = d.mark
                for update of o skip locked
            )
            delete from ledger.outbox o
            using said
            where o.kind = said.kind and o.subject_id = said.subject_id
                and o.outlet_id = said.outlet_id",
            &kinds as _,
            &subjects,
            &outlets,
            &marks,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// How many entries wait, counted up to a limit, and since when the oldest of those.
    pub async fn waiting(&self) -> Result<(i64, Option<Timestamp>), StoreError> {
        let found = sqlx::query!(
            r#"select count(*) as "count!", min(dirty_at) as "oldest: SqlTimestamp"
            from (select dirty_at from ledger.outbox limit 10000) o"#
        )
        .fetch_one(&self.pool)
        .await?;
        Ok((found.count, found.oldest.map(SqlTimestamp::to_jiff)))
    }
}

/// Columns of equal length: items with their kinds, and items with what the shop calls them.
fn sold_items(
    items: Vec<Uuid>,
    kinds: &[String],
    called: &[Uuid],
    variants: &[String],
) -> Result<Vec<SoldItem>, StoreError> {
    let variants_of = |item: Uuid| {
        let variants = called.iter().zip(variants);
        let of_it = variants.filter(move |(called, _)| **called == item);
        let first = of_it.take(VARIANTS_LIMIT);
        first.map(|(_, variant)| variant.clone()).collect()
    };
    items
        .into_iter()
        .zip(kinds)
        .map(|(item, kind)| {
            Ok(SoldItem {
                item,
                kind: row::item_kind_from(kind)?,
                variants: variants_of(item),
            })
        })
        .collect()
}

/// All four columns are null, or none is.
fn first_sold(
    quantity: Option<i64>,
    net: Option<i64>,
    tax: Option<i64>,
    currency: Option<&str>,
) -> Result<Option<FirstSold>, StoreError> {
    let (Some(quantity), Some(net), Some(tax), Some(currency)) = (quantity, net, tax, currency)
    else {
        return Ok(None);
    };
    let currency = row::currency_from(currency)?;
    Ok(Some(FirstSold {
        quantity: Quantity::from_milli(quantity),
        net: Money::new(net, currency),
        tax: Money::new(tax, currency),
    }))
}
