//! Variations of a product.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::product::{counted, sku_taken};
use super::write::{Taken, attributes, check, write};
use super::{Answer, Asked, Goods, missing, not_allowed, wrong};

/// Fields of a variation that a request may write. It has no switch.
const WRITABLE: [&str; 11] = [
    "sku",
    "options",
    "price",
    "compareToPrice",
    "quantity",
    "unlimited",
    "outOfStockVisibilityBehaviour",
    "weight",
    "dimensions",
    "warningLimit",
    "externalReferenceId",
];

impl Goods {
    /// `None`: there is no such address.
    pub(super) fn variations(
        &mut self,
        product: u64,
        parts: &[&str],
        asked: &Asked<'_>,
    ) -> Option<Answer> {
        Some(match parts {
            [] => match *asked.method {
                Method::GET => {
                    let told = self.told(product)?;
                    (StatusCode::OK, told["combinations"].clone())
                }
                Method::POST => self.add_variation(product, asked.body),
                _ => not_allowed(),
            },
            [id] => self.variation(product, id.parse().unwrap_or_default(), asked),
            [id, "inventory"] => {
                let id = id.parse().unwrap_or_default();
                let document = &mut self.products.get_mut(&product)?.document;
                match find(document, id) {
                    Some(variation) => counted(variation, asked, &mut self.log),
                    None => missing("Combination"),
                }
            }
            _ => return None,
        })
    }

    fn add_variation(&mut self, product: u64, body: &Value) -> Answer {
        if let Err(why) = check(body) {
            return wrong(&why);
        }
        if self.has_sku(body, None) {
            return sku_taken();
        }
        let id = self.next_combination;
        let Some(stored) = self.products.get_mut(&product) else {
            return missing("Product");
        };
        let document = &mut stored.document;
        if let Err(why) = choose(document, body, id) {
            return wrong(&why);
        }
        self.next_combination += 1;
        let Some(combinations) = document["combinations"].as_array_mut() else {
            return missing("Product");
        };
        let mut variation = json!({
            "id": id,
            "combinationNumber": combinations.len() + 1,
            "quantity": 0,
            "unlimited": false,
            "inStock": true,
        });
        write(&mut variation, body, &WRITABLE);
        attributes(&mut variation, body);
        combinations.push(variation);
        (StatusCode::OK, json!({"id": id}))
    }

    fn variation(&mut self, product: u64, id: u64, asked: &Asked<'_>) -> Answer {
        if *asked.method == Method::PUT {
            if let Err(why) = check(asked.body) {
                return wrong(&why);
            }
            if self.has_sku(asked.body, Some(Taken::Variation(id))) {
                return sku_taken();
            }
        }
        let Some(stored) = self.products.get_mut(&product) else {
            return missing("Product");
        };
        let document = &mut stored.document;
        if find(document, id).is_none() {
            return missing("Combination");
        }
        match *asked.method {
            Method::GET => match find(document, id) {
                Some(variation) => (StatusCode::OK, variation.clone()),
                None => missing("Combination"),
            },
            Method::PUT => {
                if !asked.body["options"].is_null()
                    && let Err(why) = choose(document, asked.body, id)
                {
                    return wrong(&why);
                }
                if let Some(variation) = find(document, id) {
                    write(variation, asked.body, &WRITABLE);
                    attributes(variation, asked.body);
                }
                (StatusCode::OK, json!({"updateCount": 1}))
            }
            Method::DELETE => {
                if let Some(combinations) = document["combinations"].as_array_mut() {
                    combinations.retain(|one| one["id"] != id);
                }
                (StatusCode::OK, json!({"deleteCount": 1}))
            }
            _ => not_allowed(),
        }
    }
}

pub(super) fn find(document: &mut Value, id: u64) -> Option<&mut Value> {
    let combinations = document["combinations"].as_array_mut()?;
    combinations.iter_mut().find(|one| one["id"] == id)
}

/// No two variations are the same choices. An option or a choice that is not there yet is made.
fn choose(document: &mut Value, body: &Value, id: u64) -> Result<(), String> {
    let options = body["options"]
        .as_array()
        .filter(|options| !options.is_empty());
    let options = options.ok_or("options are empty")?;
    let chosen = |options: &Value| {
        let options = options.as_array().into_iter().flatten();
        let mut chosen: Vec<(String, String)> = options
            .map(|one| (one["name"].to_string(), one["value"].to_string()))
            .collect();
        chosen.sort();
        chosen
    };
    let mut others = document["combinations"].as_array().into_iter().flatten();
    let is_twin =
        |one: &Value| one["id"] != id && chosen(&one["options"]) == chosen(&body["options"]);
    if others.any(is_twin) {
        return Err("the combination already exists".to_owned());
    }
    for option in options {
        let (Some(name), Some(value)) = (option["name"].as_str(), option["value"].as_str()) else {
            return Err("an option is no name and value".to_owned());
        };
        ensure_choice(document, name, value);
    }
    Ok(())
}

pub(super) fn ensure_choice(document: &mut Value, name: &str, value: &str) {
    let Some(options) = document["options"].as_array_mut() else {
        return;
    };
    if !options.iter().any(|option| option["name"] == name) {
        options.push(json!({
            "type": "SELECT",
            "name": name,
            "choices": [],
            "defaultChoice": 0,
            "required": true,
        }));
    }
    let option = options.iter_mut().find(|option| option["name"] == name);
    let choices = option.and_then(|option| option["choices"].as_array_mut());
    if let Some(choices) = choices
        && !choices.iter().any(|choice| choice["text"] == value)
    {
        choices.push(json!({
            "text": value,
            "priceModifier": 0,
            "priceModifierType": "ABSOLUTE",
        }));
    }
}
