//! What must be so before an item's stock can be told: it is counted, and kept at the location.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;
use shop::FetchError;
use shop::push::StockOutcome;
use uuid::Uuid;

use super::super::listing::Level;
use super::super::operation::{INVENTORY_ACTIVATE, INVENTORY_ITEM_UPDATE, INVENTORY_LEVELS};
use super::super::stop::Stop;
use super::super::teller::{Nodes, Teller};
use super::Telling;
use super::entry::Entry;

/// An item's stock at the location.
pub(super) struct Kept {
    is_counted: bool,
    is_active: bool,
    pub(super) available: i64,
}

/// Prepares the entries that are told for the first time, and gives all that can be told.
pub(super) async fn begin(
    telling: &mut Telling<'_>,
    entries: Vec<Entry>,
) -> Result<Vec<Entry>, FetchError> {
    let first = entries.iter().filter(|entry| entry.expected.is_none());
    let first: Vec<&str> = first.map(|entry| entry.item.as_str()).collect();
    let levels = levels(telling.teller, &telling.location, &first).await?;
    let mut ready = Vec::with_capacity(entries.len());
    for entry in entries {
        if entry.expected.is_some() {
            ready.push(entry);
            continue;
        }
        match levels.get(&entry.item) {
            None => {
                telling.outcomes.insert(entry.place, StockOutcome::Missing);
            }
            Some(kept) => ready.extend(prepare(telling, entry, kept).await?),
        }
    }
    Ok(ready)
}

/// Makes the item one that is kept at the location. The entry, with a key of its own, where that is so now.
pub(super) async fn activate(
    telling: &mut Telling<'_>,
    mut entry: Entry,
) -> Result<Option<Entry>, FetchError> {
    entry.key = Uuid::new_v5(&entry.key, b"activated");
    let key = Uuid::new_v5(&entry.key, b"activate");
    let told = json!({
        "inventoryItemId": entry.item,
        "locationId": telling.location,
        "key": key.to_string(),
    });
    entry.is_activated = true;
    let done = telling
        .teller
        .must(&INVENTORY_ACTIVATE, told, &entry.item)
        .await;
    settle(telling, entry, done.map(|_| ()))
}

/// What these items have at the location; none of what the shop does not have.
pub(super) async fn levels(
    teller: Teller<'_>,
    location: &str,
    items: &[&str],
) -> Result<BTreeMap<String, Kept>, FetchError> {
    if items.is_empty() {
        return Ok(BTreeMap::new());
    }
    let asked = json!({ "ids": items, "location": location });
    let Nodes { nodes } = teller.ask(&INVENTORY_LEVELS, asked).await?;
    let items = nodes.into_iter().flatten();
    Ok(items.map(Item::kept).collect())
}

async fn prepare(
    telling: &mut Telling<'_>,
    entry: Entry,
    kept: &Kept,
) -> Result<Option<Entry>, FetchError> {
    let entry = if kept.is_counted {
        entry
    } else {
        let told = json!({ "id": entry.item, "input": { "tracked": true } });
        let done = telling
            .teller
            .must(&INVENTORY_ITEM_UPDATE, told, &entry.item)
            .await;
        match settle(telling, entry, done.map(|_| ()))? {
            Some(entry) => entry,
            None => return Ok(None),
        }
    };
    if kept.is_active {
        return Ok(Some(entry));
    }
    activate(telling, entry).await
}

fn settle(
    telling: &mut Telling<'_>,
    entry: Entry,
    done: Result<(), Stop>,
) -> Result<Option<Entry>, FetchError> {
    let outcome = match done {
        Ok(()) => return Ok(Some(entry)),
        Err(Stop::Missing) => StockOutcome::Missing,
        Err(Stop::Refused(refusal)) => StockOutcome::Refused(refusal),
        Err(Stop::Failed(error)) => return Err(error),
    };
    telling.outcomes.insert(entry.place, outcome);
    Ok(None)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: String,
    tracked: bool,
    inventory_level: Option<ItemLevel>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ItemLevel {
    is_active: bool,
    #[serde(flatten)]
    level: Level,
}

impl Item {
    fn kept(self) -> (String, Kept) {
        let Self {
            id,
            tracked,
            inventory_level,
        } = self;
        let kept = Kept {
            is_counted: tracked,
            is_active: inventory_level.as_ref().is_some_and(|at| at.is_active),
            available: inventory_level.map_or(0, |at| at.level.available()),
        };
        (id, kept)
    }
}
