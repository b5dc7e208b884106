//! What buyers and the store's people do with its products, and what tests see of it.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use shop::sim::ProductEdit;

use super::catalogue::{Kind, Product};
use super::money::fine;
use super::shelf::Shelf;
use super::{Asked, Store, Trouble};

impl Store {
    /// Somebody buys units of a variant, now, at what it costs now. Gives the order's id; `None`: it is hidden, not for
    /// sale, or there is not enough of it.
    #[expect(clippy::must_use_candidate, reason = "selling it is the point")]
    pub fn sell(&self, variant: u64, units: i64) -> Option<u64> {
        let mut state = self.lock();
        let (id, name, sku, price) = state.shelf.offer(variant, units)?;
        let place = state.catalogue.add(Product {
            id,
            variant,
            name,
            sku,
            upc: "",
            kind: Kind::Physical,
            price: fine(&price),
        });
        let order = state.next_order(self);
        let (order, events) = state.story(self).sell(order, place, units);
        let id = order.id;
        state.keep(order);
        state.tell(self, id, &events);
        Some(id)
    }

    /// Somebody does in the store's own screen what the API does too: it costs nothing of the quota and is not among
    /// [`Self::asked`]. Gives the status and the answer.
    #[expect(clippy::must_use_candidate, reason = "doing it is the point")]
    pub fn by_hand(&self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let uri: http::Uri = format!("/?{query}").parse().unwrap_or_default();
        let asked = Asked {
            method,
            path: path.to_owned(),
            query: super::query::parameters(&uri),
            body,
        };
        match self.lock().shelf.answer(&asked) {
            Some(reply) => (reply.status, reply.body),
            None => (StatusCode::NOT_FOUND, Value::Null),
        }
    }

    /// Somebody has the store keep back units of a product without options.
    pub fn keep_back(&self, product: u64, units: i64) {
        self.lock().shelf.keep_back(product, units);
    }

    /// Units of a variant that are for sale. `None`: nobody counts them.
    #[must_use]
    pub fn level(&self, variant: u64) -> Option<i64> {
        self.lock().shelf.level(variant)
    }

    /// Where the images of a product were fetched from, as they are shown.
    #[must_use]
    pub fn pictures(&self, product: u64) -> Vec<String> {
        self.lock().shelf.pictures(product)
    }

    /// The last requests that the API was asked, oldest first.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.lock().asked.iter().cloned().collect()
    }

    /// The next request by this method whose path ends so has trouble.
    pub fn trouble(&self, method: Method, path_end: &str, trouble: Trouble) {
        self.lock().troubles.add(method, path_end, trouble);
    }
}

impl Shelf {
    /// As somebody types it into the product's page.
    pub fn edit(&mut self, product: u64, edit: &ProductEdit) {
        let asked = Asked {
            method: Method::PUT,
            path: format!("/v3/catalog/products/{product}"),
            query: super::query::Parameters::new(),
            body: json!({"name": edit.name, "sku": edit.sku, "upc": edit.barcode,
                "price": super::money::number(edit.price_cents * 100),
                "inventory_level": edit.stock.max(0)}),
        };
        // What the store does not take is not edited; something made up for one order is no product.
        drop(self.answer(&asked));
    }
}
