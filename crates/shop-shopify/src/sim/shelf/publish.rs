//! Where a product or a variant is sold.

use serde_json::{Value, json};

use super::{ONLINE_STORE_ID, Shelf, number, top, uncoded};

impl Shelf {
    pub(super) fn publish(
        &mut self,
        variables: &Value,
        is_published: bool,
    ) -> Result<Value, Value> {
        let mutation = if is_published {
            "publishablePublish"
        } else {
            "publishableUnpublish"
        };
        let told = variables["input"].as_array().into_iter().flatten();
        let mut told = told.map(|told| number(&told["publicationId"], "Publication"));
        let id = &variables["id"];
        let ware = number(id, "Product").and_then(|id| self.wares.get_mut(&id));
        let kind = if let Some(ware) = ware {
            ware.is_published = is_published;
            "Product"
        } else if let Some(variant) =
            number(id, "ProductVariant").and_then(|id| self.variant_mut(id))
        {
            variant.is_published = is_published;
            "ProductVariant"
        } else {
            return Err(top("RESOURCE_NOT_FOUND", "invalid id"));
        };
        let errors = if told.all(|told| told == Some(ONLINE_STORE_ID)) {
            Vec::new()
        } else {
            vec![uncoded(&["input"], "Publication does not exist")]
        };
        let publishable = json!({ "__typename": kind });
        Ok(json!({ mutation: { "publishable": publishable, "userErrors": errors } }))
    }
}
