//! The options of a product, as they must stand before its variations can be written.

use std::collections::BTreeMap;

use retail::listing::Listing;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::body::json;
use crate::loose::{Members, Scalar};

/// A field's name and what is in it, as it came: what is not ours is written back to the letter.
type Fields<'a> = BTreeMap<&'a str, &'a RawValue>;

/// All options of a product that is to have the wanted ones.
///
/// `told` is what the store has and `varying` names those of them that tell its variations apart. Of these one that is
/// wanted under another name is renamed in its place, and one that is wanted no more goes. Options of the merchant's own
/// stay, and so do choices, with whatever they cost. `None`: there is nothing to write.
pub(super) fn options(
    wanted: &Listing,
    told: &[&RawValue],
    varying: &[Box<str>],
) -> Option<Vec<Box<RawValue>>> {
    let named = told.iter().map(|option| (name(option), *option));
    let named: Vec<(String, &RawValue)> = named.collect();
    let mut taken = Vec::new();
    let mut all = Vec::new();
    for (place, option) in wanted.options.iter().enumerate() {
        let renamed = varying.get(place);
        let renamed = renamed.filter(|name| !wanted.options.contains(name));
        let mut there = named.iter().filter(|(name, _)| *name == **option);
        let there = there.next().or_else(|| {
            let renamed = renamed?;
            named.iter().find(|(name, _)| *name == **renamed)
        });
        taken.extend(there.map(|(name, _)| name.as_str()));
        all.push(with(
            there.map(|(_, raw)| *raw),
            option,
            &values(wanted, place),
        ));
    }
    let is_kept = |name: &str| !taken.contains(&name) && !varying.iter().any(|v| **v == *name);
    let kept = named.iter().filter(|(name, _)| is_kept(name));
    all.extend(kept.map(|(_, raw)| (*raw).to_owned()));
    let places = all
        .iter()
        .map(|raw| told.iter().position(|told| told.get() == raw.get()));
    let places: Option<Vec<usize>> = places.collect();
    let ours = wanted.options.len();
    let is_same = places
        .is_some_and(|places| places.len() == told.len() && places.iter().take(ours).is_sorted());
    (!is_same).then_some(all)
}

fn name(option: &RawValue) -> String {
    #[derive(Default, Deserialize)]
    #[serde(default, bound(deserialize = "'de: 'a"))]
    struct Named<'a> {
        name: Scalar<'a>,
    }
    let Named { name } = serde_json::from_str(option.get()).unwrap_or_default();
    name.text().to_owned()
}

/// What our variants need of the option in this place, each once.
fn values(wanted: &Listing, place: usize) -> Vec<&str> {
    let mut values = Vec::new();
    for variant in &wanted.variants {
        if let Some(value) = variant.values.get(place).map(|value| &**value)
            && !values.contains(&value)
        {
            values.push(value);
        }
    }
    values
}

/// An option of this name with at least these values. One that is that already stays as it was written.
fn with(there: Option<&RawValue>, option: &str, values: &[&str]) -> Box<RawValue> {
    let Some(there) = there else {
        let choices = values.iter().map(|text| Choice { text }).collect();
        return json(&New {
            kind: "SELECT",
            name: option,
            choices,
            default_choice: 0,
            required: true,
        });
    };
    let fields: Fields<'_> = serde_json::from_str(there.get()).unwrap_or_default();
    let choices = fields.get("choices").map(|choices| choices.get());
    let choices = choices.and_then(|choices| serde_json::from_str(choices).ok());
    let Members::<&RawValue>(choices) = choices.unwrap_or_default();
    let texts: Vec<String> = choices.iter().map(|choice| text(choice)).collect();
    let missing = values
        .iter()
        .filter(|value| !texts.iter().any(|text| text == *value));
    let missing: Vec<Box<RawValue>> = missing.map(|text| json(&Choice { text })).collect();
    if missing.is_empty() && name(there) == option {
        return there.to_owned();
    }
    let choices: Vec<&RawValue> = choices
        .into_iter()
        .chain(missing.iter().map(|m| &**m))
        .collect();
    let (name, choices) = (json(&option), json(&choices));
    let mut fields = fields;
    fields.insert("name", &name);
    fields.insert("choices", &choices);
    json(&fields)
}

