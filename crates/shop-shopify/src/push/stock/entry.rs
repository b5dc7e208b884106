//! A row of stock on its way.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use shop::FetchError;
use shop::push::{PushReason, StockOutcome, StockRow};
use uuid::Uuid;

use crate::id::Id;

use super::super::gid;
use super::super::operation::INVENTORY_ITEMS;
use super::super::stop::refusal;
use super::super::teller::{Nodes, Teller};

pub(super) struct Entry {
    /// Of its row.
    pub(super) place: usize,
    /// The gid of what its stock is known by.
    pub(super) item: String,
    pub(super) expected: Option<i64>,
    pub(super) wanted: i64,
    pub(super) key: Uuid,
    pub(super) is_activated: bool,
    /// Told before, by a call of which nobody heard.
    pub(super) is_repeated: bool,
}

impl Entry {
    /// What it changes from always stands there: `null` says that nothing is compared, and nothing is refused.
    pub(super) fn input(&self, location: &str) -> Value {
        json!({
            "inventoryItemId": self.item,
            "locationId": location,
            "quantity": self.wanted,
            "changeFromQuantity": self.expected,
        })
    }
}

/// Of rows that can be told; what becomes of the others is noted.
pub(super) async fn entries(
    teller: Teller<'_>,
    rows: &[StockRow],
    outcomes: &mut BTreeMap<usize, StockOutcome>,
) -> Result<Vec<Entry>, FetchError> {
    let items = items(teller, rows).await?;
    let mut entries = Vec::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        let item = match &row.stock_id {
            Some(id) => Id::new(id).map(|id| gid("InventoryItem", id.as_str())),
            None => variant(row).and_then(|variant| items.get(&variant).cloned()),
        };
        let Some(item) = item else {
            outcomes.insert(place, StockOutcome::Missing);
            continue;
        };
        if row.wanted < 0 {
            let refusal = refusal(PushReason::Invalid, "stock below zero");
            outcomes.insert(place, StockOutcome::Refused(refusal));
            continue;
        }
        entries.push(Entry {
            place,
            item,
            expected: row.expected,
            wanted: row.wanted,
            key: row.key,
            is_activated: false,
            is_repeated: false,
        });
    }
    Ok(entries)
}

fn variant(row: &StockRow) -> Option<String> {
    let id = Id::new(row.variant.as_str())?;
    Some(gid("ProductVariant", id.as_str()))
}

/// What the stock of these variants is known by, of rows that do not say.
async fn items(
    teller: Teller<'_>,
    rows: &[StockRow],
) -> Result<BTreeMap<String, String>, FetchError> {
    let unknown = rows.iter().filter(|row| row.stock_id.is_none());
    let ids: Vec<String> = unknown.filter_map(variant).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let Nodes { nodes } = teller.ask(&INVENTORY_ITEMS, json!({ "ids": ids })).await?;
    let variants = nodes.into_iter().flatten();
    Ok(variants
        .map(|Variant { id, inventory_item }: Variant| (id, inventory_item.id))
        .collect())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Variant {
    id: String,
    inventory_item: Item,
}

#[derive(Deserialize)]
struct Item {
    id: String,
}
