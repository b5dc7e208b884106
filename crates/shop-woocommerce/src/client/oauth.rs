//! OAuth 1.0a as WooCommerce wants it over plain HTTP: one leg, no token, HMAC-SHA256.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use sha2::Sha256;
use shop::ApiAccess;

/// Adds to `query` what proves who asks for `url`, which has no query of its own. All of `query` is
/// signed; a body is not. `nonce` is used once.
pub(super) fn sign(
    method: &str,
    url: &str,
    query: &mut Vec<(&'static str, String)>,
    api: &ApiAccess,
    nonce: &str,
    now: Timestamp,
) {
    query.extend([
        ("oauth_consumer_key", api.key.expose_secret().to_owned()),
        ("oauth_nonce", nonce.to_owned()),
        ("oauth_signature_method", "HMAC-SHA256".to_owned()),
        ("oauth_timestamp", now.as_second().to_string()),
    ]);
    let signature = signature(&base_string(method, url, query), api.secret.expose_secret());
    query.push(("oauth_signature", signature));
}

/// What is signed: method, address and sorted parameters, each part escaped (RFC 5849, 3.4.1).
pub(crate) fn base_string(method: &str, url: &str, query: &[(&str, String)]) -> String {
    let mut parameters: Vec<(String, String)> = query
        .iter()
        .map(|(name, value)| (escaped(name), escaped(value)))
        .collect();
    parameters.sort_unstable();
    let parameters: Vec<String> = parameters
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!(
        "{method}&{}&{}",
        escaped(url),
        escaped(&parameters.join("&"))
    )
}

/// Base64 of what `secret` makes of a base string.
pub(crate) fn signature(base: &str, secret: &str) -> String {
    // No token, so nothing stands after the ampersand.
    let key = format!("{secret}&");
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(base.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// All but the unreserved characters of RFC 3986.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            escaped.push(char::from(byte));
        } else {
            write!(escaped, "%{byte:02X}").expect("a string takes what is written to it");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use shop::{PlainHttp, ShopUrl};

    use super::*;

    /// `fixtures/errors/oauth-good.meta.json`: a request that a shop accepted, with its base string.
    #[test]
    fn the_base_string_is_the_one_a_shop_accepted() {
        let good: serde_json::Value =
            serde_json::from_str(include_str!("../../fixtures/errors/oauth-good.meta.json"))
                .unwrap();
        let request = &good["request"];
        let query: Vec<(&str, String)> = request["query"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| *name != "oauth_signature")
            .map(|(name, value)| {
                let value = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                (name.as_str(), value)
            })
            .collect();
        assert_eq!(
            base_string("GET", "http://127.0.0.1:8088/wp-json/wc/v3/orders", &query),
            request["base_string"].as_str().unwrap()
        );
    }

    /// The expected value was made with Python's `hmac` over the base string written out by hand.
    #[test]
    fn a_request_is_signed() {
        let api = ApiAccess::new(
            ShopUrl::new("http://127.0.0.1:8088").unwrap(),
            SecretString::from("ck_1"),
            SecretString::from("cs_1"),
            PlainHttp::Allowed,
        )
        .unwrap();
        let mut query = Vec::new();
        sign(
            "GET",
            "http://127.0.0.1:8088/wp-json/wc/v3/orders/25",
            &mut query,
            &api,
            "n1",
            "2026-11-21T19:54:12Z".parse().unwrap(),
        );
        let names: Vec<&str> = query.iter().map(|(name, _)| *name).collect();
        assert_eq!(
            names,
            [
                "oauth_consumer_key",
                "oauth_nonce",
                "oauth_signature_method",
                "oauth_timestamp",
                "oauth_signature"
            ]
        );
        assert_eq!(
            query.last().unwrap().1,
            "EQ873ajDPjXnzH+GKcyadqkaqDKFvf8Qdver+dnROnA="
        );
    }

    /// A parameter more changes the signature: what is asked for is signed as well.
    #[test]
    fn what_is_asked_for_is_signed() {
        let asked = [("per_page", "100".to_owned()), ("a", "b c".to_owned())];
        assert_eq!(
            base_string("DELETE", "http://s", &asked),
            "DELETE&http%3A%2F%2Fs&a%3Db%2520c%26per_page%3D100"
        );
    }

    #[test]
    fn all_but_unreserved_characters_are_escaped() {
        assert_eq!(
            escaped("aZ09-._~ é+/=&%"),
            "aZ09-._~%20%C3%A9%2B%2F%3D%26%25"
        );
    }
}
