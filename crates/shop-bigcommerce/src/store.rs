//! Which store a connection is linked to.

use shop::ApiAccess;

/// The store's hash: what follows `/stores/` at the end of the API's address. A delivery's `producer`
/// and the API's paths name the store by it.
pub(crate) fn hash(api: &ApiAccess) -> Option<&str> {
    let (_, hash) = api.url.as_str().rsplit_once("/stores/")?;
    let sound = !hash.is_empty() && hash.bytes().all(|byte| byte.is_ascii_alphanumeric());
    sound.then_some(hash)
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use shop::{PlainHttp, ShopUrl};

    use super::*;

    #[test]
    fn the_store_is_named_at_the_end_of_the_address() {
        for (url, store) in [
            ("https://api.bigcommerce.com/stores/abc123", Some("abc123")),
            ("https://api.bigcommerce.com/stores/abc123/", Some("abc123")),
            ("https://api.bigcommerce.com/stores/abc123/v2", None),
            ("https://api.bigcommerce.com/stores", None),
            ("https://shop.example", None),
        ] {
            let key = SecretString::from("key");
            let url = ShopUrl::new(url).unwrap();
            let api = ApiAccess::new(url, key.clone(), key, PlainHttp::Refused).unwrap();
            assert_eq!(hash(&api), store, "{}", api.url);
        }
    }
}
