//! What is asked for in a query, and which rows that is.

use std::collections::BTreeMap;

use axum::response::Response;
use http::{StatusCode, Uri};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::api::{Api, json_of};
use super::order::Order;
use crate::date::instant;

const PAGE_ROWS: usize = 50;
const PAGE_ROWS_MAX: usize = 250;

pub type Parameters = BTreeMap<String, String>;

#[derive(Clone, Copy)]
pub enum Sort {
    Id,
    Created,
    Modified,
}

pub struct Filter {
    pub page: Page,
    pub sort: Sort,
    pub is_descending: bool,
    created: (Option<Timestamp>, Option<Timestamp>),
    modified: (Option<Timestamp>, Option<Timestamp>),
    ids: (Option<u64>, Option<u64>),
    status: Option<u8>,
    is_archived: bool,
}

/// An answer that ends a request early.
pub struct Refusal(&'static str);

impl From<Refusal> for Response {
    fn from(Refusal(message): Refusal) -> Self {
        Api::V2.error(StatusCode::BAD_REQUEST, message)
    }
}

impl Filter {
    pub fn of(parameters: &Parameters) -> Result<Self, Refusal> {
        let known = [
            "page",
            "limit",
            "sort",
            "min_date_created",
            "max_date_created",
            "min_date_modified",
            "max_date_modified",
            "min_id",
            "max_id",
            "status_id",
            "is_deleted",
        ];
        only(parameters, &known)?;
        let sort = parameters.get("sort").map_or("id", String::as_str);
        let (field, direction) = sort.split_once(':').unwrap_or((sort, "asc"));
        let sort = match field {
            "id" => Sort::Id,
            "date_created" => Sort::Created,
            "date_modified" => Sort::Modified,
            _ => return Err(Refusal("The field 'sort' is invalid.")),
        };
        let is_descending = match direction {
            "asc" => false,
            "desc" => true,
            _ => return Err(Refusal("The field 'sort' is invalid.")),
        };
        let is_archived = match parameters.get("is_deleted").map(String::as_str) {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(Refusal("The field 'is_deleted' is invalid.")),
        };
        let dates = |min, max| Ok((date(parameters, min)?, date(parameters, max)?));
        Ok(Self {
            page: Page::of(parameters)?,
            sort,
            is_descending,
            created: dates("min_date_created", "max_date_created")?,
            modified: dates("min_date_modified", "max_date_modified")?,
            ids: (number(parameters, "min_id")?, number(parameters, "max_id")?),
            status: number(parameters, "status_id")?,
            is_archived,
        })
    }

    pub fn keeps(&self, order: &Order) -> bool {
        fn is_in<T: PartialOrd>(value: &T, (from, to): &(Option<T>, Option<T>)) -> bool {
            from.as_ref().is_none_or(|from| value >= from)
                && to.as_ref().is_none_or(|to| value <= to)
        }

        order.is_archived == self.is_archived
            && is_in(&order.created_at, &self.created)
            && is_in(&order.modified_at, &self.modified)
            && is_in(&order.id, &self.ids)
            && self.status.is_none_or(|status| order.status == status)
    }
}

/// A page by number: what moves meanwhile is on another.
#[derive(Clone, Copy)]
pub struct Page {
    number: usize,
    rows: usize,
}

impl Page {
    pub fn of(parameters: &Parameters) -> Result<Self, Refusal> {
        let number = self::number(parameters, "page")?.unwrap_or(1);
        let rows = self::number(parameters, "limit")?.unwrap_or(PAGE_ROWS);
        if number == 0 || rows == 0 || rows > PAGE_ROWS_MAX {
            return Err(Refusal("The page is invalid."));
        }
        Ok(Self { number, rows })
    }

    pub fn of_all<T>(self, rows: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
        let skipped = (self.number - 1).saturating_mul(self.rows);
        rows.skip(skipped).take(self.rows)
    }

    /// As v3 pages.
    pub fn data(self, rows: Vec<Value>) -> Response {
        let total = rows.len();
        let rows: Vec<Value> = self.of_all(rows.into_iter()).collect();
        let pages = json!({"total": total, "count": rows.len(), "per_page": self.rows,
            "current_page": self.number, "total_pages": total.div_ceil(self.rows)});
        json_of(&json!({"data": rows, "meta": {"pagination": pages}}))
    }
}

/// The query, unescaped.
pub fn parameters(uri: &Uri) -> Parameters {
    let Ok(url) = reqwest::Url::parse(&format!("http://sim{uri}")) else {
        return Parameters::new();
    };
    url.query_pairs()
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

pub fn only(parameters: &Parameters, known: &[&str]) -> Result<(), Refusal> {
    let is_known = parameters.keys().all(|name| known.contains(&name.as_str()));
    is_known
        .then_some(())
        .ok_or(Refusal("The field is not supported by this resource."))
}

pub fn date(parameters: &Parameters, name: &str) -> Result<Option<Timestamp>, Refusal> {
    let text = parameters.get(name);
    text.map(|text| instant(text).ok_or(Refusal("The date is not one.")))
        .transpose()
}

fn number<T: std::str::FromStr>(parameters: &Parameters, name: &str) -> Result<Option<T>, Refusal> {
    parameters
        .get(name)
        .map(|text| {
            text.parse()
                .map_err(|_| Refusal("The field is not a number."))
        })
        .transpose()
}
