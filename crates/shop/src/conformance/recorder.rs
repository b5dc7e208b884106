use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{Method, StatusCode};

use crate::FetchError;
use crate::push::Purse;

/// Longest request that is looked at, in bytes.
const LIMIT_BYTES: usize = 16 << 20;

/// What stands between a platform and its simulated shop: it remembers every request, can lose the answer to one, and is
/// the purse that each has to be paid from first.
#[derive(Clone, Debug)]
pub struct Recorder(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Whether a request changes anything.
    is_write: fn(&Recorded) -> bool,
    requests: Mutex<Vec<Recorded>>,
    /// Writing requests until one whose answer is lost; 0: none is.
    until_lost: Mutex<usize>,
    paid: AtomicUsize,
    is_empty: Mutex<bool>,
}

/// One request, as the shop got it.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub method: Method,
    pub path: String,
    pub query: String,
    pub body: Bytes,
}

impl Recorder {
    /// `is_write`: whether a request changes anything.
    #[must_use]
    pub fn new(is_write: fn(&Recorded) -> bool) -> Self {
        Self(Arc::new(Inner {
            is_write,
            requests: Mutex::default(),
            until_lost: Mutex::default(),
            paid: AtomicUsize::default(),
            is_empty: Mutex::default(),
        }))
    }

    /// The shop, with this before it.
    pub fn before(&self, shop: Router) -> Router {
        shop.layer(from_fn_with_state(self.clone(), record))
    }

    /// What was asked since it was looked at last.
    #[expect(
        clippy::must_use_candidate,
        reason = "to forget what was asked is a use too"
    )]
    pub fn take(&self) -> Vec<Recorded> {
        std::mem::take(&mut *locked(&self.0.requests))
    }

    /// The answer to the `nth` writing request from now, from 1, is lost after the shop has done it.
    pub fn lose(&self, nth: usize) {
        *locked(&self.0.until_lost) = nth;
    }

    /// Whether an answer was to be lost and none has been yet; then none will be.
    #[must_use]
    pub fn keeps_all(&self) -> bool {
        std::mem::take(&mut *locked(&self.0.until_lost)) > 0
    }

    /// Whether there is nothing to pay with.
    pub fn set_empty(&self, is_empty: bool) {
        *locked(&self.0.is_empty) = is_empty;
    }

    fn loses(&self) -> bool {
        let mut until_lost = locked(&self.0.until_lost);
        let is_lost = *until_lost == 1;
        *until_lost = until_lost.saturating_sub(1);
        is_lost
    }
}

async fn record(State(recorder): State<Recorder>, request: Request, next: Next) -> Response {
    let paid = recorder.0.paid.load(Ordering::SeqCst);
    assert!(
        paid > 0,
        "a request was not paid for: {}",
        request.uri().path()
    );
    recorder.0.paid.fetch_sub(1, Ordering::SeqCst);
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LIMIT_BYTES)
        .await
        .expect("a request within bounds");
    let asked = Recorded {
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        body: body.clone(),
    };
    let is_write = (recorder.0.is_write)(&asked);
    locked(&recorder.0.requests).push(asked);
    let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
    if is_write && recorder.loses() {
        let page = "<html><body>Gateway Timeout</body></html>";
        return (StatusCode::GATEWAY_TIMEOUT, page).into_response();
    }
    answer
}

#[async_trait]
impl Purse for Recorder {
    async fn spend(&self, units: u32) -> Result<(), FetchError> {
        assert!(units > 0, "a request costs something");
        if *locked(&self.0.is_empty) {
            return Err(FetchError::later("the purse is empty"));
        }
        self.0.paid.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    fn settle(&self, _spent: u32, _cost: u32) {}

    fn refused(&self, _wait: Duration) {}
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
