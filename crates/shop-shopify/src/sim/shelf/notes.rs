//! Ids of the app, each once in the shop.

use serde_json::{Value, json};

use super::super::answer::gid;
use super::index::Key;
use super::{Shelf, number, wrong};

/// Whose id it is.
#[derive(Clone, Copy)]
enum Owner {
    Ware(u64),
    Variant(u64),
}

impl Owner {
    fn of(note: &Value) -> Option<Self> {
        let id = &note["ownerId"];
        let ware = number(id, "Product").map(Self::Ware);
        ware.or_else(|| number(id, "ProductVariant").map(Self::Variant))
    }
}

impl Shelf {
    pub(super) fn define(&mut self, variables: &Value) -> Value {
        let owner = variables["definition"]["ownerType"]
            .as_str()
            .unwrap_or_default();
        let payload = if self.definitions.insert(owner.to_owned()) {
            let id = gid("MetafieldDefinition", self.id());
            json!({ "createdDefinition": { "id": id }, "userErrors": [] })
        } else {
            let taken = wrong(
                "TAKEN",
                &["definition", "key"],
                "Key is in use for this owner type.",
            );
            json!({ "createdDefinition": null, "userErrors": [taken] })
        };
        json!({ "metafieldDefinitionCreate": payload })
    }

    /// All of them or none.
    pub(super) fn note(&mut self, variables: &Value) -> Value {
        let told: Vec<&Value> = variables["metafields"]
            .as_array()
            .into_iter()
            .flatten()
            .collect();
        let refused = |(place, note): (usize, &&Value)| {
            let (code, message) = self.refused_note(note)?;
            Some(wrong(
                code,
                &["metafields", &place.to_string(), "value"],
                message,
            ))
        };
        let errors: Vec<Value> = told.iter().enumerate().filter_map(refused).collect();
        let mut made = Vec::new();
        for note in told.iter().filter(|_| errors.is_empty()) {
            let value = note["value"].as_str().map(str::to_owned);
            let ware = match Owner::of(note) {
                Some(Owner::Ware(id)) => {
                    if let Some(ware) = self.wares.get_mut(&id) {
                        ware.note = value;
                    }
                    Some(id)
                }
                Some(Owner::Variant(id)) => {
                    if let Some(variant) = self.variant_mut(id) {
                        variant.note = value;
                    }
                    self.holder(&Key::Variant(id)).map(|ware| ware.id)
                }
                None => None,
            };
            if let Some(ware) = ware {
                self.follow(ware);
            }
            made.push(json!({ "id": gid("Metafield", self.id()) }));
        }
        json!({ "metafieldsSet": { "metafields": made, "userErrors": errors } })
    }

    fn refused_note(&self, note: &Value) -> Option<(&'static str, &'static str)> {
        let missing = ("INVALID", "Owner does not exist.");
        let value = note["value"].as_str().unwrap_or_default().to_owned();
        let is_taken = match Owner::of(note) {
            None => return Some(missing),
            Some(Owner::Ware(id)) if !self.wares.contains_key(&id) => return Some(missing),
            Some(Owner::Ware(id)) => self
                .holder(&Key::Note(value))
                .is_some_and(|ware| ware.id != id),
            Some(Owner::Variant(id)) if self.holder(&Key::Variant(id)).is_none() => {
                return Some(missing);
            }
            Some(Owner::Variant(id)) => self.is_of_another(&value, id),
        };
        is_taken.then_some(("TAKEN", "Value must be unique."))
    }

    /// Whether another variant than this one has the app's id.
    pub(super) fn is_of_another(&self, note: &str, variant: u64) -> bool {
        let holder = self.holder(&Key::VariantNote(note.to_owned()));
        let mut all = holder.into_iter().flat_map(|ware| &ware.variants);
        all.any(|other| other.note.as_deref() == Some(note) && other.id != variant)
    }
}
