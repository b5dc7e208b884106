//! Names of options.

use serde_json::{Value, json};

use super::super::answer::gid;
use super::{Shelf, Ware, WareOption, number, wrong};

impl Shelf {
    pub(super) fn options(&self, variables: &Value) -> Value {
        let ware = number(&variables["id"], "Product").and_then(|id| self.wares.get(&id));
        let shown = |option: &WareOption| json!({ "id": gid("ProductOption", option.id), "name": option.name });
        let product = ware.map(|ware| {
            let options: Vec<Value> = ware.options.iter().map(shown).collect();
            json!({ "id": gid("Product", ware.id), "options": options })
        });
        json!({ "product": product })
    }

    pub(super) fn rename_option(&mut self, variables: &Value) -> Value {
        let told = &variables["option"];
        self.on("productOptionUpdate", variables, |ware| {
            let name = told["name"].as_str().unwrap_or_default();
            if ware.options.iter().any(|option| option.name == name) {
                return Err(("OPTION_ALREADY_EXISTS", "Option already exists."));
            }
            let id = number(&told["id"], "ProductOption");
            let option = ware.options.iter_mut().find(|option| Some(option.id) == id);
            let option = option.ok_or(("OPTION_DOES_NOT_EXIST", "Option does not exist."))?;
            name.clone_into(&mut option.name);
            Ok(())
        })
    }

    /// What is there takes the first value of each.
    pub(super) fn create_options(&mut self, variables: &Value) -> Value {
        let told: Vec<&Value> = variables["options"]
            .as_array()
            .into_iter()
            .flatten()
            .collect();
        let ids: Vec<u64> = told.iter().map(|_| self.id()).collect();
        self.on("productOptionsCreate", variables, |ware| {
            /// Of a product.
            const LIMIT: usize = 3;

            if ware.has_only_default_variant() {
                ware.options.clear();
                for variant in &mut ware.variants {
                    variant.values.clear();
                }
            }
            if ware.options.len() + told.len() > LIMIT {
                return Err((
                    "OPTIONS_OVER_LIMIT",
                    "Options count is over the allowed limit.",
                ));
            }
            for (told, id) in told.iter().zip(&ids) {
                let name = told["name"].as_str().unwrap_or_default().to_owned();
                let value = told["values"][0]["name"].as_str();
                let value = value.ok_or(("OPTION_VALUES_MISSING", "Values are missing."))?;
                ware.options.push(WareOption { id: *id, name });
                for variant in &mut ware.variants {
                    variant.values.push(value.to_owned());
                }
            }
            Ok(())
        })
    }

    pub(super) fn reorder_options(&mut self, variables: &Value) -> Value {
        let names = variables["options"].as_array().into_iter().flatten();
        let names: Vec<&str> = names.filter_map(|option| option["name"].as_str()).collect();
        self.on("productOptionsReorder", variables, |ware| {
            let place = |name: &&str| ware.options.iter().position(|option| option.name == **name);
            let places: Option<Vec<usize>> = names.iter().map(place).collect();
            let places = places.filter(|places| places.len() == ware.options.len());
            let places = places.ok_or(("OPTION_DOES_NOT_EXIST", "Option does not exist."))?;
            ware.options = places
                .iter()
                .map(|place| ware.options[*place].clone())
                .collect();
            for variant in &mut ware.variants {
                variant.values = places
                    .iter()
                    .map(|place| variant.values[*place].clone())
                    .collect();
            }
            Ok(())
        })
    }

    /// Only where no variant is lost by it.
    pub(super) fn delete_options(&mut self, variables: &Value) -> Value {
        let ids = variables["options"].as_array().into_iter().flatten();
        let ids: Vec<u64> = ids.filter_map(|id| number(id, "ProductOption")).collect();
        let default = self.id();
        self.on("productOptionsDelete", variables, |ware| {
            let kept: Vec<usize> = (0..ware.options.len())
                .filter(|place| !ids.contains(&ware.options[*place].id))
                .collect();
            let values = |values: &[String]| -> Vec<String> {
                kept.iter().map(|place| values[*place].clone()).collect()
            };
            let mut left: Vec<Vec<String>> = ware
                .variants
                .iter()
                .map(|variant| values(&variant.values))
                .collect();
            left.sort();
            left.dedup();
            if left.len() < ware.variants.len() {
                let message = "Cannot delete options without deleting variants.";
                return Err(("CANNOT_USE_NON_DESTRUCTIVE_STRATEGY", message));
            }
            ware.options = kept
                .iter()
                .map(|place| ware.options[*place].clone())
                .collect();
            for variant in &mut ware.variants {
                variant.values = values(&variant.values);
            }
            if ware.options.is_empty() {
                ware.set_default(default);
            }
            Ok(())
        })
    }

    /// Does something to the product that is named.
    fn on(
        &mut self,
        mutation: &str,
        variables: &Value,
        act: impl FnOnce(&mut Ware) -> Result<(), (&'static str, &'static str)>,
    ) -> Value {
        let id = &variables["productId"];
        let ware = number(id, "Product").and_then(|id| self.wares.get_mut(&id));
        let missing = ("PRODUCT_DOES_NOT_EXIST", "Product does not exist.");
        let payload = match ware.ok_or(missing).and_then(act) {
            Ok(()) => json!({ "product": { "id": id }, "userErrors": [] }),
            Err((code, message)) => {
                json!({ "product": null, "userErrors": [wrong(code, &["productId"], message)] })
            }
        };
        json!({ mutation: payload })
    }
}
