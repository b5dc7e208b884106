//! The same of what is asked and told of the shelf.

use std::collections::BTreeSet;
use std::sync::Arc;

use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use apollo_compiler::{ExecutableDocument, Schema};
use jiff::SignedDuration;
use serde_json::{Value, json};
use service::clock::ManualClock;

use super::super::{Options, Plan, Server, Shop};
use super::{Checker, SCHEMA};
use crate::operation::tests::points;
use crate::push::OPERATIONS;

/// What is asked and told of the shelf, done and refused.
#[test]
fn r_12_every_answer_of_the_shelf_is_what_the_schema_promises_and_nothing_else() {
    let schema = Schema::parse_and_validate(SCHEMA, "schema").unwrap();
    let options = Options::new(7, 1);
    let clock = Arc::new(ManualClock::at(options.opened_at));
    let server = Server::new(Shop::open(&options), 7, Plan::Enterprise, clock.clone());
    let mut answered = BTreeSet::new();
    for (name, variables) in said_of_the_shelf() {
        let (_, operation) = OPERATIONS.iter().find(|(known, _)| *known == name).unwrap();
        let text = operation.text.as_str();
        let document = ExecutableDocument::parse_and_validate(&schema, text, name).unwrap();
        let asked = document.operations.get(None).unwrap();
        let told: JsonMap = serde_json::from_value(variables.clone()).unwrap();
        coerce_variable_values(&schema, asked, &told).unwrap();
        let answer = server.asked_for(text, &variables);
        let checker = Checker {
            schema: &schema,
            document: &document,
        };
        let is_promised = checker.object("data", &asked.selection_set, &answer["data"]);
        assert_eq!(is_promised, Ok(()), "{name}: {answer}");
        let requested = answer["extensions"]["cost"]["requestedQueryCost"].as_u64();
        assert!(requested >= Some(points(&document)), "{name}");
        answered.insert(name);
        clock.advance(SignedDuration::from_secs(5));
    }
    assert_eq!(answered.len(), OPERATIONS.len());
}

