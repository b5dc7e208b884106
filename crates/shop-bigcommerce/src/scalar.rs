//! A value that may be a text or a number: v2 writes money as text, v3 as numbers, ids come as both.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::value::RawValue;

/// A text, a number or a flag as it was written, digit by digit; nothing is an empty text, and so are
/// lists and objects. A number never becomes a floating-point one on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scalar<'a>(Cow<'a, str>);

impl Scalar<'_> {
    pub(crate) fn as_str(&self) -> &str {
        self.0.trim()
    }

    /// With the blanks around it.
    pub(crate) fn as_written(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.as_str().is_empty()
    }

    pub(crate) fn is_true(&self) -> bool {
        self.as_str() == "true"
    }

    /// A whole number above zero, as texts for ids are compared. BigCommerce's 0 is "none".
    pub(crate) fn id(&self) -> Option<&str> {
        /// Digits of the largest unsigned 64-bit number, which is more than any database gives.
        const ID_LIMIT_DIGITS: usize = 20;

        let text = self.as_str();
        let sound = text.len() <= ID_LIMIT_DIGITS
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && text.bytes().next().is_some_and(|first| first != b'0');
        sound.then_some(text)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?.get().trim();
        Ok(match raw.bytes().next() {
            Some(b'"') => Self(unquoted(raw).ok_or_else(|| {
                // What stands there is not said: it may be anybody's name.
                D::Error::custom("a text that is no Unicode")
            })?),
            Some(b'-' | b'0'..=b'9' | b't' | b'f') => Self(Cow::Borrowed(raw)),
            Some(_) | None => Self::default(),
        })
    }
}

fn unquoted(raw: &str) -> Option<Cow<'_, str>> {
    match serde_json::from_str::<&str>(raw) {
        Ok(text) => Some(Cow::Borrowed(text)),
        // It has escapes, and must be written anew.
        Err(_) => serde_json::from_str(raw).ok().map(Cow::Owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scalar_is_what_was_written() {
        for (json, text) in [
            (r#""88.9000""#, "88.9000"),
            (r#""\u00e9 \"x\"""#, "é \"x\""),
            ("88.9", "88.9"),
            (
                "0.1000000000000000055511151231257827",
                "0.1000000000000000055511151231257827",
            ),
            ("-5", "-5"),
            ("true", "true"),
            ("null", ""),
            ("[1,[2]]", ""),
            (r#"{"a":{"b":1}}"#, ""),
        ] {
            let scalar: Scalar<'_> = serde_json::from_str(json).unwrap();
            assert_eq!(scalar.as_str(), text, "{json}");
        }
        assert!(serde_json::from_str::<Scalar<'_>>(r#""\ud800""#).is_err());
    }

    #[test]
    fn an_id_is_a_whole_number_above_zero() {
        for (json, id) in [
            ("1001", Some("1001")),
            (r#""1001""#, Some("1001")),
            ("0", None),
            (r#""0100""#, None),
            ("-1", None),
            ("1e3", None),
            (r#""1001 OR 1=1""#, None),
            (r#""123456789012345678901""#, None),
            ("null", None),
        ] {
            let scalar: Scalar<'_> = serde_json::from_str(json).unwrap();
            assert_eq!(scalar.id(), id, "{json}");
        }
    }
}