fn text(choice: &RawValue) -> String {
    #[derive(Default, Deserialize)]
    #[serde(default, bound(deserialize = "'de: 'a"))]
    struct Read<'a> {
        text: Scalar<'a>,
    }
    let Read { text } = serde_json::from_str(choice.get()).unwrap_or_default();
    text.text().to_owned()
}

/// An option as we make one: buyers choose from a list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct New<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'a str,
    choices: Vec<Choice<'a>>,
    default_choice: usize,
    required: bool,
}

#[derive(Serialize)]
struct Choice<'a> {
    text: &'a str,
}

#[cfg(test)]
mod tests {
    use retail::listing::Variant;
    use retail::{Currency, ItemId, Money, ProductId};
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;

    fn wanted(options: &[&str], variants: &[&[&str]]) -> Listing {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).into()).collect();
        let variant = |values: &&[&str]| Variant {
            item: ItemId::new(Uuid::from_u128(1)),
            values: texts(values),
            sku: None,
            barcode: None,
            price: Money::new(0, Currency::EUR),
            weight: None,
            dimensions: None,
            is_on_sale: true,
            image: None,
        };
        Listing {
            product: ProductId::new(Uuid::from_u128(1)),
            title: "T-shirt".into(),
            description: "".into(),
            brand: "".into(),
            is_on_sale: true,
            options: texts(options),
            variants: variants.iter().map(variant).collect(),
            images: Vec::new(),
        }
    }

    /// What is written, and the same written again over it.
    fn written(wanted: &Listing, told: &Value, varying: &[&str]) -> Value {
        let told: Vec<Box<RawValue>> = serde_json::from_str(&told.to_string()).unwrap();
        let told: Vec<&RawValue> = told.iter().map(|raw| &**raw).collect();
        let varying: Vec<Box<str>> = varying.iter().map(|name| (*name).into()).collect();
        let all = options(wanted, &told, &varying).expect("something is to be written");
        let again: Vec<&RawValue> = all.iter().map(|raw| &**raw).collect();
        assert!(
            options(wanted, &again, &wanted.options).is_none(),
            "once is enough"
        );
        let all = all
            .iter()
            .map(|raw| serde_json::from_str::<Value>(raw.get()).unwrap());
        all.collect()
    }

    fn size(choices: &Value) -> Value {
        json!({"type": "SELECT", "name": "Taille", "choices": choices, "defaultChoice": 0, "required": true})
    }

    #[test]
    fn ec_01_options_are_lists_to_choose_from() {
        let wanted = wanted(&["Taille"], &[&["S"], &["M"], &["S"]]);
        assert_eq!(
            written(&wanted, &json!([]), &[]),
            json!([size(&json!([{"text": "S"}, {"text": "M"}]))])
        );
    }

    #[test]
    fn ec_05_what_the_merchant_made_of_options_stays() {
        let wanted = wanted(&["Taille"], &[&["S"], &["XL"]]);
        let engraving = json!({"type": "TEXTFIELD", "name": "Gravure", "required": false});
        let mut theirs = size(&json!([
            {"text": "S", "priceModifier": 0.1, "priceModifierType": "ABSOLUTE"},
            {"text": "M"},
        ]));
        theirs["nameTranslated"] = json!({"en": "Size"});
        let written = written(&wanted, &json!([engraving, theirs]), &["Taille"]);
        let mut ours = theirs.clone();
        ours["choices"]
            .as_array_mut()
            .unwrap()
            .push(json!({"text": "XL"}));
        assert_eq!(written, json!([ours, engraving]));
    }

    #[test]
    fn an_option_is_renamed_in_its_place_and_goes_when_nothing_needs_it() {
        let told = json!([
            size(&json!([{"text": "S"}])),
            {"type": "SELECT", "name": "Couleur", "choices": [{"text": "Bleu"}]},
        ]);
        let renamed = wanted(&["Size"], &[&["S"]]);
        assert_eq!(
            written(&renamed, &told, &["Taille", "Couleur"]),
            json!([{"type": "SELECT", "name": "Size", "choices": [{"text": "S"}], "defaultChoice": 0, "required": true}])
        );
    }
}
