//! Many rows in one request: made, changed, and deleted for good, in that order. A bad row carries its error and holds up
//! no other.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Problem, json};
use crate::sim::live::Running;
use crate::sim::live::shelf::{Fields, Rules};
use crate::sim::php_json;

/// Most rows of a request.
const ROWS_LIMIT: usize = 100;

pub(super) struct Batch<'a> {
    pub(super) running: &'a Running,
    /// Rows are variations of this product.
    pub(super) parent: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Rows {
    create: Vec<Fields>,
    update: Vec<Fields>,
    delete: Vec<Value>,
}

#[derive(Serialize)]
struct BadRow {
    id: Value,
    error: Problem,
}

pub(super) fn answer(of: &Batch<'_>, body: &[u8]) -> Response {
    let Ok(rows) = serde_json::from_slice::<Rows>(body) else {
        return Problem::invalid_json().into_response();
    };
    let Rows {
        create,
        update,
        delete,
    } = rows;
    if create.len() + update.len() + delete.len() > ROWS_LIMIT {
        return Problem::too_many().into_response();
    }
    let created = create.iter().map(|row| {
        let made = of.running.create_thing(of.parent, row, Rules::Unchecked);
        made.unwrap_or_else(|error| bad(0.into(), error))
    });
    let created: Vec<Vec<u8>> = created.collect();
    let updated: Vec<Vec<u8>> = update.iter().map(|row| of.update(row)).collect();
    let deleted: Vec<Vec<u8>> = delete.into_iter().map(|id| of.delete(id)).collect();
    let parts = [
        ("create", created),
        ("update", updated),
        ("delete", deleted),
    ];
    let parts = parts.into_iter().filter(|(_, rows)| !rows.is_empty());
    let parts: Vec<Vec<u8>> = parts
        .map(|(name, rows)| {
            let name = format!("\"{name}\":[").into_bytes();
            [name, rows.join(&b","[..]), b"]".to_vec()].concat()
        })
        .collect();
    let body = [b"{".to_vec(), parts.join(&b","[..]), b"}".to_vec()].concat();
    json(StatusCode::OK, body)
}

impl Batch<'_> {
    fn update(&self, row: &Fields) -> Vec<u8> {
        let id = row.get("id").cloned().unwrap_or_default();
        let number = id
            .as_u64()
            .or_else(|| id.as_str()?.parse().ok())
            .unwrap_or(0);
        let updated = if self.has(number) {
            self.running.update_thing(number, row, Rules::Unchecked)
        } else {
            Err(self.unknown().with(StatusCode::BAD_REQUEST))
        };
        updated.unwrap_or_else(|error| bad(id, error))
    }

    fn delete(&self, id: Value) -> Vec<u8> {
        let number = id.as_u64().unwrap_or(0);
        let deleted = if self.has(number) {
            self.running.delete_thing(number, true)
        } else {
            Err(self.unknown())
        };
        deleted.unwrap_or_else(|error| bad(id, error))
    }

    fn has(&self, id: u64) -> bool {
        let state = self.running.state();
        match self.parent {
            None => state.shelf.product(id).is_some(),
            Some(parent) => state.shelf.variation(parent, id).is_some(),
        }
    }

    fn unknown(&self) -> Problem {
        match self.parent {
            None => Problem::no_product(),
            Some(_) => Problem::no_variation(),
        }
    }
}

fn bad(id: Value, error: Problem) -> Vec<u8> {
    php_json::encode(&BadRow { id, error }).expect("an id and a problem encode")
}
