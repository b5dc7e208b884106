//! A store's name for ever.

use std::fmt;

use shop::{ShopUrl, ShopUrlError};

/// What a store is called in the API's addresses: up to twenty small letters and digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StoreHash(Box<str>);

impl StoreHash {
    pub const LIMIT_BYTES: usize = 20;

    /// `None` for anything else: it becomes part of an address that a token is sent to.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let sound = !text.is_empty()
            && text.len() <= Self::LIMIT_BYTES
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        sound.then(|| Self(text.into()))
    }

    /// From `stores/{hash}`.
    #[must_use]
    pub fn of_context(context: &str) -> Option<Self> {
        Self::new(context.strip_prefix("stores/")?)
    }

    #[must_use]
    pub fn context(&self) -> String {
        format!("stores/{self}")
    }

    /// Where the store's API answers: below [`crate::API_URL`], or below a simulator's address.
    pub fn api_url(&self, api: &ShopUrl) -> Result<ShopUrl, ShopUrlError> {
        ShopUrl::new(&format!("{api}/{}", self.context()))
    }
}

impl fmt::Display for StoreHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_named_by_small_letters_and_digits() {
        let hash = StoreHash::of_context("stores/g5cd38").unwrap();
        assert_eq!(hash.context(), "stores/g5cd38");
        let api = ShopUrl::new(crate::API_URL).unwrap();
        assert_eq!(
            hash.api_url(&api).unwrap().as_str(),
            "https://api.bigcommerce.com/stores/g5cd38"
        );
        for context in [
            "g5cd38",
            "stores/",
            "stores/G5CD38",
            "stores/g5cd38/v2",
            "stores/../login",
            "stores/g5cd38@evil.example",
            "stores/g5cd38\n",
            "stores/é",
            "stores/123456789012345678901",
            "/stores/g5cd38",
        ] {
            assert_eq!(StoreHash::of_context(context), None, "{context:?}");
        }
    }
}
