use shop::{FetchError, ShopUrl};

use crate::{WooCommerce, store};

/// A shop that can be linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// As people know it; its address where it does not say.
    pub name: String,
}

/// Why there is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// No `WordPress`, or one that shows its API to nobody.
    #[error("no shop answers there; WordPress needs its permalinks switched on")]
    NoShop,
    /// A `WordPress` without a shop.
    #[error("WooCommerce is not switched on there")]
    NoWooCommerce,
    /// Nobody answers, or the address is out of reach.
    #[error("shop does not answer: {why}")]
    Away { why: String },
    /// Nobody can be sure who would answer.
    #[error("no secure connection to the shop: {why}")]
    Insecure { why: String },
}

/// Looks whether a shop that can be linked answers at `url`. Needs no key.
pub async fn find(platform: &WooCommerce, url: &ShopUrl) -> Result<Found, FindError> {
    let (client, question) = (&platform.client, store::index_question());
    let answer =
        client
            .ask_openly(url, question)
            .await
            .map_err(|none| match FetchError::from(none) {
                FetchError::TryLater { why, after: _ } => FindError::Away { why },
                FetchError::Insecure { why } => FindError::Insecure { why },
                FetchError::NoAccess
                | FetchError::Gone
                | FetchError::Refused { .. }
                | FetchError::Unreadable { .. } => FindError::NoShop,
            })?;
    match answer.read::<store::RawIndex<'_>>() {
        Ok(index) => {
            let index = store::Index::from(index);
            if !index.has_shop {
                return Err(FindError::NoWooCommerce);
            }
            let name = if index.name.is_empty() {
                url.to_string()
            } else {
                index.name
            };
            Ok(Found { name })
        }
        Err(FetchError::TryLater { why, after: _ }) if answer.is_servers_fault() => {
            Err(FindError::Away { why })
        }
        Err(_) => Err(FindError::NoShop),
    }
}
