//! Brands, which are things of their own in a shop that has them (WooCommerce 9.6 and later).

use std::collections::HashMap;

use reqwest::Method;
use serde_json::json;
use shop::FetchError;

use super::ROWS_LIMIT;
use super::ask::Asker;
use super::raw::RawBrand;
use crate::loose::List;
use crate::text;

/// What the shop says when a brand of that name was made in between.
const EXISTS: &str = "term_exists";

/// Brands that were looked up, by name; an empty id for the empty name. A shop that knows no brands has none of them.
#[derive(Debug, Default)]
pub(super) struct Brands(HashMap<Box<str>, String>);

impl Brands {
    /// Finds or makes each.
    pub(super) async fn of<'a>(
        asker: &Asker<'_>,
        names: impl Iterator<Item = &'a str>,
    ) -> Result<Self, FetchError> {
        let mut all = Self::default();
        for name in names {
            if name.is_empty() {
                all.0.insert(name.into(), String::new());
            }
            if all.0.contains_key(name) {
                continue;
            }
            match find_or_make(asker, name).await? {
                Some(id) => all.0.insert(name.into(), id),
                None => return Ok(Self::default()),
            };
        }
        Ok(all)
    }

    pub(super) fn id(&self, name: Option<&str>) -> Option<&str> {
        self.0.get(name?).map(String::as_str)
    }
}

/// `None`: the shop knows no brands.
async fn find_or_make(asker: &Asker<'_>, name: &str) -> Result<Option<String>, FetchError> {
    let query = vec![
        ("search", name.to_owned()),
        ("per_page", ROWS_LIMIT.to_string()),
        ("_fields", "id,name".to_owned()),
    ];
    let answer = asker.get("products/brands", query).await?;
    if answer.lacks_route() {
        return Ok(None);
    }
    let List(found): List<RawBrand<'_>> = answer.read()?;
    let is_it = |brand: &&RawBrand<'_>| {
        text::unescaped(brand.name.as_str()).to_lowercase() == name.to_lowercase()
    };
    if let Some(id) = found.iter().find(is_it).and_then(|brand| brand.id.id()) {
        return Ok(Some(id.to_owned()));
    }
    let body = json!({"name": html_escape::encode_text(name)});
    let answer = asker.send(Method::POST, "products/brands", &body).await?;
    let id = match answer.judge::<RawBrand<'_>>()? {
        Ok(made) => made.id.id().map(str::to_owned),
        Err(fault) if fault.is(EXISTS) => fault.resource,
        Err(fault) => {
            return Err(FetchError::Unreadable {
                why: format!("a brand is refused: {}", fault.code),
            });
        }
    };
    id.map(Some).ok_or_else(|| FetchError::Unreadable {
        why: "a brand without an id".to_owned(),
    })
}
