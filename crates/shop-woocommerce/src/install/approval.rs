use secrecy::{ExposeSecret as _, SecretString};
use shop::ShopUrl;

use crate::client::oauth::escaped;

/// Why nobody can be sent to the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalError {
    /// WooCommerce gives no key to an address without TLS.
    #[error("address for the key is plain http, which WooCommerce refuses")]
    PlainCallback,
}

/// Where the owner of `shop` approves that `app` reads and writes. The shop posts the key to `callback`
/// and then sends the browser to `back`.
pub fn approval_url(
    shop: &ShopUrl,
    app: &str,
    state: &SecretString,
    callback: &ShopUrl,
    back: &ShopUrl,
) -> Result<String, ApprovalError> {
    if !callback.is_https() {
        return Err(ApprovalError::PlainCallback);
    }
    let query = [
        ("app_name", app),
        ("scope", super::granted::SCOPE),
        ("user_id", state.expose_secret()),
        ("return_url", back.as_str()),
        ("callback_url", callback.as_str()),
    ];
    let query = query.map(|(name, value)| format!("{name}={}", escaped(value)));
    Ok(format!("{shop}/wc-auth/v1/authorize?{}", query.join("&")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> ShopUrl {
        ShopUrl::new(text).unwrap()
    }

    /// `observations/wc-auth`: what a shop was asked.
    #[test]
    fn the_owner_is_sent_where_a_shop_understood_it() {
        let state = SecretString::from("etat-unique-8c1f");
        let callback = url("https://127.0.0.1:8497/rappel");
        let back = url("https://127.0.0.1:8497/retour");
        let shop = url("https://127.0.0.1:8448/");
        assert_eq!(
            approval_url(&shop, "PDV", &state, &callback, &back).unwrap(),
            "https://127.0.0.1:8448/wc-auth/v1/authorize?app_name=PDV&scope=read_write\
             &user_id=etat-unique-8c1f&return_url=https%3A%2F%2F127.0.0.1%3A8497%2Fretour\
             &callback_url=https%3A%2F%2F127.0.0.1%3A8497%2Frappel"
        );
        let plain = url("http://127.0.0.1:8497/rappel");
        assert_eq!(
            approval_url(&shop, "PDV", &state, &plain, &back),
            Err(ApprovalError::PlainCallback)
        );
    }
}
