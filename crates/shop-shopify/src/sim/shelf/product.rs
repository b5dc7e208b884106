//! Products that are made, told of and deleted.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::index::Key;
use super::variants::{Refused, fill};
use super::{Shelf, Ware, WareOption, WareVariant, answer, number, uncoded, wrong};

const TITLE_LIMIT_CHARS: usize = 255;
const OPTIONS_LIMIT: usize = 3;
const VARIANTS_LIMIT: usize = 2_048;

impl Shelf {
    /// Makes the product, or makes the one that says it is this one what it is told to be: variants that are left out
    /// are deleted.
    pub(super) fn set(&mut self, variables: &Value, now: Timestamp) -> Result<Value, Value> {
        answer::at_home(variables)?;
        let input = &variables["input"];
        let value = variables["identifier"]["customId"]["value"].as_str();
        let made = self.checked(input, value).and_then(|()| {
            let known = value.and_then(|value| self.holder(&Key::Note(value.to_owned())));
            let mut ware = match known {
                Some(ware) => ware.clone(),
                None => Ware::new(self.id(), now),
            };
            ware.note = value.map(str::to_owned);
            texts(&mut ware, input);
            ware.changed_at = now;
            self.set_options(&mut ware, input);
            self.set_media(&mut ware, input, now);
            self.set_variants(&mut ware, input)?;
            Ok(ware)
        });
        let (product, errors) = match made {
            Ok(ware) => {
                let product = answer::listing(&ware, now);
                let id = ware.id;
                self.wares.insert(id, ware);
                self.follow(id);
                (product, Vec::new())
            }
            Err((code, message)) => (Value::Null, vec![wrong(code, &["input"], message)]),
        };
        Ok(json!({ "productSet": { "product": product, "userErrors": errors } }))
    }

    fn checked(&self, input: &Value, value: Option<&str>) -> Result<(), Refused> {
        let notes = input["metafields"].as_array().into_iter().flatten();
        let mut notes = notes.map(|note| note["value"].as_str());
        let length = |list: &str| input[list].as_array().map_or(0, Vec::len);
        let title = input["title"].as_str().unwrap_or_default();
        if value.is_none() || !notes.any(|note| note == value) {
            return Err((
                "METAFIELD_MISMATCH",
                "Metafields must contain the custom id.",
            ));
        }
        if !self.definitions.contains("PRODUCT") {
            return Err(("NOT_FOUND", "There is no definition for this custom id."));
        }
        if title.is_empty() || title.chars().count() > TITLE_LIMIT_CHARS {
            return Err(("INVALID_INPUT", "Title must have 1 to 255 characters."));
        }
        if length("productOptions") > OPTIONS_LIMIT {
            return Err(("OPTIONS_OVER_LIMIT", "Options are limited to 3."));
        }
        if length("variants") > VARIANTS_LIMIT {
            return Err(("VARIANTS_OVER_LIMIT", "Variants are limited to 2048."));
        }
        if length("variants") == 0 {
            return Err((
                "VARIANTS_INPUT_MISSING",
                "Variants input is required with options.",
            ));
        }
        Ok(())
    }

    fn set_options(&mut self, ware: &mut Ware, input: &Value) {
        let options = input["productOptions"].as_array().into_iter().flatten();
        let names: Vec<&str> = options
            .filter_map(|option| option["name"].as_str())
            .collect();
        ware.options = names
            .iter()
            .map(|name| WareOption {
                id: self.id(),
                name: (*name).to_owned(),
            })
            .collect();
    }

    fn set_variants(&mut self, ware: &mut Ware, input: &Value) -> Result<(), Refused> {
        let mut before = std::mem::take(&mut ware.variants);
        for told in input["variants"].as_array().into_iter().flatten() {
            let id = self.id();
            let mut variant = WareVariant::new(id, id);
            fill(&mut variant, ware, told)?;
            if let Some(known) = before
                .iter()
                .position(|known| known.values == variant.values)
            {
                variant = before.remove(known);
                fill(&mut variant, ware, told)?;
            }
            if ware
                .variants
                .iter()
                .any(|other| other.values == variant.values)
            {
                return Err(("INVALID_VARIANT", "The variant already exists."));
            }
            if variant
                .note
                .as_ref()
                .is_some_and(|note| self.is_of_another(note, variant.id))
            {
                return Err(("CAPABILITY_VIOLATION", "Value must be unique."));
            }
            ware.variants.push(variant);
        }
        Ok(())
    }

    pub(super) fn update(&mut self, variables: &Value, now: Timestamp) -> Value {
        let told = &variables["product"];
        let ware = number(&told["id"], "Product").and_then(|id| self.wares.get_mut(&id));
        let payload = match ware {
            None => refused(&["id"], "Product does not exist"),
            Some(_) if told["title"].as_str().is_some_and(is_no_title) => {
                refused(&["title"], "Title must have 1 to 255 characters")
            }
            Some(ware) => {
                texts(ware, told);
                ware.changed_at = now;
                json!({ "product": { "id": told["id"] }, "userErrors": [] })
            }
        };
        json!({ "productUpdate": payload })
    }

    pub(super) fn delete(&mut self, variables: &Value) -> Value {
        let id = &variables["input"]["id"];
        let gone = number(id, "Product").and_then(|id| self.wares.remove(&id));
        if let Some(gone) = &gone {
            self.follow(gone.id);
        }
        let payload = match gone {
            Some(_) => json!({ "deletedProductId": id, "userErrors": [] }),
            None => json!({
                "deletedProductId": null, "userErrors": [uncoded(&["id"], "Product does not exist")],
            }),
        };
        json!({ "productDelete": payload })
    }
}

pub(super) fn refused(field: &[&str], message: &str) -> Value {
    json!({ "product": null, "userErrors": [uncoded(field, message)] })
}

fn is_no_title(title: &str) -> bool {
    title.is_empty() || title.chars().count() > TITLE_LIMIT_CHARS
}

/// What is told; the rest stays.
fn texts(ware: &mut Ware, told: &Value) {
    for (name, text) in [
        ("title", &mut ware.title),
        ("descriptionHtml", &mut ware.description_html),
        ("vendor", &mut ware.vendor),
        ("status", &mut ware.status),
    ] {
        if let Some(told) = told[name].as_str() {
            told.clone_into(text);
        }
    }
}
