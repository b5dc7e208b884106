//! Shopify's ids: a number in deliveries, `gid://shopify/Order/25` in the API. Both are one id.

use std::fmt;

use retail::ShopOrderId;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// The number of a thing, as text: many exceed what a floating-point number can hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id(Box<str>);

impl Id {
    /// Digits of the largest unsigned 64-bit number.
    const LIMIT_DIGITS: usize = 20;

    /// From digits or a gid of any kind; what stands after `?` is no part of the id.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let number = match text.strip_prefix("gid://shopify/") {
            Some(rest) => rest.split_once('/')?.1.split('?').next()?,
            None => text,
        };
        let sound = number.len() <= Self::LIMIT_DIGITS
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && number.bytes().next().is_some_and(|first| first != b'0');
        sound.then(|| Self(number.into()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn order(&self) -> Option<ShopOrderId> {
        ShopOrderId::new(&self.0).ok()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IdVisitor)
    }
}

struct IdVisitor;

impl Visitor<'_> for IdVisitor {
    type Value = Id;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Id, E> {
        // What stands there is not said: it may be anything.
        Id::new(text).ok_or_else(|| E::custom("not an id"))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Id, E> {
        Id::new(&number.to_string()).ok_or_else(|| E::custom("not an id"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_a_text_and_a_gid_are_one_id() {
        let id = |json: &str| {
            serde_json::from_str::<Id>(json)
                .ok()
                .map(|id| id.to_string())
        };
        for json in [
            "890088186047892319",
            r#""890088186047892319""#,
            r#""gid://shopify/Order/890088186047892319""#,
            r#""gid://shopify/Order/890088186047892319?a=1""#,
        ] {
            assert_eq!(id(json).as_deref(), Some("890088186047892319"), "{json}");
        }
        assert_eq!(
            id("18446744073709551615").as_deref(),
            Some("18446744073709551615")
        );
        for json in [
            "0",
            "-1",
            "25.0",
            "1e3",
            "18446744073709551616",
            "null",
            r#""""#,
            r#""025""#,
            r#""25 OR 1=1""#,
            r#""gid://shopify/Order/""#,
            r#""gid://shopify/25""#,
            r#""gid://other/Order/25""#,
        ] {
            assert_eq!(id(json), None, "{json}");
        }
    }
}
