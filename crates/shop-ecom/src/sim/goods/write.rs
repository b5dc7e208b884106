//! What any request that writes is held to.

use serde_json::{Value, json};

use super::Goods;

/// Whose a SKU may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    Product(u64),
    Variation(u64),
}

/// The kinds of fields. The error names one that is of another.
pub(super) fn check(body: &Value) -> Result<(), String> {
    let Some(fields) = body.as_object() else {
        return Err("it is no object".to_owned());
    };
    for (name, value) in fields {
        let (is_right, kind) = match name.as_str() {
            "name" => (
                value.as_str().is_some_and(|name| !name.is_empty()),
                "a name",
            ),
            "description" | "externalReferenceId" => (value.is_string(), "a text"),
            "sku" => (value.is_string() || value.is_null(), "a text"),
            "enabled" | "unlimited" => (value.is_boolean(), "true or false"),
            "quantity" => (value.is_i64() || value.is_u64(), "a whole number"),
            "price" | "weight" => (is_amount(value), "a number"),
            "dimensions" => {
                let sides = ["length", "width", "height"];
                (sides.iter().all(|side| is_amount(&value[side])), "a size")
            }
            "outOfStockVisibilityBehaviour" => {
                let known = ["SHOW", "HIDE", "ALLOW_PREORDER"];
                (value.as_str().is_some_and(|v| known.contains(&v)), "known")
            }
            "attributes" | "options" | "categoryIds" => (value.is_array(), "a list"),
            // The real one ignores what it does not know.
            _ => (true, ""),
        };
        if !is_right {
            return Err(format!("{name} is not {kind}"));
        }
    }
    Ok(())
}

fn is_amount(value: &Value) -> bool {
    value.as_f64().is_some_and(|number| number >= 0.0)
}

/// Fields that are given take the place of what was there.
pub(super) fn write(document: &mut Value, body: &Value, writable: &[&str]) {
    for name in writable {
        if let Some(value) = body.get(name) {
            document[*name] = match value {
                Value::Null => json!(""),
                value => value.clone(),
            };
        }
    }
}

/// Attributes that are named get another value; the others keep theirs.
pub(super) fn attributes(document: &mut Value, body: &Value) {
    let Some(given) = body["attributes"].as_array() else {
        return;
    };
    if !document["attributes"].is_array() {
        document["attributes"] = json!([]);
    }
    let Some(all) = document["attributes"].as_array_mut() else {
        return;
    };
    for attribute in given {
        let is_it = |there: &&mut Value| {
            there["type"] == attribute["alias"]
                || (!attribute["id"].is_null() && there["id"] == attribute["id"])
        };
        match all.iter_mut().find(is_it) {
            Some(there) => there["value"] = attribute["value"].clone(),
            None => all.push(json!({
                "id": 5_029_073,
                "name": attribute["alias"],
                "type": attribute["alias"],
                "value": attribute["value"],
                "show": "NOTSHOW",
            })),
        }
    }
}

impl Goods {
    /// Whether anything else has the SKU that is given.
    pub(super) fn has_sku(&self, body: &Value, but: Option<Taken>) -> bool {
        let Some(sku) = body["sku"].as_str().filter(|sku| !sku.is_empty()) else {
            return false;
        };
        self.products.iter().any(|(id, stored)| {
            let combinations = stored.document["combinations"].as_array();
            let taken = combinations.into_iter().flatten().any(|combination| {
                let id = combination["id"].as_u64().unwrap_or_default();
                combination["sku"] == sku && but != Some(Taken::Variation(id))
            });
            taken || (stored.document["sku"] == sku && but != Some(Taken::Product(*id)))
        })
    }
}
