//! Deliveries made by hand.

use http::StatusCode;
use serde_json::Value;
use shop_woocommerce::sim::{Hook, Options, Shop, Topic};
use test_kit::{Poster, Prepared, System, world};

/// A shop of a few orders, and the means to send what it would never send.
pub struct Sender {
    pub shop: Shop,
    hook_url: String,
    poster: Poster,
}

/// An answer, as far as a shop sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Vec<u8>,
}

impl Sender {
    pub fn new(system: &System, options: &Options) -> Self {
        let hook_url = system.hook_url();
        Self {
            shop: Shop::open(options),
            poster: Poster::new(&hook_url).unwrap(),
            hook_url,
        }
    }

    /// Every version of every order; each must be accepted.
    pub async fn send_all(&mut self) {
        for order in self.shop.orders().concat() {
            let hook = self.shop.hook(&order, Topic::OrderUpdated, world::SECRET);
            assert_eq!(self.send(hook).await.status, StatusCode::OK);
        }
    }

    /// The newest version of an order, as JSON to be changed.
    pub fn body(&self, place: usize) -> Value {
        let order = self.shop.orders()[place].last().unwrap();
        serde_json::from_slice(&self.shop.body(order)).unwrap()
    }

    /// Whatever body, signed as the shop signs.
    pub fn signed(&self, body: impl Into<Vec<u8>>) -> Hook {
        let at = self.shop.orders()[0][0].modified_at;
        Hook::sign(Topic::OrderUpdated, at, body.into(), world::SECRET)
    }

    pub async fn send(&mut self, hook: Hook) -> Answer {
        let url = self.hook_url.clone();
        self.send_to(&url, hook).await
    }

    pub async fn send_to(&mut self, url: &str, hook: Hook) -> Answer {
        let request = Prepared::post(url, hook.headers, hook.body).unwrap();
        let answer = self.poster.exchange(&request).await;
        let (status, body) = answer
            .unwrap_or_else(|error| panic!("no answer to {} bytes: {error}", request.body.len()));
        Answer {
            status,
            body: body.to_vec(),
        }
    }
}

/// Replaces a header, or with `None` takes it out.
pub fn with_header(mut hook: Hook, name: &'static str, value: Option<&str>) -> Hook {
    hook.headers.retain(|(known, _)| *known != name);
    hook.headers
        .extend(value.map(|value| (name, value.to_owned())));
    hook
}