fn said_of_the_shelf() -> Vec<(&'static str, Value)> {
    let ware = "gid://shopify/Product/6601000000001";
    let other = "gid://shopify/Product/6601000000002";
    let none = "gid://shopify/Product/404";
    let variant = "gid://shopify/ProductVariant/9007199254740993";
    let item = "gid://shopify/InventoryItem/9007199254740993";
    let (publication, location) = (
        "gid://shopify/Publication/90000000002",
        "gid://shopify/Location/70000000001",
    );
    let noted = json!({ "namespace": "$app", "key": "pos_id", "type": "id", "value": "P1" });
    let define = |owner: &str| {
        json!({ "definition": {
            "name": "POS id", "namespace": "$app", "key": "pos_id", "type": "id", "ownerType": owner,
        }})
    };
    let set = |value: &str| {
        json!({
            "identifier": { "customId": { "namespace": "$app", "key": "pos_id", "value": value } },
            "publication": publication, "location": location,
            "input": {
                "title": "Chemise", "status": "DRAFT", "metafields": [noted],
                "productOptions": [{ "name": "Taille", "position": 1, "values": [{ "name": "S" }] }],
                "files": [{ "originalSource": "https://pos.example/a.jpg", "alt": "", "contentType": "IMAGE", "filename": "a.jpg" }],
                "variants": [{
                    "optionValues": [{ "optionName": "Taille", "name": "S" }], "price": "1.00",
                    "inventoryItem": { "tracked": true, "sku": "A" },
                }],
            },
        })
    };
    let media = json!([{ "originalSource": "https://pos.example/b.jpg", "alt": "b", "mediaContentType": "IMAGE" }]);
    let quantities = |item: &str, from: Value| {
        json!({ "key": format!("{item}{from}"), "input": {
            "name": "available", "reason": "correction", "referenceDocumentUri": "gid://comptoir/StockPush/1",
            "quantities": [{ "inventoryItemId": item, "locationId": location, "quantity": 5, "changeFromQuantity": from }],
        }})
    };
    let listings = json!({ "ids": [ware, none], "publication": publication, "location": location });
    let of = |id: &str| json!({ "id": id });
    let options = |id: &str| json!({ "productId": id, "options": [{ "name": "Taille", "values": [{ "name": "S" }] }] });
    let at = json!([{ "publicationId": publication }]);
    let nowhere = json!([{ "publicationId": "gid://shopify/Publication/404" }]);
    let added = |value: &str| {
        json!({ "productId": ware, "variants": [{
            "optionValues": [{ "optionName": "Taille", "name": value }], "price": "2.00", "metafields": [noted],
        }]})
    };
    vec![
        ("shop_terms", json!({})),
        ("publications", json!({ "after": null })),
        ("product_set", set("P2")),
        ("metafield_definition_create", define("PRODUCT")),
        ("metafield_definition_create", define("PRODUCT")),
        ("product_set", set("P1")),
        (
            "product_by_note",
            json!({ "identifier": { "customId": { "key": "pos_id", "namespace": "$app", "value": "P1" } } }),
        ),
        (
            "product_by_note",
            json!({ "identifier": { "customId": { "key": "pos_id", "namespace": "$app", "value": "P9" } } }),
        ),
        (
            "metafields_set",
            json!({ "metafields": [{ "ownerId": ware, "key": "pos_id", "namespace": "$app", "type": "id", "value": "P3" }] }),
        ),
        (
            "metafields_set",
            json!({ "metafields": [{ "ownerId": other, "key": "pos_id", "namespace": "$app", "type": "id", "value": "P3" }] }),
        ),
        (
            "product_update",
            json!({ "product": { "id": ware, "title": "T", "status": "DRAFT" } }),
        ),
        (
            "product_update",
            json!({ "product": { "id": none, "title": "T" } }),
        ),
        (
            "product_add_media",
            json!({ "product": of(ware), "media": media }),
        ),
        (
            "product_add_media",
            json!({ "product": of(none), "media": media }),
        ),
        ("product_media", of(ware)),
        ("product_media", of(none)),
        (
            "product_reorder_media",
            json!({ "id": ware, "moves": [{ "id": "gid://shopify/MediaImage/1", "newPosition": "0" }] }),
        ),
        ("product_reorder_media", json!({ "id": none, "moves": [] })),
        (
            "file_update",
            json!({ "files": [{ "id": "gid://shopify/MediaImage/1", "referencesToRemove": [ware] }] }),
        ),
        ("product_options_create", options(ware)),
        ("product_options_create", options(none)),
        ("product_options", of(ware)),
        ("product_options", of(none)),
        (
            "product_option_update",
            json!({ "productId": ware, "option": { "id": "gid://shopify/ProductOption/404", "name": "X" } }),
        ),
        (
            "product_options_reorder",
            json!({ "productId": ware, "options": [{ "name": "Taille" }] }),
        ),
        (
            "product_options_delete",
            json!({ "productId": ware, "options": ["gid://shopify/ProductOption/404"] }),
        ),
        ("product_variants_bulk_create", added("M")),
        ("product_variants_bulk_create", added("M")),
        (
            "product_variants_bulk_update",
            json!({ "productId": ware, "variants": [{ "id": variant, "price": "3.00" }] }),
        ),
        (
            "product_variants_bulk_update",
            json!({ "productId": ware, "variants": [{ "id": variant, "price": "-3.00" }] }),
        ),
        (
            "publishable_unpublish",
            json!({ "id": variant, "input": at }),
        ),
        ("publishable_publish", json!({ "id": ware, "input": at })),
        (
            "publishable_publish",
            json!({ "id": ware, "input": nowhere }),
        ),
        ("listings_by_id", listings),
        (
            "listing_variants_page",
            json!({ "id": ware, "after": "0", "publication": publication, "location": location }),
        ),
        (
            "listing_variants_page",
            json!({ "id": none, "after": "0", "publication": publication, "location": location }),
        ),
        ("product_ids_page", json!({ "after": null })),
        (
            "variants_by_sku",
            json!({ "query": "sku:'SIM-00001'", "after": null }),
        ),
        ("existing", json!({ "ids": [ware, variant, item, none] })),
        (
            "product_variants_bulk_delete",
            json!({ "productId": ware, "variantsIds": [variant] }),
        ),
        (
            "product_variants_bulk_delete",
            json!({ "productId": ware, "variantsIds": [variant] }),
        ),
        (
            "inventory_items",
            json!({ "ids": ["gid://shopify/ProductVariant/9007199254740994", variant] }),
        ),
        (
            "inventory_levels",
            json!({ "ids": ["gid://shopify/InventoryItem/9007199254740994", item], "location": location }),
        ),
        (
            "inventory_set_quantities",
            quantities("gid://shopify/InventoryItem/9007199254740994", json!(1_000)),
        ),
        (
            "inventory_set_quantities",
            quantities("gid://shopify/InventoryItem/9007199254740994", json!(1_000)),
        ),
        (
            "inventory_set_quantities",
            quantities("gid://shopify/InventoryItem/9007199254740994", json!(7)),
        ),
        ("inventory_set_quantities", quantities(item, json!(null))),
        (
            "inventory_activate",
            json!({ "inventoryItemId": "gid://shopify/InventoryItem/9007199254740994", "locationId": location, "key": "k" }),
        ),
        (
            "inventory_activate",
            json!({ "inventoryItemId": item, "locationId": location, "key": "k" }),
        ),
        (
            "inventory_item_update",
            json!({ "id": "gid://shopify/InventoryItem/9007199254740994", "input": { "tracked": true } }),
        ),
        (
            "inventory_item_update",
            json!({ "id": item, "input": { "tracked": true } }),
        ),
        ("product_delete", json!({ "input": of(other) })),
        ("product_delete", json!({ "input": of(none) })),
    ]
}
