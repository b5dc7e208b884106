//! What the simulator answers is what the operations ask for, by the schema.

mod shelf;

use std::sync::Arc;

use apollo_compiler::ast::Type;
use apollo_compiler::executable::{Selection, SelectionSet};
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
