//! Products are made, changed and counted.

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};
use shop::sim::{StockCause, StockLog};

use super::super::body::date;
use super::write::{Taken, attributes, check, write};
use super::{Answer, Asked, Goods, Stored, wrong};

/// Fields of a product that a request may write.
const WRITABLE: [&str; 20] = [
    "name",
    "description",
    "sku",
    "enabled",
    "quantity",
    "unlimited",
    "outOfStockVisibilityBehaviour",
    "price",
    "compareToPrice",
    "costPrice",
    "weight",
    "dimensions",
    "isShippingRequired",
    "categoryIds",
    "tax",
    "subtitle",
    "warningLimit",
    "options",
    "externalReferenceId",
    "productClassId",
];

/// With nothing in it. That it is on sale at once is what the documents leave open.
pub(super) fn blank(id: u64, at: Timestamp) -> Value {
    json!({
        "id": id,
        "name": "",
        "description": "",
        "sku": "",
        "enabled": true,
        "quantity": 0,
        "unlimited": false,
        "inStock": true,
        "price": 0,
        "weight": 0,
        "created": date(at),
        "createTimestamp": at.as_second(),
        "updated": date(at),
        "updateTimestamp": at.as_second(),
        "productClassId": 0,
        "attributes": [
            {"id": 5_029_073, "name": "UPC", "type": "UPC", "value": "", "show": "NOTSHOW"},
            {"id": 5_029_074, "name": "Brand", "type": "BRAND", "value": "", "show": "NOTSHOW"},
        ],
        "options": [],
        "combinations": [],
        "categoryIds": [],
        "media": {"images": [], "videos": []},
    })
}

impl Goods {
    pub(super) fn create(&mut self, asked: &Asked<'_>) -> Answer {
        if let Err(why) = check(asked.body) {
            return wrong(&why);
        }
        if asked.body["name"].as_str().is_none_or(str::is_empty) {
            return wrong("name is empty");
        }
        if self
            .plan_limit
            .is_some_and(|limit| self.products.len() >= limit)
        {
            let body = json!({"errorMessage": "The merchant plan product limit is reached"});
            return (StatusCode::PAYMENT_REQUIRED, body);
        }
        if self.has_sku(asked.body, None) {
            return sku_taken();
        }
        let id = self.next_product;
        self.next_product += 1;
        let mut document = blank(id, asked.now);
        put(&mut document, asked.body);
        let made_at = asked.now;
        self.products.insert(id, Stored { made_at, document });
        (StatusCode::OK, json!({"id": id}))
    }

    pub(super) fn update(&mut self, id: u64, asked: &Asked<'_>) -> Answer {
        if let Err(why) = check(asked.body) {
            return wrong(&why);
        }
        if self.has_sku(asked.body, Some(Taken::Product(id))) {
            return sku_taken();
        }
        let Some(stored) = self.products.get_mut(&id) else {
            return super::missing("Product");
        };
        put(&mut stored.document, asked.body);
        let rebuilds = "rebuildVariationsOnOptionsUpdate=true";
        if !asked.body["options"].is_null() && asked.query.contains(rebuilds) {
            stored.document["combinations"] = json!([]);
        }
        if let Some(images) = asked.body["media"]["images"].as_array() {
            super::image::place(&mut stored.document, images);
        }
        stored.document["updated"] = json!(date(asked.now));
        stored.document["updateTimestamp"] = json!(asked.now.as_second());
        (StatusCode::OK, json!({"updateCount": 1}))
    }

    pub(super) fn add_stock(&mut self, id: u64, asked: &Asked<'_>) -> Answer {
        match self.products.get_mut(&id) {
            Some(stored) => counted(&mut stored.document, asked, &mut self.log),
            None => super::missing("Product"),
        }
    }
}

/// More or less of what is on a shelf. What is not counted stays so.
pub(super) fn counted(shelf: &mut Value, asked: &Asked<'_>, log: &mut StockLog) -> Answer {
    let Some(delta) = asked.body["quantityDelta"].as_i64() else {
        return wrong("quantityDelta is not a number");
    };
    if shelf["unlimited"] == true {
        return (StatusCode::OK, json!({"updateCount": 0}));
    }
    let before = shelf["quantity"].as_i64().unwrap_or(0);
    let left = before + delta;
    shelf["quantity"] = json!(left);
    let sku = shelf["sku"].as_str().unwrap_or_default();
    log.add(asked.now, sku, (before, left), StockCause::Compared);
    let mut said = json!({"updateCount": 1});
    if left < 0 {
        said["warning"] = json!("The product quantity became negative");
    }
    (StatusCode::OK, said)
}

fn put(document: &mut Value, body: &Value) {
    write(document, body, &WRITABLE);
    attributes(document, body);
    document["inStock"] = json!(
        document["unlimited"] == true || document["quantity"].as_i64().is_some_and(|left| left > 0)
    );
}

pub(super) fn sku_taken() -> Answer {
    let body = json!({"errorMessage": "The product with such SKU already exists"});
    (StatusCode::CONFLICT, body)
}
