//! What of a shop stays as it is from one call to the next, and is found out once.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use shop::ShopUrl;

/// By shop. Forgotten with the process.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<HashMap<ShopUrl, Facts>>);

#[derive(Debug, Default)]
struct Facts {
    online_store: Option<Box<str>>,
    has_definitions: bool,
}

impl Known {
    /// The gid of the publication that the Online Store sells.
    pub(super) fn online_store(&self, shop: &ShopUrl) -> Option<Box<str>> {
        self.facts().get(shop)?.online_store.clone()
    }

    /// `None`: it is to be found out again.
    pub(super) fn set_online_store(&self, shop: &ShopUrl, publication: Option<Box<str>>) {
        self.facts().entry(shop.clone()).or_default().online_store = publication;
    }

    /// Whether the shop has a place for our ids.
    pub(super) fn has_definitions(&self, shop: &ShopUrl) -> bool {
        let facts = self.facts();
        facts.get(shop).is_some_and(|facts| facts.has_definitions)
    }

    pub(super) fn set_has_definitions(&self, shop: &ShopUrl) {
        self.facts()
            .entry(shop.clone())
            .or_default()
            .has_definitions = true;
    }

    fn facts(&self) -> MutexGuard<'_, HashMap<ShopUrl, Facts>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
