//! Stock: compared, set under a key, and refused whole for one entry.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shop::sim::StockCause;

use super::super::answer::gid;
use super::{Shelf, number, top, uncoded, wrong};

/// How long a key is remembered.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);
const QUANTITY_LIMIT: i64 = 1_000_000_000;

/// What was told under each key.
#[derive(Debug, Default)]
pub(super) struct Keys(BTreeMap<String, Used>);

#[derive(Debug)]
struct Used {
    input: Value,
    at: Timestamp,
    /// `None`: it came to nothing.
    answer: Option<Value>,
}

impl Shelf {
    pub(super) fn levels(&self, variables: &Value) -> Value {
        let location = number(&variables["location"], "Location");
        let ids = variables["ids"].as_array().into_iter().flatten();
        let node = |id: &Value| {
            let item = number(id, "InventoryItem")?;
            let variant = self.item(item)?;
            let level = location.and_then(|location| variant.levels.get(&location));
            let level = level.map(
                |available| json!({ "isActive": true, "quantities": [{ "quantity": available }] }),
            );
            Some(json!({
                "__typename": "InventoryItem", "id": id,
                "tracked": variant.is_tracked, "inventoryLevel": level,
            }))
        };
        json!({ "nodes": ids.map(node).collect::<Vec<_>>() })
    }

    pub(super) fn set_quantities(
        &mut self,
        query: &str,
        variables: &Value,
        now: Timestamp,
    ) -> Result<Value, Value> {
        let input = &variables["input"];
        refused_whole(query, input)?;
        let key = variables["key"].as_str().unwrap_or_default();
        let payload = if let Some(payload) = self.used(key, input, now) {
            payload
        } else {
            let errors = self.wrong_entries(input);
            let answer = errors.is_empty().then(|| self.done(input, now));
            let used = Used {
                input: input.clone(),
                at: now,
                answer: answer.clone(),
            };
            self.keys.0.insert(key.to_owned(), used);
            answer.unwrap_or_else(|| refused(&errors))
        };
        Ok(json!({ "inventorySetQuantities": payload }))
    }

    /// What a key that was used before is answered.
    fn used(&self, key: &str, input: &Value, now: Timestamp) -> Option<Value> {
        let used = self.keys.0.get(key)?;
        if now.duration_since(used.at) > KEPT_FOR {
            return None;
        }
        let error = |code: &str, message: &str| {
            refused(&[json!({ "code": code, "field": null, "message": message })])
        };
        Some(match &used.answer {
            _ if used.input != *input => error(
                "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
                "The same idempotency key cannot be used with different operation parameters.",
            ),
            Some(answer) => answer.clone(),
            None => error(
                "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
                "A previous request with this idempotency key failed. Retry with a new idempotency key.",
            ),
        })
    }

    fn wrong_entries(&self, input: &Value) -> Vec<Value> {
        let entries = input["quantities"].as_array().into_iter().flatten();
        let wrong_one = |(place, entry): (usize, &Value)| {
            let (code, field) = self.wrong_entry(entry)?;
            let place = place.to_string();
            let message = "The entry cannot be set.";
            Some(if self.names_entries {
                wrong(code, &["input", "quantities", &place, field], message)
            } else {
                json!({ "code": code, "field": null, "message": message })
            })
        };
        entries.enumerate().filter_map(wrong_one).collect()
    }

    fn wrong_entry(&self, entry: &Value) -> Option<(&'static str, &'static str)> {
        let item = number(&entry["inventoryItemId"], "InventoryItem");
        let Some(variant) = item.and_then(|item| self.item(item)) else {
            return Some(("INVALID_INVENTORY_ITEM", "inventoryItemId"));
        };
        if variant.is_bundle {
            return Some(("NON_MUTABLE_INVENTORY_ITEM", "inventoryItemId"));
        }
        let location = number(&entry["locationId"], "Location");
        let Some(level) = location.and_then(|location| variant.levels.get(&location)) else {
            return Some(("INVALID_LOCATION", "locationId"));
        };
        if entry["quantity"]
            .as_i64()
            .is_none_or(|quantity| quantity > QUANTITY_LIMIT)
        {
            return Some(("INVALID_QUANTITY_TOO_HIGH", "quantity"));
        }
        let from = &entry["changeFromQuantity"];
        (!from.is_null() && from.as_i64() != Some(*level))
            .then_some(("CHANGE_FROM_QUANTITY_STALE", "changeFromQuantity"))
    }

