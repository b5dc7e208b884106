//! What is sent, held against the contract.

use http::Method;
use serde_json::Value;
use shop_ecom::sim::Recorded;

/// Fields that are the merchant's alone (EC-2).
const NOT_OURS: [&str; 8] = [
    "categoryIds",
    "tax",
    "compareToPrice",
    "subtitle",
    "warningLimit",
    "costPrice",
    "tags",
    "customSlug",
];

/// A request is one that the contract allows, in a batch or alone, and none of its bodies has a field of the merchant's.
pub fn judge(request: &Recorded) {
    let Recorded { method, path, body } = request;
    judged(method, path, body).unwrap_or_else(|why| panic!("{method} {path} {body}: {why}"));
    let rows = body.as_array().filter(|_| path.starts_with("/batch"));
    for row in rows.into_iter().flatten() {
        let method: Method = row["method"].as_str().unwrap().parse().unwrap();
        let path = row["path"].as_str().unwrap();
        judged(&method, path, &row["body"]).unwrap_or_else(|why| panic!("{row}: {why}"));
        assert_none_of_the_merchants(&row["body"]);
    }
    assert_none_of_the_merchants(body);
}

pub fn assert_none_of_the_merchants(body: &Value) {
    match body {
        Value::Object(fields) => {
            for (name, value) in fields {
                assert!(!NOT_OURS.contains(&name.as_str()), "{name} in {body}");
                assert_none_of_the_merchants(value);
            }
        }
        Value::Array(items) => items.iter().for_each(assert_none_of_the_merchants),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn contract() -> &'static Value {
    static CONTRACT: std::sync::LazyLock<Value> = std::sync::LazyLock::new(|| {
        serde_json::from_str(include_str!("../../../fixtures/contract.json")).unwrap()
    });
    &CONTRACT
}

/// By the path, its parameters, and the body's schema.
fn judged(method: &Method, path: &str, body: &Value) -> Result<(), String> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let paths = contract()["paths"].as_object().unwrap();
    let fits = |template: &&String| {
        let own = template.strip_prefix("/api/v3/{storeId}").unwrap();
        let (own, given): (Vec<&str>, Vec<&str>) =
            (own.split('/').collect(), path.split('/').collect());
        let same = |(own, given): (&&str, &&str)| {
            own == given || (own.starts_with('{') && !["deleted", "async"].contains(given))
        };
        own.len() == given.len() && own.iter().zip(&given).all(same)
    };
    let template = paths.keys().find(fits).ok_or("no such path")?;
    let operation = paths[template].get(method.as_str().to_lowercase());
    let operation = operation.ok_or("no such method")?;
    let parameters = operation["parameters"].as_array();
    let query: reqwest::Url = format!("http://localhost/?{query}").parse().unwrap();
    for (name, value) in query.query_pairs() {
        let mut known = parameters.into_iter().flatten();
        let known = known.find(|known| known["name"] == *name && known["in"] == "query");
        let known = known.ok_or_else(|| format!("no parameter {name}"))?;
        // As the type that is meant.
        let value = match known["schema"]["type"].as_str() {
            Some("string") => Value::String(value.into_owned()),
            Some(_) | None => serde_json::from_str(&value).map_err(|_| format!("{name}"))?,
        };
        fit(&known["schema"], &value).map_err(|why| format!("{name}: {why}"))?;
    }
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    match (schema.is_null(), body.is_null()) {
        (true, true) => Ok(()),
        (true, false) => Err("a body where none is".to_owned()),
        (false, _) => fit(schema, body),
    }
}

