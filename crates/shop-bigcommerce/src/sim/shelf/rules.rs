//! What fields may hold, as they are documented. A number as a text is none.

use serde_json::{Value, json};

use super::Fields;
use super::answer::Reply;

#[derive(Clone, Copy)]
enum Rule {
    /// Characters, at least and at most.
    Text(usize, usize),
    /// Not below zero.
    Number,
    Whole,
    Flag,
    OneOf(&'static [&'static str]),
}

const PRODUCT: [(&str, Rule); 20] = [
    ("name", Rule::Text(1, 250)),
    ("type", Rule::OneOf(&["physical", "digital"])),
    ("sku", Rule::Text(0, 255)),
    ("description", Rule::Text(0, usize::MAX)),
    ("brand_id", Rule::Whole),
    ("brand_name", Rule::Text(0, 255)),
    ("price", Rule::Number),
    ("cost_price", Rule::Number),
    ("weight", Rule::Number),
    ("width", Rule::Number),
    ("height", Rule::Number),
    ("depth", Rule::Number),
    ("upc", Rule::Text(0, 14)),
    ("mpn", Rule::Text(0, 255)),
    ("is_visible", Rule::Flag),
    (
        "availability",
        Rule::OneOf(&["available", "disabled", "preorder"]),
    ),
    (
        "inventory_tracking",
        Rule::OneOf(&["none", "product", "variant"]),
    ),
    ("inventory_level", Rule::Whole),
    ("search_keywords", Rule::Text(0, 65_535)),
    ("page_title", Rule::Text(0, 255)),
];

const VARIANT: [(&str, Rule); 11] = [
    ("sku", Rule::Text(1, 255)),
    ("price", Rule::Number),
    ("cost_price", Rule::Number),
    ("weight", Rule::Number),
    ("width", Rule::Number),
    ("height", Rule::Number),
    ("depth", Rule::Number),
    ("upc", Rule::Text(0, 14)),
    ("mpn", Rule::Text(0, 255)),
    ("purchasing_disabled", Rule::Flag),
    ("inventory_level", Rule::Whole),
];

/// What a product is told. Fields that are not known are passed over, as the API does.
pub fn of_product(body: &Value) -> Result<Fields, Reply> {
    checked(body, &PRODUCT, false)
}

/// What a variant is told. Most fields may be nothing: then they are the product's.
pub fn of_variant(body: &Value) -> Result<Fields, Reply> {
    checked(body, &VARIANT, true)
}

pub fn required(fields: &Fields, names: &[&str]) -> Result<(), Reply> {
    match names.iter().find(|name| !fields.contains_key(**name)) {
        Some(name) => Err(Reply::refused(
            http::StatusCode::UNPROCESSABLE_ENTITY,
            "JSON data is missing or invalid",
            &json!({*name: "error.path.missing"}),
        )),
        None => Ok(()),
    }
}

fn checked(body: &Value, rules: &[(&str, Rule)], may_be_null: bool) -> Result<Fields, Reply> {
    let given = body.as_object().ok_or_else(|| Reply::wrong("body"))?;
    let mut fields = Fields::new();
    for (name, rule) in rules {
        match given.get(*name) {
            None => {}
            Some(Value::Null) if may_be_null => {
                fields.insert((*name).to_owned(), Value::Null);
            }
            Some(value) if rule.allows(value) => {
                fields.insert((*name).to_owned(), value.clone());
            }
            Some(_) => return Err(Reply::wrong(name)),
        }
    }
    Ok(fields)
}

impl Rule {
    fn allows(self, value: &Value) -> bool {
        match self {
            Self::Text(least, most) => value
                .as_str()
                .is_some_and(|text| (least..=most).contains(&text.chars().count())),
            Self::Number => {
                let is_negative = value.to_string().starts_with('-');
                value.is_number() && !is_negative
            }
            Self::Whole => value.as_u64().is_some(),
            Self::Flag => value.is_boolean(),
            Self::OneOf(words) => value.as_str().is_some_and(|text| words.contains(&text)),
        }
    }
}
