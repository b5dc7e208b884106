//! Movements with what caused each: a sale and its delivery, or what somebody did.

use jiff::Timestamp;
use retail::{Quantity, RetailerId, SaleState};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Reader;
use crate::decide::Delivery;
use crate::store::row::SqlTimestamp;
use crate::store::stock::{EntryRow, EntryView};
use crate::store::{StoreError, row};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovementView {
    pub movement: Uuid,
    pub item: Uuid,
    pub outlet: Uuid,
    pub quantity: Quantity,
    /// On hand after this movement and all before it.
    pub on_hand_after: Quantity,
    pub recorded_at: Timestamp,
    pub cause: CauseView,
}

/// Why something moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CauseView {
    Sale(SaleCause),
    /// What somebody did, without its lines.
    Entry(Box<EntryView>),
}

/// The revision of a sale's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleCause {
    pub sale: Uuid,
    pub receipt_number: String,
    pub line: String,
    pub revision: i32,
    pub state: SaleState,
    /// `None` only where the delivery was not noted, which does not happen.
    pub delivery: Option<Delivery>,
    /// The kit that it is a part of.
    pub kit: Option<KitCause>,
}

/// A kit that a line sold: what moved is a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KitCause {
    pub item: Uuid,
    /// Empty when the item has none.
    pub sku: String,
    pub name: String,
    /// So many kits, as far as the parts were for them.
    pub quantity: Quantity,
}

/// What is known of the kit of a movement.
pub(super) struct KitRow {
    pub item: Option<Uuid>,
    pub sku: Option<String>,
    pub name: Option<String>,
    /// Of the part that moved, in one kit.
    pub part_milli: Option<i64>,
    pub moved_milli: i64,
}

impl KitRow {
    pub(super) fn cause(self) -> Option<KitCause> {
        let part = self.part_milli.unwrap_or(Quantity::SCALE).max(1);
        let kits = i128::from(self.moved_milli) * i128::from(Quantity::SCALE) / i128::from(part);
        Some(KitCause {
            item: self.item?,
            sku: self.sku.unwrap_or_default(),
            name: self.name.unwrap_or_default(),
            quantity: Quantity::from_milli(i64::try_from(kits).unwrap_or_default()),
        })
    }
}

impl Reader {
    /// Up to `limit` movements of an item in an outlet before `before`, newest first.
    pub async fn list_movements(
        &self,
        retailer: RetailerId,
        item: Uuid,
        outlet: Uuid,
        before: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<MovementView>, StoreError> {
        let mut db = self.snapshot().await?;
        let owned = sqlx::query_scalar!(
            r#"select exists (
                select from ledger.item where item_id = $1 and retailer_id = $2) as "owned!""#,
            item,
            retailer.uuid(),
        )
        .fetch_one(&mut *db)
        .await?;
        if !owned {
            return Ok(Vec::new());
        }
        newest(&mut db, item, outlet, before, limit).await
    }
}

/// Newest first. What is on hand after each is what is on hand now, less all that is newer.
pub(super) async fn newest(
    db: &mut PgConnection,
    item: Uuid,
    outlet: Uuid,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<MovementView>, StoreError> {
    let mut on_hand = sqlx::query_scalar!(
        r#"select (l.on_hand_milli - coalesce((
                select sum(m.quantity_milli) from ledger.stock_movement m
                where m.item_id = $1 and m.outlet_id = $2 and m.movement_id >= $3), 0))::bigint
                as "on_hand!"
        from ledger.stock_level l
        where l.item_id = $1 and l.outlet_id = $2"#,
        item,
        outlet,
        before.unwrap_or(Uuid::max()),
    )
    .fetch_optional(&mut *db)
    .await?
    .unwrap_or_default();
    sqlx::query!(
        r#"select m.movement_id, m.quantity_milli, m.recorded_at as "recorded_at: SqlTimestamp",
            m.sale_id, m.line_key, m.revision, s.receipt_number as "receipt_number?",
            s.state as "state?", d.delivery_id as "delivery_id?", d.topic as "topic?",
            d.received_at as "received_at?: SqlTimestamp",
            m.entry_id, e.cause as "cause?", e.reason, e.reference as "reference?", e.actor as "actor?",
            e.note as "note?", r.transfer_id as "transfer_id?",
            m.kit_item_id, ki.sku as kit_sku, ki.name as "kit_name?", kp.quantity_milli as "part_milli?"
        from (
            select * from ledger.stock_movement
            where item_id = $1 and outlet_id = $2 and movement_id < $3
            order by movement_id desc
            limit $4
        ) m
        left join ledger.sale s on s.sale_id = m.sale_id
        left join ledger.order_delivery d
            on d.connection_id = s.connection_id and d.shop_order_id = s.shop_order_id
            and d.revision = m.revision
        left join ledger.item ki on ki.item_id = m.kit_item_id
        left join ledger.sale_kit_part kp on kp.sale_id = m.sale_id and kp.line_key = m.line_key
            and kp.kit_item_id = m.kit_item_id and kp.part_item_id = m.item_id
        left join ledger.stock_entry e on e.entry_id = m.entry_id
        left join ledger.transfer_receipt r on r.entry_id = m.entry_id
        order by m.movement_id desc"#,
        item,
        outlet,
        before.unwrap_or(Uuid::max()),
        limit,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|found| {
        let after = on_hand;
        on_hand -= found.quantity_milli;
        let sale = found.sale_id.zip(found.line_key).zip(found.revision);
        let sale = sale.zip(found.receipt_number.zip(found.state));
        let entry = found.entry_id.zip(found.cause).zip(found.reference);
        let entry = entry.zip(found.actor.zip(found.note));
        let delivery = found.delivery_id.zip(found.topic).zip(found.received_at);
        let kit = KitRow {
            item: found.kit_item_id,
            sku: found.kit_sku,
            name: found.kit_name,
            part_milli: found.part_milli,
            moved_milli: found.quantity_milli,
        };
        let cause = match (sale, entry) {
            (Some((((sale, line), revision), (receipt_number, state))), None) => {
                CauseView::Sale(SaleCause {
                    sale,
                    receipt_number,
                    line,
                    revision,
                    state: row::state_from(&state)?,
                    delivery: delivery.map(|((id, topic), received_at)| Delivery {
                        id,
                        topic,
                        received_at: received_at.to_jiff(),
                    }),
                    kit: kit.cause(),
                })
            }
            (None, Some((((entry_id, cause), reference), (actor, note)))) => {
                let entry = EntryRow {
                    entry_id,
                    outlet_id: outlet,
                    cause,
                    reason: found.reason,
                    reference,
                    actor,
                    note,
                    recorded_at: found.recorded_at,
                    transfer_id: found.transfer_id,
                };
                CauseView::Entry(Box::new(entry.try_into()?))
            }
            (_, _) => {
                let movement = found.movement_id.to_string();
                return Err(StoreError::corrupt("stock_movement", "sale_id", &movement));
            }
        };
        Ok(MovementView {
            movement: found.movement_id,
            item,
            outlet,
            quantity: Quantity::from_milli(found.quantity_milli),
            on_hand_after: Quantity::from_milli(after),
            recorded_at: found.recorded_at.to_jiff(),
            cause,
        })
    })
    .collect()
}
