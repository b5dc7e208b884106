//! Variants that come, change and go.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::answer::gid;
use super::answer::note;
use super::index::Key;
use super::{Shelf, Ware, WareVariant, number, wrong};

/// A code, and what it says.
pub(super) type Refused = (&'static str, &'static str);

const NO_PRODUCT: Refused = ("PRODUCT_DOES_NOT_EXIST", "Product does not exist");
const VARIANTS_LIMIT: usize = 2_048;

/// Makes a variant what it is told to be; what is not told stays.
pub(super) fn fill(variant: &mut WareVariant, ware: &Ware, told: &Value) -> Result<(), Refused> {
    if let Some(price) = told["price"].as_str() {
        if price.starts_with('-') {
            return Err(("NEGATIVE_PRICE_VALUE", "Price must be at least 0"));
        }
        price.clone_into(&mut variant.price);
    }
    if let Some(barcode) = told["barcode"].as_str() {
        barcode.clone_into(&mut variant.barcode);
    }
    let item = &told["inventoryItem"];
    if let Some(sku) = item["sku"].as_str() {
        sku.clone_into(&mut variant.sku);
    }
    if let Some(is_tracked) = item["tracked"].as_bool() {
        variant.is_tracked = is_tracked;
    }
    let weight = &item["measurement"]["weight"];
    if let Some(unit) = weight["unit"].as_str() {
        variant.weight = (unit.to_owned(), weight["value"].clone());
    }
    if let Some(note) = told["metafields"][0]["value"].as_str() {
        variant.note = Some(note.to_owned());
    }
    if let Some(is_published) = told["published"].as_bool() {
        variant.is_published = is_published;
    }
    if let Some(id) = number(&told["mediaId"], "MediaImage") {
        if ware.media.iter().all(|media| media.id != id) {
            return Err(("INVALID_INPUT", "Media does not exist on the product"));
        }
        variant.media = Some(id);
    }
    // Of a product that is made: the file is named as the product's files are.
    if let Some(name) = told["file"]["filename"].as_str() {
        variant.media = ware
            .media
            .iter()
            .find(|media| media.name == name)
            .map(|media| media.id);
    }
    if let Some(values) = told["optionValues"].as_array() {
        variant.values.resize(ware.options.len(), String::new());
        for told in values {
            let place = ware
                .options
                .iter()
                .position(|option| told["optionName"] == option.name);
            let place = place.ok_or(("OPTION_DOES_NOT_EXIST", "Option does not exist"))?;
            told["name"]
                .as_str()
                .unwrap_or_default()
                .clone_into(&mut variant.values[place]);
        }
    }
    if variant.values.len() != ware.options.len() || variant.values.contains(&String::new()) {
        return Err(("NEED_TO_ADD_OPTION_VALUES", "An option has no value"));
    }
    Ok(())
}

impl Shelf {
    /// All of them or none.
    pub(super) fn create_variants(&mut self, variables: &Value, now: Timestamp) -> Value {
        let made = self.made_variants(variables);
        let (made, errors) = match made {
            Ok(made) => (made, Vec::new()),
            Err((place, (code, message))) => {
                let place = place.to_string();
                (
                    Vec::new(),
                    vec![wrong(code, &["variants", &place], message)],
                )
            }
        };
        let shown = |variant: &WareVariant| {
            json!({
                "id": gid("ProductVariant", variant.id),
                "note": note(variant.note.as_deref()),
                "inventoryItem": { "id": gid("InventoryItem", variant.item_id) },
            })
        };
        let shown: Vec<Value> = made.iter().map(shown).collect();
        if let Some(id) = number(&variables["productId"], "Product").filter(|_| errors.is_empty())
            && let Some(ware) = self.wares.get_mut(&id)
        {
            ware.variants.extend(made);
            ware.changed_at = now;
            self.follow(id);
        }
        json!({ "productVariantsBulkCreate": { "productVariants": shown, "userErrors": errors } })
    }