/// As much of a JSON schema as the contract uses.
fn fit(schema: &Value, value: &Value) -> Result<(), String> {
    if let Some(name) = schema["$ref"].as_str() {
        let pointer = name.strip_prefix('#').unwrap();
        return fit(contract().pointer(pointer).unwrap(), value);
    }
    let is_kind = match schema["type"].as_str() {
        None => true,
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some(other) => panic!("a kind {other}"),
    };
    if !is_kind {
        return Err(format!("{value} is no {}", schema["type"]));
    }
    let least = |name: &str| schema[name].as_u64();
    let length = match value {
        Value::Array(items) => items.len(),
        Value::String(text) => text.chars().count(),
        Value::Object(fields) => fields.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) => usize::MAX,
    };
    let length = u64::try_from(length).unwrap();
    for name in ["minItems", "minLength", "minProperties"] {
        if least(name).is_some_and(|least| length < least) {
            return Err(format!("{value} is too short"));
        }
    }
    if least("maxItems").is_some_and(|most| length > most) {
        return Err("it is too long".to_owned());
    }
    let number = value.as_f64();
    let (low, high) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
    if number.zip(low).is_some_and(|(n, low)| n < low)
        || number.zip(high).is_some_and(|(n, high)| n > high)
    {
        return Err(format!("{value} is out of bounds"));
    }
    if schema["enum"]
        .as_array()
        .is_some_and(|known| !known.contains(value))
    {
        return Err(format!("{value} is none of {}", schema["enum"]));
    }
    let text = value.as_str().unwrap_or_default();
    let is_form = match (schema["pattern"].as_str(), schema["format"].as_str()) {
        (Some("^/"), _) => text.starts_with('/'),
        (Some("^https?://"), _) => text.starts_with("http://") || text.starts_with("https://"),
        (_, Some("uuid")) => uuid::Uuid::try_parse(text).is_ok(),
        (None, None) => true,
        (pattern, format) => panic!("a form {pattern:?} {format:?}"),
    };
    if !is_form {
        return Err(format!("{value} is not of its form"));
    }
    members(schema, value)
}

fn members(schema: &Value, value: &Value) -> Result<(), String> {
    let items = value.as_array().filter(|_| schema["items"].is_object());
    for item in items.into_iter().flatten() {
        fit(&schema["items"], item)?;
    }
    let has = |schema: &Value| {
        let required = schema["required"].as_array().into_iter().flatten();
        required
            .into_iter()
            .all(|name| value.get(name.as_str().unwrap()).is_some())
    };
    let any_of = schema["anyOf"].as_array();
    if !has(schema) || any_of.is_some_and(|any| !any.iter().any(has)) {
        return Err(format!("{value} lacks a field"));
    }
    for (name, field) in value.as_object().into_iter().flatten() {
        match (&schema["properties"][name], &schema["additionalProperties"]) {
            (known @ Value::Object(_), _) => {
                fit(known, field).map_err(|why| format!("{name}: {why}"))?;
            }
            (_, Value::Bool(false)) => return Err(format!("no field {name}")),
            (_, other @ Value::Object(_)) => fit(other, field)?,
            _ => {}
        }
    }
    Ok(())
}

#[test]
fn the_contract_takes_and_refuses_what_its_own_list_says() {
    let list: Value =
        serde_json::from_str(include_str!("../../../fixtures/push/requests.json")).unwrap();
    let mut seen = 0;
    for one in list.as_array().unwrap() {
        // Who asks without a token is refused by the shop, whatever is asked.
        if one["id"] == "noauth" {
            continue;
        }
        let text = |name: &str| one[name].as_str().unwrap();
        let path = text("path").strip_prefix("/api/v3/1003").unwrap();
        let mut body = one["body"].clone();
        if let Some(count) = body["$repeat"].as_u64() {
            body = vec![body["first"].clone(); usize::try_from(count).unwrap()].into();
        }
        let taken = judged(&text("method").parse().unwrap(), path, &body);
        let needs_ticket = one["id"] == "batch-noticket";
        assert_eq!(
            taken.is_ok() && !needs_ticket,
            one["expect"] == "accepted",
            "{}: {taken:?}",
            one["id"]
        );
        seen += 1;
    }
    assert_eq!(seen, 44);
}
