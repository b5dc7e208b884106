//! What the simulator answers is what the operations ask for, by the schema.

use std::sync::Arc;

use apollo_compiler::ast::Type;
use apollo_compiler::executable::{Selection, SelectionSet};
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::{Value, json};
use service::clock::ManualClock;

use super::{Options, Plan, Server, Shop, answer};
use crate::operation::tests::points;
use crate::operation::{
    LINE_ITEMS_PAGE, ORDER_BY_ID, ORDERS_PAGE, REFUND_LINE_ITEMS_PAGE, SHOP, SUBSCRIPTION_CREATE,
    SUBSCRIPTION_DELETE, SUBSCRIPTIONS,
};
use crate::push::OPERATIONS;

const SCHEMA: &str = include_str!("../../fixtures/schema/admin_2026-10.trimmed.graphql");

#[test]
fn r_12_every_order_is_what_the_schema_promises_and_nothing_else() {
    let schema = Schema::parse_and_validate(SCHEMA, "schema").unwrap();
    let document =
        ExecutableDocument::parse_and_validate(&schema, ORDER_BY_ID.as_str(), "order").unwrap();
    let set = &document.operations.get(None).unwrap().selection_set;
    let check = |answer: &Value| {
        Checker {
            schema: &schema,
            document: &document,
        }
        .object("data", set, answer)
    };
    let shop = Shop::open(&Options::new(7, 80));
    for order in shop.orders().iter().flatten() {
        let mut answered = answer::order(shop.catalogue(), order);
        check(&json!({ "order": answered })).unwrap();
        answered["displayFinancialStatus"] = json!("OWED");
        assert!(
            check(&json!({ "order": answered })).is_err(),
            "no such status"
        );
    }
}

/// Each operation with the variables that are sent with it, done and refused.
#[test]
fn r_12_every_answer_is_what_the_schema_promises_and_nothing_else() {
    let schema = Schema::parse_and_validate(SCHEMA, "schema").unwrap();
    let options = Options::new(7, 80);
    let shop = Shop::open(&options);
    let clock = Arc::new(ManualClock::at(options.opened_at));
    let server = Server::new(shop.clone(), 7, Plan::Enterprise, clock);
    for (place, versions) in shop.orders().iter().enumerate() {
        server.reach(place, versions.len() - 1);
    }
    let large = shop.orders().iter().flatten();
    let large = large.clone().max_by_key(|order| order.lines.len()).unwrap();
    let mut refunds = shop
        .orders()
        .iter()
        .filter_map(|all| all.last()?.refunds.first());
    let refund = refunds.next().unwrap();
    let gid = |kind: &str, id: u64| format!("gid://shopify/{kind}/{id}");
    let hook = |uri: &str| {
        json!({
            "topic": "ORDERS_CREATE",
            "webhookSubscription": { "uri": uri, "format": "JSON" },
        })
    };
    let (here, plain) = ("https://pos.example/hooks/7", "http://pos.example/hooks/7");
    let hook_id = gid("WebhookSubscription", 1_401_000_000_001);
    let page = json!({ "first": 100, "after": null });
    let by = |sort_key: &str, query: Value| json!({ "query": query, "sortKey": sort_key, "first": 250, "after": null });
    let since = json!("updated_at:>='2026-11-21T14:01:00Z'");
    for (operation, variables) in [
        (&*ORDER_BY_ID, json!({ "id": gid("Order", large.id) })),
        (&*ORDER_BY_ID, json!({ "id": gid("Order", 5) })),
        (
            &*LINE_ITEMS_PAGE,
            json!({ "id": gid("Order", large.id), "first": 250, "after": "50" }),
        ),
        (
            &*REFUND_LINE_ITEMS_PAGE,
            json!({ "refunds": [gid("Refund", refund.id)], "first": 250, "after": null }),
        ),
        (&*ORDERS_PAGE, by("UPDATED_AT", since)),
        (&*ORDERS_PAGE, by("CREATED_AT", Value::Null)),
        (&*SHOP, json!({})),
        (&*SUBSCRIPTION_CREATE, hook(here)),
        (&*SUBSCRIPTION_CREATE, hook(here)),
        (&*SUBSCRIPTION_CREATE, hook(plain)),
        (&*SUBSCRIPTIONS, page),
        (&*SUBSCRIPTION_DELETE, json!({ "id": hook_id })),
        (&*SUBSCRIPTION_DELETE, json!({ "id": hook_id })),
    ] {
        let document = ExecutableDocument::parse_and_validate(&schema, operation, "it").unwrap();
        let checker = Checker {
            schema: &schema,
            document: &document,
        };
        let asked = document.operations.get(None).unwrap();
        let answer = server.asked_for(operation, &variables);
        let cost = &answer["extensions"]["cost"];
        checker
            .object("data", &asked.selection_set, &answer["data"])
            .unwrap();
        assert_eq!(
            cost["requestedQueryCost"].as_u64(),
            Some(points(&document)),
            "{operation}"
        );
        assert!(cost["actualQueryCost"].as_u64() <= cost["requestedQueryCost"].as_u64());
    }
}

