//! What the shop was asked, request by request.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::Method;
use serde::Deserialize;
use serde_json::Value;

use crate::recording::Recording;

/// Different requests that are remembered, and different fields; the numbers of a path count as one.
const ENTRIES_LIMIT: usize = 1_000;

/// Requests that ask for the same kind of thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    pub method: String,
    /// With `{n}` for each part that begins with a digit.
    pub path: String,
    /// Of a GraphQL document: `query Shop`, or all of it where it has no name.
    pub operation: Option<String>,
}

/// Everything that a shop was asked, answered or not, and how often.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journal {
    /// Those in a batch too, where each names its method and its path.
    pub asked: BTreeMap<Asked, u64>,
    /// Every field that JSON in requests had, however deep.
    pub fields: BTreeSet<String>,
    /// Requests of kinds, and fields, for which there was no room.
    pub not_kept: u64,
}

/// Where all connections write.
#[derive(Debug, Default)]
pub(crate) struct Journals {
    journal: Mutex<Journal>,
    recording: Mutex<Recording>,
}

impl Journals {
    pub(crate) fn add(&self, method: &Method, path: &str, body: &[u8]) {
        let read: Value = serde_json::from_slice(body).unwrap_or_default();
        let asked = Asked {
            method: method.to_string(),
            path: without_numbers(path),
            operation: operation(&read),
        };
        locked(&self.recording).add(&asked, body);
        let mut journal = locked(&self.journal);
        journal.note(asked);
        for row in batch(&read) {
            journal.note(row);
        }
        journal.note_fields(&read);
    }

    pub(crate) fn read(&self) -> Journal {
        locked(&self.journal).clone()
    }

    pub(crate) fn begin_recording(&self) {
        locked(&self.recording).begin();
    }

    pub(crate) fn recording(&self) -> Recording {
        locked(&self.recording).clone()
    }
}

fn locked<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Journal {
    fn note(&mut self, asked: Asked) {
        if let Some(times) = self.asked.get_mut(&asked) {
            *times += 1;
        } else if self.asked.len() < ENTRIES_LIMIT {
            self.asked.insert(asked, 1);
        } else {
            self.not_kept += 1;
        }
    }

    fn note_fields(&mut self, body: &Value) {
        match body {
            Value::Object(fields) => {
                for (name, value) in fields {
                    if self.fields.len() < ENTRIES_LIMIT {
                        self.fields.insert(name.clone());
                    } else if !self.fields.contains(name) {
                        self.not_kept += 1;
                    }
                    self.note_fields(value);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.note_fields(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

/// Requests that one holds.
fn batch(body: &Value) -> Vec<Asked> {
    #[derive(Deserialize)]
    struct Row {
        method: String,
        path: String,
    }
    let rows = Vec::<Row>::deserialize(body).unwrap_or_default();
    let asked = rows.into_iter().map(|Row { method, path }| Asked {
        method,
        path: without_numbers(path.split('?').next().unwrap_or_default()),
        operation: None,
    });
    asked.collect()
}

fn without_numbers(path: &str) -> String {
    let part = |part: &str| {
        let is_number = part.starts_with(|first: char| first.is_ascii_digit());
        if is_number {
            "{n}".to_owned()
        } else {
            part.to_owned()
        }
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// `None` where the body is no GraphQL request.
fn operation(body: &Value) -> Option<String> {
    #[derive(Deserialize)]
    struct Request {
        query: String,
    }
    let Request { query } = Request::deserialize(body).ok()?;
    let head = query.split(['(', '{']).next().unwrap_or_default();
    let mut words = head.split_whitespace();
    Some(match (words.next(), words.next(), words.next()) {
        (Some(kind), Some(name), None) => format!("{kind} {name}"),
        _ => query,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_what_they_ask() {
        let journals = Journals::default();
        let graphql = br#"{"query":"query OrderById($id: ID!) { order(id: $id) { id } }"}"#;
        let nameless = br#"{"query":"mutation { orderCreate { order { id } } }"}"#;
        for (path, body) in [
            ("/v2/orders/1001/products", &b""[..]),
            ("/v2/orders/1002/products", b""),
            ("/admin/api/2026-10/graphql.json", graphql),
            ("/admin/api/2026-10/graphql.json", nameless),
        ] {
            journals.add(&Method::POST, path, body);
        }
        let Journal {
            asked,
            fields,
            not_kept,
        } = journals.read();
        assert_eq!(fields, BTreeSet::from(["query".to_owned()]));
        let told: Vec<_> = asked
            .iter()
            .map(|(asked, times)| (asked.path.as_str(), asked.operation.as_deref(), *times))
            .collect();
        let graphql = "/admin/api/{n}/graphql.json";
        let whole = "mutation { orderCreate { order { id } } }";
        assert_eq!(
            told,
            [
                (graphql, Some(whole), 1),
                (graphql, Some("query OrderById"), 1),
                ("/v2/orders/{n}/products", None, 2),
            ]
        );
        assert_eq!(not_kept, 0);
    }

    #[test]
    fn what_a_batch_holds_is_counted_by_itself() {
        let journals = Journals::default();
        let body =
            br#"[{"method":"PUT","path":"/products/7?lang=fr","body":{"options":[{"name":"a"}]}},
            {"method":"GET","path":"/products/8"}]"#;
        journals.add(&Method::POST, "/api/v3/1/batch", body);
        let Journal { asked, fields, .. } = journals.read();
        let asked: Vec<_> = asked
            .keys()
            .map(|asked| (asked.method.as_str(), asked.path.as_str()))
            .collect();
        let expected = [
            ("GET", "/products/{n}"),
            ("POST", "/api/v3/{n}/batch"),
            ("PUT", "/products/{n}"),
        ];
        assert_eq!(asked, expected);
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        assert_eq!(fields, ["body", "method", "name", "options", "path"]);
    }

    #[test]
    fn what_a_shop_is_told_is_kept_whole_once_somebody_wants_it() {
        let journals = Journals::default();
        let path = "/products/7";
        journals.add(&Method::PUT, path, br#"{"name":"before"}"#);
        journals.begin_recording();
        journals.add(&Method::GET, path, b"");
        journals.add(&Method::PUT, path, br#"{"name":"after"}"#);
        let Recording {
            requests, not_kept, ..
        } = journals.recording();
        let told: Vec<&str> = requests.iter().map(|request| &*request.body).collect();
        assert_eq!(told, [r#"{"name":"after"}"#], "questions tell nothing");
        assert_eq!(not_kept, 0);
    }

    #[test]
    fn what_there_is_no_room_for_is_counted() {
        let journals = Journals::default();
        for number in 0..=ENTRIES_LIMIT {
            journals.add(&Method::GET, &format!("/page-{number}"), b"");
        }
        let Journal {
            asked, not_kept, ..
        } = journals.read();
        assert_eq!((asked.len(), not_kept), (ENTRIES_LIMIT, 1));
    }
}
