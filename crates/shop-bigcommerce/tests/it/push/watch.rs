//! What goes between whoever pushes and the store, both ways.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http::Method;
use serde_json::Value;

/// A request and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub method: Method,
    pub path: String,
    /// Null: none.
    pub sent: Value,
    pub status: u16,
    pub answered: Value,
}

pub type Seen = Arc<Mutex<Vec<Exchange>>>;

pub struct Watched {
    pub router: Router,
    pub seen: Seen,
}

pub fn watched(router: Router) -> Watched {
    let seen = Seen::default();
    Watched {
        router: router.layer(from_fn_with_state(seen.clone(), note)),
        seen,
    }
}

async fn note(State(seen): State<Seen>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let sent = to_bytes(body, usize::MAX).await.unwrap();
    let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
    let response = next
        .run(Request::from_parts(parts, Body::from(sent.clone())))
        .await;
    let (parts, body) = response.into_parts();
    let answered = to_bytes(body, usize::MAX).await.unwrap();
    seen.lock().unwrap().push(Exchange {
        method,
        path,
        sent: serde_json::from_slice(&sent).unwrap_or_default(),
        status: parts.status.as_u16(),
        answered: serde_json::from_slice(&answered).unwrap_or_default(),
    });
    Response::from_parts(parts, Body::from(answered))
}
