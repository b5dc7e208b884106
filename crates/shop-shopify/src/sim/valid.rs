//! What the simulator answers is what the operations ask for, by the schema.

use apollo_compiler::ast::Type;
use apollo_compiler::executable::{Selection, SelectionSet};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::{Value, json};

use super::{Options, Shop, answer};
use crate::operation::ORDER_BY_ID;

const SCHEMA: &str = include_str!("../../fixtures/schema/admin_2026-10.trimmed.graphql");

#[test]
fn r_12_every_answer_is_what_the_schema_promises_and_nothing_else() {
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
