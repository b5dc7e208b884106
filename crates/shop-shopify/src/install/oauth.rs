//! The way a merchant gives an app access: where the browser is sent, and whether what it brings back
//! comes from Shopify. That the state is the one that was given, to this user, and used once, is the
//! caller's to check.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use shop::LiveSecrets;

use crate::ShopDomain;
use crate::signature::{SIGNATURE_BYTES, is_signed};

/// How far the clocks may be apart, either way, the way of the browser included.
const TIMESTAMP_TOLERANCE: SignedDuration = SignedDuration::from_secs(90);

/// What Shopify signed, once that is proven.
#[derive(Clone, Debug)]
pub struct Callback {
    pub shop: ShopDomain,
    /// To be exchanged for a token. `None` when a merchant opens the app.
    pub code: Option<SecretString>,
    /// As it was given to [`authorize_url`].
    pub state: Option<String>,
}

/// Why a query is not acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryRefused {
    /// One case for every kind of bad signature: who forges learns nothing.
    #[error("query is not signed by shopify")]
    NotAuthentic,
    #[error("query has no timestamp, or one that is too far from now")]
    NotNow,
    #[error("query names no shop")]
    NoShop,
}

/// Where to send the browser of a merchant who connects `shop`. Without grant options: the token is the
/// app's own and outlives the merchant's session. `state` should be hexadecimal.
#[must_use]
pub fn authorize_url(
    shop: &ShopDomain,
    client_id: &str,
    scopes: &[&str],
    redirect_uri: &str,
    state: &str,
) -> String {
    let parameters = [
        ("client_id", client_id),
        ("scope", &scopes.join(",")),
        ("redirect_uri", redirect_uri),
        ("state", state),
    ];
    format!(
        "https://{shop}/admin/oauth/authorize?{}",
        joined(parameters)
    )
}

/// Checks the query of an installation link or a callback: `parameters` are its names and values, decoded,
/// as they came.
pub fn verify(
    parameters: &[(String, String)],
    secrets: &LiveSecrets,
    now: Timestamp,
) -> Result<Callback, QueryRefused> {
    if !is_signed(secrets, message(parameters).as_bytes(), claimed(parameters)) {
        return Err(QueryRefused::NotAuthentic);
    }
    if !is_now(only(parameters, "timestamp"), now) {
        return Err(QueryRefused::NotNow);
    }
    let shop = only(parameters, "shop").and_then(|shop| ShopDomain::new(shop).ok());
    Ok(Callback {
        shop: shop.ok_or(QueryRefused::NoShop)?,
        code: only(parameters, "code").map(SecretString::from),
        state: only(parameters, "state").map(str::to_owned),
    })
}

/// All parameters but the signature, in the order of their names.
fn message(parameters: &[(String, String)]) -> String {
    let mut signed: Vec<(&str, &str)> = parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| !matches!(*name, "hmac" | "signature"))
        .collect();
    // Values of one name keep their order.
    signed.sort_by_key(|(name, _)| *name);
    joined(signed)
}

/// 64 hexadecimal digits in lower case, as Shopify writes them and no others.
fn claimed(parameters: &[(String, String)]) -> Option<[u8; SIGNATURE_BYTES]> {
    let digits = only(parameters, "hmac")?.as_bytes();
    if digits.len() != 2 * SIGNATURE_BYTES {
        return None;
    }
    let mut claimed = [0; SIGNATURE_BYTES];
    for (byte, pair) in claimed.iter_mut().zip(digits.chunks_exact(2)) {
        for digit in pair {
            let value = match digit {
                b'0'..=b'9' => digit - b'0',
                b'a'..=b'f' => digit - b'a' + 10,
                _ => return None,
            };
            *byte = (*byte << 4) | value;
        }
    }
    Some(claimed)
}

fn is_now(timestamp: Option<&str>, now: Timestamp) -> bool {
    let then = timestamp
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| Timestamp::from_second(text.parse().ok()?).ok());
    then.is_some_and(|then| {
        let apart = now.as_duration().saturating_sub(then.as_duration()).abs();
        SignedDuration::from_secs(apart.as_secs()) <= TIMESTAMP_TOLERANCE
    })
}