    fn done(&mut self, input: &Value, now: Timestamp) -> Value {
        for entry in input["quantities"].as_array().into_iter().flatten() {
            let item = number(&entry["inventoryItemId"], "InventoryItem");
            let location = number(&entry["locationId"], "Location");
            let variant = item.and_then(|item| self.item_mut(item));
            if let (Some(variant), Some(location)) = (variant, location) {
                let quantity = entry["quantity"].as_i64().unwrap_or_default();
                let before = variant.levels.insert(location, quantity).unwrap_or(0);
                let sku = variant.sku.clone();
                let cause = if entry["changeFromQuantity"].is_null() {
                    StockCause::Told
                } else {
                    StockCause::Compared
                };
                self.log.add(now, &sku, (before, quantity), cause);
            }
        }
        let group = json!({ "id": gid("InventoryAdjustmentGroup", self.id()) });
        json!({ "inventoryAdjustmentGroup": group, "userErrors": [] })
    }

    pub(super) fn activate(&mut self, query: &str, variables: &Value) -> Result<Value, Value> {
        if !query.contains("@idempotent(") {
            return Err(without_key());
        }
        let id = self.id();
        let item = number(&variables["inventoryItemId"], "InventoryItem");
        let location = number(&variables["locationId"], "Location");
        let variant = item.and_then(|item| self.item_mut(item));
        let payload = if let (Some(variant), Some(location)) = (variant, location) {
            variant.levels.entry(location).or_insert(0);
            let level = json!({ "id": gid("InventoryLevel", id) });
            json!({ "inventoryLevel": level, "userErrors": [] })
        } else {
            let error = uncoded(&["inventoryItemId"], "The product couldn't be stocked.");
            json!({ "inventoryLevel": null, "userErrors": [error] })
        };
        Ok(json!({ "inventoryActivate": payload }))
    }

    pub(super) fn update_item(&mut self, variables: &Value) -> Value {
        let id = &variables["id"];
        let item = number(id, "InventoryItem").and_then(|item| self.item_mut(item));
        let payload = if let Some(variant) = item {
            if let Some(is_tracked) = variables["input"]["tracked"].as_bool() {
                variant.is_tracked = is_tracked;
            }
            json!({ "inventoryItem": { "id": id }, "userErrors": [] })
        } else {
            let error = uncoded(&["id"], "Inventory item does not exist");
            json!({ "inventoryItem": null, "userErrors": [error] })
        };
        json!({ "inventoryItemUpdate": payload })
    }
}

/// What no schema says, and the shop refuses all the same.
fn refused_whole(query: &str, input: &Value) -> Result<(), Value> {
    if !query.contains("@idempotent(") {
        return Err(without_key());
    }
    if let Some(error) = super::too_many(input, "quantities") {
        return Err(error);
    }
    let mut entries = input["quantities"].as_array().into_iter().flatten();
    if entries.any(|entry| entry.get("changeFromQuantity").is_none()) {
        let message =
            "InventoryQuantityInput must include the following argument: changeFromQuantity.";
        return Err(top("INVALID_FIELD_ARGUMENTS", message));
    }
    Ok(())
}

fn without_key() -> Value {
    let message = "The @idempotent directive is required for this mutation but was not provided.";
    top("BAD_REQUEST", message)
}

fn refused(errors: &[Value]) -> Value {
    json!({ "inventoryAdjustmentGroup": null, "userErrors": errors })
}
