//! Products as the API answers them.

use serde_json::{Value, json};

use super::{Choice, Image, Product, Variant, text};

impl Product {
    pub(super) fn shown(&self, include: &str) -> Value {
        let or = |name: &str, untold: Value| self.fields.get(name).cloned().unwrap_or(untold);
        let is_simple = self.options.is_empty();
        let level = match self.tracking() {
            "product" => self.stock.available(),
            "variant" => self
                .variants
                .iter()
                .map(|each| each.stock.available())
                .sum(),
            _ => 0,
        };
        let mut product = json!({
            "id": self.id, "name": self.name(), "type": or("type", json!("physical")),
            "sku": or("sku", json!("")), "description": or("description", json!("")),
            "price": or("price", json!(0)), "cost_price": or("cost_price", json!(0)),
            "calculated_price": or("price", json!(0)), "weight": or("weight", json!(0)),
            "width": or("width", json!(0)), "height": or("height", json!(0)),
            "depth": or("depth", json!(0)), "upc": or("upc", json!("")), "mpn": or("mpn", json!("")),
            "brand_id": or("brand_id", json!(0)), "categories": [],
            "is_visible": or("is_visible", json!(false)),
            "availability": or("availability", json!("available")),
            "inventory_tracking": or("inventory_tracking", json!("none")),
            "inventory_level": level.max(0), "sort_order": 0,
            "page_title": or("page_title", json!("")),
            "search_keywords": or("search_keywords", json!("")),
            "base_variant_id": self.variants.first().filter(|_| is_simple).map(|each| each.id),
        });
        let mut add = |name: &str, rows: Vec<Value>| {
            if include.split(',').any(|wanted| wanted == name)
                && let Some(fields) = product.as_object_mut()
            {
                fields.insert(name.to_owned(), Value::Array(rows));
            }
        };
        let variants = self.variants.iter();
        add(
            "variants",
            variants.map(|each| self.shown_variant(each)).collect(),
        );
        add("images", self.shown_images());
        product
    }

    pub(super) fn shown_variant(&self, variant: &Variant) -> Value {
        let or = |name: &str, untold: Value| variant.fields.get(name).cloned().unwrap_or(untold);
        let own_sku = if self.options.is_empty() {
            text(&self.fields, "sku")
        } else {
            text(&variant.fields, "sku")
        };
        let values = self.options.iter().filter_map(|option| {
            let value = variant.values.get(&option.id)?;
            let (_, label) = option.values.iter().find(|(id, _)| id == value)?;
            Some(json!({"id": value, "label": label, "option_id": option.id,
                "option_display_name": option.name}))
        });
        json!({
            "id": variant.id, "product_id": self.id, "sku": own_sku, "sku_id": null,
            "price": or("price", Value::Null), "cost_price": or("cost_price", Value::Null),
            "weight": or("weight", Value::Null), "width": or("width", Value::Null),
            "height": or("height", Value::Null), "depth": or("depth", Value::Null),
            "upc": or("upc", json!("")), "mpn": or("mpn", json!("")),
            "purchasing_disabled": or("purchasing_disabled", json!(false)),
            "purchasing_disabled_message": "", "image_url": variant.image_url,
            "inventory_level": variant.stock.available().max(0), "inventory_warning_level": 0,
            "bin_picking_number": "", "option_values": values.collect::<Vec<Value>>(),
        })
    }

    /// In their order.
    pub(super) fn shown_images(&self) -> Vec<Value> {
        let mut images: Vec<&Image> = self.images.iter().collect();
        images.sort_by_key(|image| (image.sort_order, image.id));
        images.iter().map(|image| self.shown_image(image)).collect()
    }

    pub(super) fn shown_image(&self, image: &Image) -> Value {
        let address = |size: &str| format!("https://cdn.example/{size}/{}.jpg", image.id);
        json!({"id": image.id, "product_id": self.id, "image_file": format!("a/{}.jpg", image.id),
            "is_thumbnail": image.sort_order == 0, "sort_order": image.sort_order,
            "description": image.description, "url_zoom": address("zoom"),
            "url_standard": address("standard"), "url_thumbnail": address("thumbnail"),
            "url_tiny": address("tiny"), "date_modified": "2026-11-21T14:00:00+00:00"})
    }
}

impl Choice {
    pub(super) fn shown(&self, product: u64) -> Value {
        let values = self.values.iter().zip(0..);
        let values = values.map(|((id, label), place): (_, i64)| {
            json!({"id": id, "label": label, "sort_order": place, "is_default": false,
                "value_data": {}})
        });
        json!({"id": self.id, "product_id": product, "display_name": self.name, "name": self.name,
            "type": "dropdown", "sort_order": self.sort_order,
            "option_values": values.collect::<Vec<Value>>()})
    }
}
