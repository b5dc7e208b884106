//! A store's API on this machine that answers what it is told to, and remembers what it was asked.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use shop::Connection;
use shop::conformance::serve;

use crate::store::{HASH, connection_at};

/// One answer.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: String,
}

impl Reply {
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let headers: HeaderMap = self
            .headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_bytes(name.as_bytes()).unwrap(),
                    HeaderValue::from_str(value).unwrap(),
                )
            })
            .collect();
        (
            StatusCode::from_u16(self.status).unwrap(),
            headers,
            self.body,
        )
            .into_response()
    }
}

#[derive(Default)]
struct Inner {
    /// By path and query below the store; the last answer of a list is given for ever.
    replies: HashMap<String, Vec<Reply>>,
    asked: Vec<(String, HeaderMap)>,
}

/// The store, for as long as the runtime lives. What it was not told answers as an empty list.
#[derive(Clone, Default)]
pub struct Stub(Arc<Mutex<Inner>>);

impl Stub {
    /// Starts it, with a connection to it.
    pub async fn start() -> (Self, Connection) {
        let stub = Self::default();
        let router = Router::new().fallback(answer).with_state(stub.clone());
        let url = format!("{}/stores/{HASH}", serve(router).await);
        (stub, connection_at(&url, &["any"]))
    }

    /// The answers to one address, one after another.
    pub fn tell(&self, address: &str, replies: impl IntoIterator<Item = Reply>) {
        let mut inner = self.0.lock().unwrap();
        inner
            .replies
            .insert(address.to_owned(), replies.into_iter().collect());
    }

    /// The answers of a sample order's folder.
    pub fn tell_sample(&self, folder: &Path, id: &str) {
        for (file, address) in [
            ("order", format!("/v2/orders/{id}")),
            ("products", page(&format!("/v2/orders/{id}/products"), 1)),
            (
                "shipping_addresses",
                page(&format!("/v2/orders/{id}/shipping_addresses"), 1),
            ),
            ("coupons", page(&format!("/v2/orders/{id}/coupons"), 1)),
            ("taxes", page(&format!("/v2/orders/{id}/taxes"), 1)),
            (
                "refunds",
                format!("/v3/orders/{id}/payment_actions/refunds"),
            ),
            ("transactions", format!("/v3/orders/{id}/transactions")),
        ] {
            if let Ok(body) = std::fs::read_to_string(folder.join(format!("{file}.json"))) {
                self.tell(&address, [Reply::new(200, body)]);
            }
        }
    }

    /// What was asked, in order, below the store.
    pub fn asked(&self) -> Vec<String> {
        let inner = self.0.lock().unwrap();
        inner
            .asked
            .iter()
            .map(|(address, _)| address.clone())
            .collect()
    }

    pub fn headers_asked_with(&self) -> Vec<HeaderMap> {
        let inner = self.0.lock().unwrap();
        inner
            .asked
            .iter()
            .map(|(_, headers)| headers.clone())
            .collect()
    }

    fn answer(&self, request: &Request) -> Reply {
        let mut inner = self.0.lock().unwrap();
        let address = request.uri().path_and_query().unwrap().as_str();
        let address = address
            .strip_prefix(&format!("/stores/{HASH}"))
            .unwrap()
            .to_owned();
        inner
            .asked
            .push((address.clone(), request.headers().clone()));
        match inner.replies.get_mut(&address) {
            Some(replies) if replies.len() > 1 => replies.remove(0),
            Some(replies) => replies[0].clone(),
            None => Reply::new(204, ""),
        }
    }
}

pub fn page(address: &str, page: usize) -> String {
    format!("{address}?page={page}&limit=250")
}

async fn answer(State(stub): State<Stub>, request: Request) -> Reply {
    stub.answer(&request)
}