/// The one value of a name; none if it is given twice.
fn only<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut values = parameters.iter().filter(|(known, _)| known == name);
    let (_, value) = values.next()?;
    values.next().is_none().then_some(value)
}

fn joined<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let parameters: Vec<String> = parameters
        .into_iter()
        .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
        .collect();
    parameters.join("&")
}

/// As `application/x-www-form-urlencoded`, with a space as `%20`.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'-' | b'.' | b'_') {
            escaped.push(char::from(byte));
        } else {
            write!(escaped, "%{byte:02X}").expect("a string takes what is written to it");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const VECTORS: &str = include_str!("../../fixtures/vectors/oauth_query_hmac.json");

    fn secrets(texts: &[&str]) -> LiveSecrets {
        LiveSecrets::new(texts.iter().map(|text| SecretString::from(*text)).collect()).unwrap()
    }

    fn parameters(vector: &Value) -> Vec<(String, String)> {
        let mut parameters = Vec::new();
        for (name, value) in vector["params"].as_object().unwrap() {
            match value {
                Value::Array(values) => parameters.extend(
                    values
                        .iter()
                        .map(|value| (format!("{name}[]"), value.as_str().unwrap().to_owned())),
                ),
                value => parameters.push((name.clone(), value.as_str().unwrap().to_owned())),
            }
        }
        parameters
    }

    #[test]
    fn every_vector_is_judged_as_the_library_judges_it() {
        let file: Value = serde_json::from_str(VECTORS).unwrap();
        let secret = file["secret"].as_str().unwrap();
        let vectors = file["vectors"].as_array().unwrap();
        assert_eq!(vectors.len(), 13);
        for vector in vectors {
            let name = vector["name"].as_str().unwrap();
            let parameters = parameters(vector);
            assert_eq!(
                message(&parameters),
                vector["message"].as_str().unwrap(),
                "{name}"
            );
            let now = Timestamp::from_second(vector["now"].as_i64().unwrap()).unwrap();
            for live in [&[secret][..], &["newer", secret]] {
                let verified = verify(&parameters, &secrets(live), now);
                assert_eq!(
                    verified.is_ok(),
                    vector["valid"].as_bool().unwrap(),
                    "{name}: {verified:?}"
                );
                let about_time = vector["error"]
                    .as_str()
                    .is_some_and(|error| error.contains("timestamp"));
                if let Err(refused) = verified {
                    let wanted = if about_time {
                        QueryRefused::NotNow
                    } else {
                        QueryRefused::NotAuthentic
                    };
                    assert_eq!(refused, wanted, "{name}");
                }
            }
            assert!(verify(&parameters, &secrets(&["other"]), now).is_err());
        }
    }

    #[test]
    fn a_callback_gives_shop_code_and_state_and_shows_no_code() {
        let file: Value = serde_json::from_str(VECTORS).unwrap();
        let vector = &file["vectors"][0];
        let now = Timestamp::from_second(vector["now"].as_i64().unwrap()).unwrap();
        let secrets = secrets(&[file["secret"].as_str().unwrap()]);
        let callback = verify(&parameters(vector), &secrets, now).unwrap();
        assert_eq!(callback.shop.as_str(), "pos-test.myshopify.com");
        assert_eq!(
            callback.state.as_deref(),
            vector["params"]["state"].as_str()
        );
        let code = vector["params"]["code"].as_str().unwrap();
        assert!(!format!("{callback:?}").contains(code));

        let mut twice = parameters(vector);
        twice.push(("shop".to_owned(), "evil.myshopify.com".to_owned()));
        assert!(verify(&twice, &secrets, now).is_err());
    }

    #[test]
    fn the_browser_is_sent_to_the_shop_itself() {
        let shop = ShopDomain::new("pos-test.myshopify.com").unwrap();
        let url = authorize_url(
            &shop,
            "abc",
            &["read_orders", "read_products"],
            "https://pos.example/connect/done",
            "0f",
        );
        assert_eq!(
            url,
            "https://pos-test.myshopify.com/admin/oauth/authorize?client_id=abc\
             &scope=read_orders%2Cread_products\
             &redirect_uri=https%3A%2F%2Fpos.example%2Fconnect%2Fdone&state=0f"
        );
    }
}
