//! The search for products.

use http::StatusCode;
use serde_json::{Value, json};

use super::super::body::date;
use super::super::fields::Fields;
use super::{Answer, Asked, Goods};

/// Most products on one page, and how many without a limit asked for.
const PAGE_LIMIT: usize = 100;

/// What products are asked for.
#[derive(Default)]
struct Search {
    limit: usize,
    offset: usize,
    ids: Option<Vec<u64>>,
    sku: Option<String>,
    reference: Option<String>,
    enabled: Option<bool>,
    latest_first: bool,
    fields: Option<Fields>,
}

impl Goods {
    pub(super) fn search(&self, asked: &Asked<'_>) -> Answer {
        let Some(search) = Search::read(asked.query) else {
            return wrong_parameter();
        };
        let mut hits: Vec<u64> = (self.products.iter())
            .filter(|(id, stored)| {
                let is_indexed = asked.indexed.is_none_or(|then| stored.made_at <= then);
                search.takes(**id, &stored.document, is_indexed)
            })
            .map(|(id, _)| *id)
            .collect();
        if search.latest_first {
            hits.reverse();
        }
        let page = hits.iter().skip(search.offset).take(search.limit);
        let page: Vec<Value> = page.filter_map(|id| self.told(*id)).collect();
        let answer = json!({
            "total": hits.len(),
            "count": page.len(),
            "offset": search.offset,
            "limit": search.limit,
            "items": page,
        });
        let answer = match &search.fields {
            Some(fields) => fields.of(&answer),
            None => answer,
        };
        (StatusCode::OK, answer)
    }

    pub(super) fn list_deleted(&self, asked: &Asked<'_>) -> Answer {
        let Some(Search { limit, offset, .. }) = Search::read(asked.query) else {
            return wrong_parameter();
        };
        let page = self.deleted.iter().skip(offset).take(limit);
        let page: Vec<Value> = page
            .map(|(id, at)| json!({"id": id, "date": date(*at)}))
            .collect();
        let answer = json!({
            "total": self.deleted.len(),
            "count": page.len(),
            "offset": offset,
            "limit": limit,
            "items": page,
        });
        (StatusCode::OK, answer)
    }
}

fn wrong_parameter() -> Answer {
    let body = json!({"errorMessage": "Wrong parameter"});
    (StatusCode::BAD_REQUEST, body)
}

impl Search {
    /// `None` for what the documents do not allow.
    fn read(query: &str) -> Option<Self> {
        let mut search = Self {
            limit: PAGE_LIMIT,
            ..Self::default()
        };
        // Only to take the query apart; nobody is asked.
        let address: reqwest::Url = format!("http://localhost/?{query}").parse().ok()?;
        for (name, value) in address.query_pairs() {
            match &*name {
                "limit" => search.limit = value.parse().ok()?,
                "offset" => search.offset = value.parse().ok()?,
                "productId" => {
                    let ids: Result<_, _> = value.split(',').map(str::parse).collect();
                    search.ids = Some(ids.ok()?);
                }
                "sku" => search.sku = Some(value.into_owned()),
                "externalReferenceId" => search.reference = Some(value.into_owned()),
                "enabled" => search.enabled = Some(value.parse().ok()?),
                "sortBy" => search.latest_first = value == "ADDED_TIME_DESC",
                "responseFields" => search.fields = Some(Fields::read(&value)?),
                // The real one has more, and ignores what it does not know.
                _ => {}
            }
        }
        (1..=PAGE_LIMIT).contains(&search.limit).then_some(search)
    }

    /// Who asks by id asks for nothing else, and who asks by SKU for nothing but that.
    fn takes(&self, id: u64, document: &Value, is_indexed: bool) -> bool {
        if let Some(ids) = &self.ids {
            return ids.contains(&id);
        }
        if let Some(sku) = &self.sku {
            let combinations = document["combinations"].as_array().into_iter().flatten();
            let mut all = combinations.chain([document]);
            return is_indexed && all.any(|one| one["sku"] == **sku);
        }
        let is_named = |reference: &String| document["externalReferenceId"] == **reference;
        is_indexed
            && self.reference.as_ref().is_none_or(is_named)
            && self
                .enabled
                .is_none_or(|enabled| document["enabled"] == enabled)
    }
}
