//! The search by SKU: of words, case aside, in an index that lags.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::answer::gid;
use super::Shelf;

/// By how much the index lags behind the shelf.
const INDEX_LAG: SignedDuration = SignedDuration::from_secs(3);
const PAGE: usize = 100;

impl Shelf {
    pub(super) fn search(&self, variables: &Value, now: Timestamp) -> Value {
        let query = variables["query"].as_str().unwrap_or_default();
        let sought: Vec<Vec<String>> = phrases(query).iter().map(|phrase| words(phrase)).collect();
        let after = variables["after"]
            .as_str()
            .and_then(|cursor| cursor.parse().ok());
        let known = self.wares.values();
        let known = known.filter(|ware| now.duration_since(ware.changed_at) >= INDEX_LAG);
        let found = known.flat_map(|ware| ware.variants.iter().map(move |variant| (ware, variant)));
        let found: Vec<Value> = found
            .filter(|(_, variant)| {
                let words = words(&variant.sku);
                let has = |phrase: &Vec<String>| words.windows(phrase.len().max(1)).any(|some| some == phrase.as_slice());
                sought.iter().any(has)
            })
            .map(|(ware, variant)| json!({ "sku": variant.sku, "product": { "id": gid("Product", ware.id) } }))
            .collect();
        let rest = found.get(after.unwrap_or(0)..).unwrap_or_default();
        let page = &rest[..PAGE.min(rest.len())];
        let end = after.unwrap_or(0) + page.len();
        json!({ "productVariants": {
            "nodes": page,
            "pageInfo": {
                "hasNextPage": rest.len() > page.len(),
                "endCursor": (!page.is_empty()).then(|| end.to_string()),
            },
        }})
    }
}

fn words(text: &str) -> Vec<String> {
    let words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// What stands in quotes after `sku:`; a backslash keeps the next character as it is.
fn phrases(query: &str) -> Vec<String> {
    let mut phrases = Vec::new();
    let mut rest = query;
    while let Some((_, begun)) = rest.split_once("sku:'") {
        let mut phrase = String::new();
        let mut chars = begun.char_indices();
        rest = "";
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => phrase.extend(chars.next().map(|(_, c)| c)),
                '\'' => {
                    rest = begun.get(at + 1..).unwrap_or_default();
                    break;
                }
                c => phrase.push(c),
            }
        }
        phrases.push(phrase);
    }
    phrases
}
