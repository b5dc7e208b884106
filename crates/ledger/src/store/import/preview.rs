//! What an import would do, without doing it.

use std::collections::{BTreeMap, HashMap};

use retail::{ItemId, OutletId, Quantity};
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::{connection, known};
use crate::decide::{
    Batch, Identity, Imported, ImportedRow, Incoming, LinkKey, MovementRow, NewItem, ParkedKey,
    Plan, decide,
};
use crate::store::{Store, StoreError};

/// What some orders would do to sales and stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Those that tell their id, by connection and id.
    pub orders: Vec<PreviewedOrder>,
    /// By SKU, then key.
    pub levels: Vec<PreviewedLevel>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewedOrder {
    pub order: String,
    pub imported: Imported,
    /// Why it cannot be booked: a code, and a shopkeeper's words.
    pub reason: Option<(String, String)>,
}

/// One item in one outlet that would move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewedLevel {
    /// The same for the same item in any preview, whether it is registered yet or not.
    pub key: String,
    /// `None`: the import would register it.
    pub item: Option<Uuid>,
    pub sku: String,
    pub name: String,
    pub outlet: Uuid,
    pub on_hand: Quantity,
    pub on_hand_after: Quantity,
}

/// What is known of an item that moves.
struct Thing {
    key: String,
    item: Option<Uuid>,
    sku: String,
    name: String,
}

impl Store {
    /// Decides as [`Store::apply`] does, under the same locks, and rolls back without having written. All
    /// `incoming` count as brought by the imports they name, whether these were begun or not.
    pub async fn preview(&self, incoming: &[Incoming]) -> Result<Preview, StoreError> {
        let mut db = self.pool.begin().await?;
        let connections = connection::find(&mut db, incoming).await?;
        let batch = Batch::new(incoming, &connections);
        let known = known::load(&mut db, &batch, &self.erasures).await?;
        let plan = decide(batch, &known, &*self.ids);
        let levels = levels(&mut db, &plan).await?;
        db.rollback().await?;
        Ok(Preview {
            orders: orders(&plan),
            levels,
        })
    }
}

fn orders(plan: &Plan<'_>) -> Vec<PreviewedOrder> {
    let reasons: HashMap<&str, (&str, &str)> = plan
        .parked
        .iter()
        .filter_map(|parked| match parked.key {
            ParkedKey::Order(order) => Some((order, (&*parked.reason, &*parked.detail))),
            ParkedKey::Delivery(_) => None,
        })
        .collect();
    plan.imported
        .iter()
        .map(|row| {
            let ImportedRow {
                import: _,
                order,
                imported,
                sale: _,
                is_new: _,
                revision: _,
            } = row;
            let reason = reasons.get(order.as_str());
            PreviewedOrder {
                order: order.as_str().to_owned(),
                imported: *imported,
                reason: reason
                    .filter(|_| *imported == Imported::Parked)
                    .map(|(code, detail)| ((*code).to_owned(), (*detail).to_owned())),
            }
        })
        .collect()
}

async fn levels(db: &mut PgConnection, plan: &Plan<'_>) -> Result<Vec<PreviewedLevel>, StoreError> {
    let mut changes: BTreeMap<(ItemId, OutletId), i64> = BTreeMap::new();
    for movement in &plan.movements {
        let MovementRow {
            movement: _,
            item,
            outlet,
            quantity,
            cause: _,
        } = movement;
        let change = changes.entry((*item, *outlet)).or_default();
        *change = change.saturating_add(quantity.milli());
    }
    let new: HashMap<ItemId, &NewItem<'_>> =
        plan.items.iter().map(|item| (item.item, item)).collect();
    let items: Vec<Uuid> = changes.keys().map(|(item, _)| item.uuid()).collect();
    let outlets: Vec<Uuid> = changes.keys().map(|(_, outlet)| outlet.uuid()).collect();
    let found = sqlx::query!(
        r#"select k.place as "place!", i.sku, i.name as "name!", coalesce(l.on_hand_milli, 0) as "on_hand_milli!"
        from unnest($1::uuid[], $2::uuid[]) with ordinality k (item_id, outlet_id, place)
        join ledger.item i on i.item_id = k.item_id
        left join ledger.stock_level l on l.item_id = k.item_id and l.outlet_id = k.outlet_id"#,
        &items,
        &outlets,
    )
    .fetch_all(db)
    .await?;
    let mut known = HashMap::with_capacity(found.len());
    for row in found {
        known.insert(crate::store::row::place(row.place), row);
    }
    let mut levels: Vec<PreviewedLevel> = changes
        .into_iter()
        .enumerate()
        .filter_map(|(place, ((item, outlet), change))| {
            let (thing, on_hand) = match (known.remove(&place), new.get(&item)) {
                (Some(row), _) => {
                    let thing = Thing {
                        key: format!("item:{item}"),
                        item: Some(item.uuid()),
                        sku: row.sku.unwrap_or_default(),
                        name: row.name,
                    };
                    (thing, row.on_hand_milli)
                }
                (None, Some(new)) => (Thing::new(new), 0),
                (None, None) => return None,
            };
            let Thing {
                key,
                item,
                sku,
                name,
            } = thing;
            Some(PreviewedLevel {
                key,
                item,
                sku,
                name,
                outlet: outlet.uuid(),
                on_hand: Quantity::from_milli(on_hand),
                on_hand_after: Quantity::from_milli(on_hand.saturating_add(change)),
            })
        })
        .collect();
    levels.sort_by(|a, b| (&a.sku, &a.key, a.outlet).cmp(&(&b.sku, &b.key, b.outlet)));
    Ok(levels)
}

impl Thing {
    /// Named by what the item is new by.
    fn new(item: &NewItem<'_>) -> Self {
        let key = match &item.identity {
            Identity::Sku(_, sku) => format!("sku:{sku}"),
            Identity::Link(LinkKey {
                connection: _,
                kind,
                key,
            }) => format!("{}:{key}", kind.as_str()),
            Identity::Service(_, kind) => format!("service:{}", kind.as_str()),
        };
        Self {
            key,
            item: None,
            sku: item.sku.unwrap_or_default().to_owned(),
            name: item.name.to_owned(),
        }
    }
}
