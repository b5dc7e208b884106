//! What a shop was told, word for word, for as long as somebody wants to read it.

use http::Method;

use crate::journal::Asked;

/// Requests that are kept.
const REQUESTS_LIMIT: usize = 1_000;

/// A request that is no mere question, and what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub asked: Asked,
    pub body: String,
}

/// In the order in which they came. Nothing is kept before somebody wants it to be.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    is_kept: bool,
    pub requests: Vec<Request>,
    /// Requests for which there was no room.
    pub not_kept: u64,
}

impl Recording {
    /// Begins it, with nothing in it.
    pub(crate) fn begin(&mut self) {
        *self = Self {
            is_kept: true,
            ..Self::default()
        };
    }

    pub(crate) fn add(&mut self, asked: &Asked, body: &[u8]) {
        if !self.is_kept || is_question(asked) {
            return;
        }
        if self.requests.len() >= REQUESTS_LIMIT {
            self.not_kept += 1;
            return;
        }
        self.requests.push(Request {
            asked: asked.clone(),
            body: String::from_utf8_lossy(body).into_owned(),
        });
    }
}

fn is_question(asked: &Asked) -> bool {
    let Asked {
        method,
        path: _,
        operation,
    } = asked;
    match operation {
        Some(operation) => operation.starts_with("query "),
        None => *method == Method::GET.as_str(),
    }
}