    fn made_variants(&mut self, variables: &Value) -> Result<Vec<WareVariant>, (usize, Refused)> {
        let id = number(&variables["productId"], "Product");
        let ware = id
            .and_then(|id| self.wares.get(&id))
            .ok_or((0, NO_PRODUCT))?
            .clone();
        let mut made: Vec<WareVariant> = Vec::new();
        for (place, told) in variables["variants"]
            .as_array()
            .into_iter()
            .flatten()
            .enumerate()
        {
            let id = self.id();
            let mut variant = WareVariant::new(id, id);
            fill(&mut variant, &ware, told).map_err(|refused| (place, refused))?;
            let mut others = ware.variants.iter().chain(&made);
            if others.any(|other| other.values == variant.values) {
                let refused = ("VARIANT_ALREADY_EXISTS", "The variant already exists.");
                return Err((place, refused));
            }
            let is_noted = |note: &String| {
                self.holder(&Key::VariantNote(note.clone())).is_some()
                    || made.iter().any(|other| other.note.as_ref() == Some(note))
            };
            if variant.note.as_ref().is_some_and(is_noted) {
                return Err((place, ("INVALID_INPUT", "Value must be unique.")));
            }
            made.push(variant);
        }
        if ware.variants.len() + made.len() > VARIANTS_LIMIT {
            return Err((0, ("VARIANTS_OVER_LIMIT", "Variants are limited to 2048.")));
        }
        Ok(made)
    }

    /// Those that are right, whatever is wrong with others.
    pub(super) fn update_variants(&mut self, variables: &Value, now: Timestamp) -> Value {
        let (mut updated, mut errors) = (Vec::new(), Vec::new());
        let id = number(&variables["productId"], "Product");
        match id.and_then(|id| self.wares.get_mut(&id)) {
            None => errors.push(wrong(NO_PRODUCT.0, &["productId"], NO_PRODUCT.1)),
            Some(ware) => {
                let told = variables["variants"].as_array().into_iter().flatten();
                for (place, told) in told.enumerate() {
                    match update(ware, told) {
                        Ok(()) => updated.push(json!({ "id": told["id"] })),
                        Err((code, message)) => {
                            let place = place.to_string();
                            errors.push(wrong(code, &["variants", &place], message));
                        }
                    }
                }
                ware.changed_at = now;
            }
        }
        json!({ "productVariantsBulkUpdate": { "productVariants": updated, "userErrors": errors } })
    }

    pub(super) fn delete_variants(&mut self, variables: &Value) -> Value {
        let ids = variables["variantsIds"].as_array().into_iter().flatten();
        let ids: Vec<u64> = ids.filter_map(|id| number(id, "ProductVariant")).collect();
        let id = number(&variables["productId"], "Product");
        let ware = id.and_then(|id| self.wares.get_mut(&id)).ok_or(NO_PRODUCT);
        let done = ware.and_then(|ware| {
            let is_there = |id: &u64| ware.variants.iter().any(|variant| variant.id == *id);
            if !ids.iter().all(is_there) {
                let code = "AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT";
                return Err((code, "At least one variant does not belong to the product"));
            }
            if ids.len() >= ware.variants.len() {
                return Err((
                    "CANNOT_DELETE_LAST_VARIANT",
                    "Cannot delete the last variant",
                ));
            }
            ware.variants.retain(|variant| !ids.contains(&variant.id));
            Ok(())
        });
        if let Some(id) = id {
            self.follow(id);
        }
        let payload = match done {
            Ok(()) => json!({ "product": { "id": variables["productId"] }, "userErrors": [] }),
            Err((code, message)) => {
                json!({ "product": null, "userErrors": [wrong(code, &["variantsIds"], message)] })
            }
        };
        json!({ "productVariantsBulkDelete": payload })
    }
}

fn update(ware: &mut Ware, told: &Value) -> Result<(), Refused> {
    let id = number(&told["id"], "ProductVariant");
    let place = ware
        .variants
        .iter()
        .position(|variant| Some(variant.id) == id);
    let missing = (
        "PRODUCT_VARIANT_DOES_NOT_EXIST",
        "Product variant does not exist",
    );
    let place = place.ok_or(missing)?;
    let mut variant = ware.variants[place].clone();
    fill(&mut variant, ware, told)?;
    let mut others = ware.variants.iter();
    if others.any(|other| other.id != variant.id && other.values == variant.values) {
        return Err(("VARIANT_ALREADY_EXISTS", "The variant already exists."));
    }
    ware.variants[place] = variant;
    Ok(())
}
