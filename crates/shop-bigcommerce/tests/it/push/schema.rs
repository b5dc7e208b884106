//! As much of `OpenAPI`'s schemas as the contract uses.

use std::path::Path;

use http::Method;
use serde_json::{Map, Value, json};
use yaml_rust2::{Yaml, YamlLoader};

pub struct Contract(Value);

impl Contract {
    /// `None`, with a printed reason: it has no licence and is not part of this repository.
    pub fn at_hand() -> Option<Self> {
        let path = "shared/contracts/bigcommerce/mock/bigcommerce.contract.yaml";
        let found = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .map(|folder| folder.join(path))
            .find(|path| path.is_file());
        let Some(found) = found else {
            println!("skipped: the contract is not at hand");
            return None;
        };
        let text = std::fs::read_to_string(found).unwrap();
        let documents = YamlLoader::load_from_str(&text).unwrap();
        let mut contract = json_of(&documents[0]);
        mend(&mut contract);
        Some(Self(contract))
    }

    /// As a program can read it.
    pub fn to_json(&self) -> String {
        self.0.to_string()
    }

    /// What is documented of a method at a path, and the path's name there.
    pub fn operation(&self, method: &Method, path: &str) -> Option<(&str, &Value)> {
        let paths = self.0["paths"].as_object().unwrap();
        let method = method.as_str().to_lowercase();
        let fits = |template: &str| {
            let (names, parts) = (template.split('/'), path.split('/'));
            names.clone().count() == parts.clone().count()
                && names.zip(parts).all(|(name, part)| {
                    let is_id = name == "{store_hash}" || part.parse::<u64>().is_ok();
                    name == part || (name.starts_with('{') && is_id)
                })
        };
        let template = paths.keys().find(|template| fits(template))?;
        let operation = paths[template].get(&method)?;
        Some((template, operation))
    }

    pub fn body(operation: &Value) -> Option<&Value> {
        operation.pointer("/requestBody/content/application~1json/schema")
    }

    pub fn answer<'a>(&'a self, operation: &'a Value, status: u16) -> Option<&'a Value> {
        let answer = self.resolved(operation["responses"].get(status.to_string())?);
        let contents = answer.get("content").and_then(Value::as_object);
        let first = contents.and_then(|contents| contents.values().next());
        Some(first.map_or(&Value::Null, |content| &content["schema"]))
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(name) => {
                let pointer = name.strip_prefix('#').unwrap();
                self.resolved(self.0.pointer(pointer).unwrap())
            }
            None => schema,
        }
    }

    /// What of `value` is not as `schema` says.
    pub fn faults(&self, schema: &Value, value: &Value, at: &str) -> Vec<String> {
        let schema = self.resolved(schema);
        if !schema.is_object() || (value.is_null() && schema["nullable"] == true) {
            return Vec::new();
        }
        let mut faults = Vec::new();
        for part in schema["allOf"].as_array().into_iter().flatten() {
            faults.extend(self.faults(part, value, at));
        }
        for name in ["oneOf", "anyOf"] {
            if let Some(ways) = schema[name].as_array() {
                let all: Vec<Vec<String>> =
                    ways.iter().map(|way| self.faults(way, value, at)).collect();
                if all.iter().all(|faults| !faults.is_empty()) {
                    faults.extend(all.into_iter().flatten());
                }
            }
        }
        let mut say = |what: &str| faults.push(format!("{at}: {what}: {value}"));
        let is_of_type = match schema["type"].as_str() {
            Some("object") => value.is_object(),
            Some("array") => value.is_array(),
            Some("string") => value.is_string(),
            Some("boolean") => value.is_boolean(),
            Some("number") => value.is_number(),
            Some("integer") => value.is_i64() || value.is_u64(),
            Some(_) | None => true,
        };
        if !is_of_type {
            say("type");
        }
        let choices = schema["enum"].as_array();
        if choices.is_some_and(|choices| !choices.contains(value)) {
            say("enum");
        }
        let size = value.as_str().map(|text| text.chars().count());
        let rows = value.as_array().map(Vec::len);
        for (least, most, has) in [
            ("minLength", "maxLength", size),
            ("minItems", "maxItems", rows),
        ] {
            let has = has.and_then(|has| i64::try_from(has).ok());
            if has.is_some_and(|has| schema[least].as_i64().is_some_and(|least| has < least)) {
                say(least);
            }
            if has.is_some_and(|has| schema[most].as_i64().is_some_and(|most| has > most)) {
                say(most);
            }
        }
        if value.is_number() && schema["minimum"] == 0 && value.to_string().starts_with('-') {
            say("minimum");
        }
        if let Some(fields) = value.as_object() {
            for name in schema["required"].as_array().into_iter().flatten() {
                if !fields.contains_key(name.as_str().unwrap()) {
                    say(&format!("required {name}"));
                }
            }
            faults.extend(self.of_fields(schema, fields, at));
        }
        for (place, row) in value.as_array().into_iter().flatten().enumerate() {
            faults.extend(self.faults(&schema["items"], row, &format!("{at}/{place}")));
        }
        faults
    }

    fn of_fields(&self, schema: &Value, fields: &Map<String, Value>, at: &str) -> Vec<String> {
        let mut faults = Vec::new();
        for (name, value) in fields {
            let at = format!("{at}/{name}");
            match schema["properties"].get(name) {
                Some(of) => faults.extend(self.faults(of, value, &at)),
                None if schema["additionalProperties"] == false => {
                    faults.push(format!("{at}: not allowed"));
                }
                None => {}
            }
        }
        faults
    }
}

/// Where the documents say more in words than in schemas.
fn mend(contract: &mut Value) {
    // What is there already is refused so, of products as of variants.
    let variants = "/stores/{store_hash}/v3/catalog/products/{product_id}/variants";
    contract["paths"][variants]["post"]["responses"]["409"] =
        json!({"description": "there already"});
    allow_no_base_variant(contract);
}

/// It is null where there are options.
fn allow_no_base_variant(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(id @ Value::Object(_)) = fields.get_mut("base_variant_id") {
                id["nullable"] = true.into();
            }
            fields.values_mut().for_each(allow_no_base_variant);
        }
        Value::Array(rows) => rows.iter_mut().for_each(allow_no_base_variant),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn json_of(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::Real(text) => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        Yaml::Integer(number) => json!(number),
        Yaml::String(text) => json!(text),
        Yaml::Boolean(flag) => json!(flag),
        Yaml::Array(rows) => rows.iter().map(json_of).collect(),
        Yaml::Hash(fields) => {
            let name = |yaml: &Yaml| match json_of(yaml) {
                Value::String(text) => text,
                other => other.to_string(),
            };
            let fields = fields
                .iter()
                .map(|(field, value)| (name(field), json_of(value)));
            Value::Object(fields.collect())
        }
        Yaml::Alias(_) | Yaml::Null | Yaml::BadValue => Value::Null,
    }
}