/// What is asked and told of the shelf, done and refused.
#[test]
fn r_12_every_answer_of_the_shelf_is_what_the_schema_promises_and_nothing_else() {
    let schema = Schema::parse_and_validate(SCHEMA, "schema").unwrap();
    let options = Options::new(7, 1);
    let clock = Arc::new(ManualClock::at(options.opened_at));
    let server = Server::new(Shop::open(&options), 7, Plan::Enterprise, clock.clone());
    let mut answered = std::collections::BTreeSet::new();
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
        let checked = checker.object("data", &asked.selection_set, &answer["data"]);
        assert_eq!(checked, Ok(()), "{name}: {answer}");
        let requested = answer["extensions"]["cost"]["requestedQueryCost"].as_u64();
        assert!(requested >= Some(points(&document)), "{name}");
        answered.insert(name);
        clock.advance(jiff::SignedDuration::from_secs(5));
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
    let note = json!({ "namespace": "$app", "key": "pos_id", "type": "id", "value": "P1" });
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
                "title": "Chemise", "status": "DRAFT", "metafields": [note],
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
            "optionValues": [{ "optionName": "Taille", "name": value }], "price": "2.00", "metafields": [note],
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

/// The same check holds for the samples that the mapping is tested with.
#[test]
fn the_samples_are_what_the_schema_promises() {
    let schema = Schema::parse_and_validate(SCHEMA, "schema").unwrap();
    let document =
        ExecutableDocument::parse_and_validate(&schema, ORDER_BY_ID.as_str(), "order").unwrap();
    let set = &document.operations.get(None).unwrap().selection_set;
    let checker = Checker {
        schema: &schema,
        document: &document,
    };
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/graphql");
    let mut samples = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let body = std::fs::read(entry.unwrap().path()).unwrap();
        let sample: Value = serde_json::from_slice(&body).unwrap();
        checker.object("data", set, &sample["data"]).unwrap();
        samples += 1;
    }
    assert_eq!(samples, 14);
}

struct Checker<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
}

impl Checker<'_> {
    /// Whether an object has the selected fields, of their types, and no others.
    fn object(&self, at: &str, set: &SelectionSet, value: &Value) -> Result<(), String> {
        let fields = value
            .as_object()
            .ok_or_else(|| format!("{at} is no object"))?;
        let mut asked = Vec::new();
        self.fields(at, set, value, &mut asked)?;
        match fields.keys().find(|key| !asked.contains(key)) {
            Some(key) => Err(format!("{at}.{key} was not asked for")),
            None => Ok(()),
        }
    }

    fn fields(
        &self,
        at: &str,
        set: &SelectionSet,
        value: &Value,
        asked: &mut Vec<String>,
    ) -> Result<(), String> {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    let key = field.response_key().to_string();
                    let at = format!("{at}.{key}");
                    let member = value.get(&key).ok_or_else(|| format!("{at} is missing"))?;
                    self.value(&at, field.ty(), &field.selection_set, member)?;
                    asked.push(key);
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = spread.fragment_def(self.document).unwrap();
                    self.fields(at, &fragment.selection_set, value, asked)?;
                }
                Selection::InlineFragment(inline) => {
                    let is_meant = inline
                        .type_condition
                        .as_ref()
                        .is_none_or(|name| value["__typename"] == name.as_str());
                    if is_meant {
                        self.fields(at, &inline.selection_set, value, asked)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn value(&self, at: &str, ty: &Type, set: &SelectionSet, value: &Value) -> Result<(), String> {
        if value.is_null() {
            return if ty.is_non_null() {
                Err(format!("{at} is null"))
            } else {
                Ok(())
            };
        }
        if ty.is_list() {
            let items = value.as_array().ok_or_else(|| format!("{at} is no list"))?;
            return items.iter().enumerate().try_for_each(|(n, item)| {
                self.value(&format!("{at}[{n}]"), ty.item_type(), set, item)
            });
        }
        if !set.selections.is_empty() {
            return self.object(at, set, value);
        }
        let name = ty.inner_named_type().as_str();
        let is_right = match self.schema.types.get(name) {
            Some(ExtendedType::Enum(choices)) => value
                .as_str()
                .is_some_and(|text| choices.values.contains_key(text)),
            _ => match name {
                "Int" => value.is_i64(),
                "Float" => value.is_number(),
                "Boolean" => value.is_boolean(),
                _ => value.is_string(),
            },
        };
        if is_right {
            Ok(())
        } else {
            Err(format!("{at} is no {name}: {value}"))
        }
    }
}
