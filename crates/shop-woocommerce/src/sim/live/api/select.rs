//! Which products or variations are asked for, and which page of them.

use std::cmp::Reverse;

use axum::response::{IntoResponse, Response};

use super::{Problem, page};
use crate::sim::live::Running;
use crate::sim::live::shelf::{Kind, Shelf, Thing, shown};

/// Most rows of a page.
const ROWS_LIMIT: usize = 100;
/// Rows of a page where nobody says how many.
const ROWS: usize = 10;

pub(super) struct Select<'a> {
    query: &'a [(String, String)],
    rows: usize,
    page: usize,
    offset: Option<usize>,
}

impl<'a> Select<'a> {
    /// `None`: a parameter that the shop refuses.
    pub(super) fn read(query: &'a [(String, String)]) -> Option<Self> {
        let mut select = Self {
            query,
            rows: ROWS,
            page: 1,
            offset: None,
        };
        let number = |value: &str| value.parse::<usize>().ok();
        for (name, value) in query {
            match name.as_str() {
                "per_page" => {
                    select.rows = number(value).filter(|rows| (1..=ROWS_LIMIT).contains(rows))?;
                }
                "page" => select.page = number(value).filter(|page| *page > 0)?,
                "offset" => select.offset = Some(number(value)?),
                "orderby" if !matches!(value.as_str(), "id" | "date" | "modified" | "title") => {
                    return None;
                }
                // What the shop does not know it does not mind.
                _ => {}
            }
        }
        Some(select)
    }

    /// The last one counts, as in PHP.
    fn value(&self, name: &str) -> Option<&'a str> {
        let found = self.query.iter().rev().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    fn is_edited(&self) -> bool {
        self.value("context") == Some("edit")
    }

    /// A search for codes finds variations too; otherwise `is_listed` says.
    fn takes(&self, thing: &Thing, is_listed: bool) -> bool {
        let code = |name: &str, code: &str| {
            self.value(name).is_none_or(|all| {
                let is_it = |one: &str| !code.is_empty() && one.eq_ignore_ascii_case(code);
                all.split(',').any(is_it) || is_it(all)
            })
        };
        let is_searched = self
            .value("sku")
            .or(self.value("global_unique_id"))
            .is_some();
        let status = match self.value("status") {
            None | Some("any") => !thing.is_trashed(),
            Some(status) => status == thing.status,
        };
        (is_listed || (is_searched && thing.kind == Kind::Variation))
            && status
            && self.value("slug").is_none_or(|slug| slug == thing.slug)
            && code("sku", &thing.sku)
            && code("global_unique_id", &thing.barcode)
    }

    /// The page that is asked for of what `lists` takes, and the ids of what is on it.
    pub(super) fn answer(
        &self,
        from: &Shelf,
        home: &str,
        lists: impl Fn(&Thing) -> bool,
    ) -> (Response, Vec<u64>) {
        let mut hits: Vec<&Thing> = match self.value("include") {
            // A shop of fifty thousand is not gone through for a hundred.
            Some(ids) => (ids.split(','))
                .filter_map(|id| from.thing(id.trim().parse().ok()?))
                .collect(),
            None => from.things().collect(),
        };
        hits.retain(|thing| self.takes(thing, lists(thing)));
        hits.sort_by_key(|thing| thing.id);
        hits.dedup_by_key(|thing| thing.id);
        match (self.value("orderby"), self.value("order")) {
            (Some("id"), Some("asc")) => {}
            (Some("id"), _) => hits.sort_by_key(|thing| Reverse(thing.id)),
            (_, Some("asc")) => hits.sort_by_key(|thing| (thing.created_at, thing.id)),
            (_, _) => hits.sort_by_key(|thing| Reverse((thing.created_at, thing.id))),
        }
        let begin = self
            .offset
            .unwrap_or((self.page - 1).saturating_mul(self.rows));
        let hits_of_page = || hits.iter().skip(begin).take(self.rows);
        let rows: Vec<Vec<u8>> = hits_of_page()
            .map(|thing| self.fields(shown(from, thing, home, self.is_edited())))
            .collect();
        let ids = hits_of_page().map(|thing| thing.id).collect();
        let response = page(&rows, hits.len(), hits.len().div_ceil(self.rows));
        (response, ids)
    }

    /// `_fields` alone of a row.
    fn fields(&self, body: Vec<u8>) -> Vec<u8> {
        let Some(fields) = self.value("_fields") else {
            return body;
        };
        let whole = serde_json::from_slice(&body).unwrap_or_default();
        let kept = super::index::only(whole, Some(format!("_fields={fields}")));
        kept.to_string().into_bytes()
    }
}

impl Running {
    /// A page of what `lists` takes, and a note that it was shown.
    pub(super) fn page(&self, select: &Select<'_>, lists: impl Fn(&Thing) -> bool) -> Response {
        let now = self.clock.now();
        let mut state = self.state();
        let (response, ids) = select.answer(&state.shelf, state.home(), lists);
        state.shelf.note_shown(&ids, now);
        response
    }
}

/// What the shop says to parameters that it does not take.
pub(super) fn refused() -> Response {
    Problem::invalid_parameter().into_response()
}
