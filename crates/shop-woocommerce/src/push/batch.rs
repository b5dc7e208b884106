//! Many rows in one request, and what became of each.

use std::ops::Range;

use bytes::Bytes;
use reqwest::Method;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use shop::FetchError;

use super::ROWS_LIMIT;
use super::ask::Asker;
use super::request::Body;
use crate::client::{Fault, RawFault};
use crate::loose::List;

/// What all rows are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Create,
    Update,
}

impl Verb {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
        }
    }
}

/// What became of a row: as it is now, or what the shop has against it.
pub(super) type Row = Result<Bytes, Fault>;

/// Sends rows to a `batch` endpoint, as many at a time as it takes. One result for each, in their order. A request that
/// is refused whole is cut in half until the bad row stands alone.
pub(super) async fn batch(
    asker: &Asker<'_>,
    path: &str,
    verb: Verb,
    rows: &[Body],
) -> Result<Vec<Row>, FetchError> {
    let mut results = Vec::with_capacity(rows.len());
    // What is still to be sent, the first part last.
    let starts = (0..rows.len()).step_by(ROWS_LIMIT).rev();
    let mut parts: Vec<Range<usize>> = starts
        .map(|start| start..rows.len().min(start + ROWS_LIMIT))
        .collect();
    while let Some(part) = parts.pop() {
        let all = rows.get(part.clone()).unwrap_or_default();
        match send(asker, path, verb, all).await? {
            Ok(done) => results.extend(done),
            Err(fault) if all.len() == 1 => results.push(Err(fault)),
            Err(_) => {
                let middle = part.start + all.len() / 2;
                parts.push(middle..part.end);
                parts.push(part.start..middle);
            }
        }
    }
    Ok(results)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct RawBatch<'a> {
    create: List<&'a RawValue>,
    update: List<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct RawRow<'a> {
    error: Option<RawFault<'a>>,
}

async fn send(
    asker: &Asker<'_>,
    path: &str,
    verb: Verb,
    rows: &[Body],
) -> Result<Result<Vec<Row>, Fault>, FetchError> {
    let mut body = Map::new();
    body.insert(verb.as_str().to_owned(), json!(rows));
    let answer = asker.send(Method::POST, path, &Value::Object(body)).await?;
    let RawBatch { create, update } = match answer.judge()? {
        Ok(batch) => batch,
        Err(fault) => return Ok(Err(fault)),
    };
    let List(told) = match verb {
        Verb::Create => create,
        Verb::Update => update,
    };
    if told.len() != rows.len() {
        return Err(FetchError::Unreadable {
            why: format!("{} rows of {} are answered", told.len(), rows.len()),
        });
    }
    let row = |told: &RawValue| {
        let RawRow { error } = serde_json::from_str(told.get()).unwrap_or_default();
        match error {
            Some(fault) => Err(fault.into()),
            None => Ok(answer.body().slice_ref(told.get().as_bytes())),
        }
    };
    Ok(Ok(told.into_iter().map(row).collect()))
}

/// What an answered row is.
pub(super) fn read<'a, T: Deserialize<'a>>(row: &'a Bytes) -> Result<T, FetchError> {
    serde_json::from_slice(row).map_err(|_| FetchError::Unreadable {
        why: "a row of it is not what was asked for".to_owned(),
    })
}
