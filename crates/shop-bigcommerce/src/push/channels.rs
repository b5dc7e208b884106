//! Where a store shows its products.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use shop::{FetchError, ShopUrl};

use super::desk::{Desk, Said};
use super::{refusal, terms};

/// The storefront of each store that was asked: it does not change.
#[derive(Debug, Default)]
pub(crate) struct Storefronts(Mutex<HashMap<ShopUrl, u64>>);

impl Storefronts {
    pub(super) fn told(&self, store: &ShopUrl, channel: u64) {
        self.by_store().insert(store.clone(), channel);
    }

    fn of(&self, store: &ShopUrl) -> Option<u64> {
        self.by_store().get(store).copied()
    }

    fn by_store(&self) -> MutexGuard<'_, HashMap<ShopUrl, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A product is in the store's own storefront, and in no other that it has. `Err` inside: the store does not take it.
pub(super) async fn assign(
    desk: &mut Desk<'_>,
    product_id: u64,
) -> Result<Result<(), shop::push::Refusal>, FetchError> {
    #[derive(Serialize)]
    struct Assignment {
        product_id: u64,
        channel_id: u64,
    }

    let channel_id = match desk.shop.storefronts.of(desk.store_url()) {
        Some(channel) => channel,
        None => terms::storefront(desk).await?,
    };
    let path = "/v3/catalog/products/channel-assignments";
    let assignment = Assignment {
        product_id,
        channel_id,
    };
    match desk.put(path, &[assignment]).await? {
        Said::Done(_) => Ok(Ok(())),
        Said::Partly(body) => Ok(Err(refusal::of_part(&body))),
        Said::Denied(denial) => Ok(Err(denial.refusal())),
        Said::Missing => Err(FetchError::later("a product just made is not there")),
    }
}
