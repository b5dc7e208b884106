//! What the shop was asked, request by request.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use http::Method;
use serde::Deserialize;

/// Different requests that are remembered; the numbers of a path count as one.
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
    pub asked: BTreeMap<Asked, u64>,
    /// Requests of kinds for which there was no room.
    pub not_kept: u64,
}

/// Where all connections write.
#[derive(Debug, Default)]
pub(crate) struct Journals(Mutex<Journal>);

impl Journals {
    pub(crate) fn add(&self, method: &Method, path: &str, body: &[u8]) {
        let asked = Asked {
            method: method.to_string(),
            path: without_numbers(path),
            operation: operation(body),
        };
        let mut journal = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Journal {
            asked: all,
            not_kept,
        } = &mut *journal;
        if let Some(times) = all.get_mut(&asked) {
            *times += 1;
        } else if all.len() < ENTRIES_LIMIT {
            all.insert(asked, 1);
        } else {
            *not_kept += 1;
        }
    }

    pub(crate) fn read(&self) -> Journal {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
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
fn operation(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Request {
        query: String,
    }
    let Request { query } = serde_json::from_slice(body).ok()?;
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
        let Journal { asked, not_kept } = journals.read();
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
    fn what_there_is_no_room_for_is_counted() {
        let journals = Journals::default();
        for number in 0..=ENTRIES_LIMIT {
            journals.add(&Method::GET, &format!("/page-{number}"), b"");
        }
        let Journal { asked, not_kept } = journals.read();
        assert_eq!((asked.len(), not_kept), (ENTRIES_LIMIT, 1));
    }
}
