//! A value of JSON as the text it was written with: a number keeps every digit.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::value::RawValue;

/// A text, a number, `true`, `false` or nothing (an empty text). Lists and objects count as nothing.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Scalar<'a>(Cow<'a, str>);

impl Scalar<'_> {
    pub(crate) fn as_str(&self) -> &str {
        self.0.trim()
    }

    /// With the spaces at its ends, where they are part of it.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.as_str().is_empty()
    }

    pub(crate) fn is_true(&self) -> bool {
        self.as_str() == "true"
    }

    /// A whole number above zero, as texts for ids are compared.
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

/// What stands there may be anybody's name.
impl fmt::Debug for Scalar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scalar")
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        Ok(Self(match raw.as_bytes().first() {
            Some(b'"') => Cow::Owned(
                serde_json::from_str(raw).map_err(|_| D::Error::custom("a text is no text"))?,
            ),
            Some(b'{' | b'[' | b'n') | None => Cow::Borrowed(""),
            Some(_) => Cow::Borrowed(raw),
        }))
    }
}

/// The members of a list that are what they should be: none of what is no list, and without those that are not.
#[derive(Debug)]
pub(crate) struct Members<T>(pub(crate) Vec<T>);

impl<T> Default for Members<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Members<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        let members: Vec<&'de RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
        let members = members
            .into_iter()
            .filter_map(|member| serde_json::from_str(member.get()).ok());
        Ok(Self(members.collect()))
    }
}

/// An object, or an empty one where something else stands.
#[derive(Debug, Default)]
pub(crate) struct Perhaps<T>(pub(crate) T);

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Perhaps<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        Ok(Self(serde_json::from_str(raw.get()).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scalar_is_what_was_written() {
        for (json, text) in [
            (r#""20.00""#, "20.00"),
            (r#""\u00e9""#, "é"),
            ("20", "20"),
            ("54.0", "54.0"),
            (
                "0.1000000000000000055511151231257827",
                "0.1000000000000000055511151231257827",
            ),
            ("1.0E7", "1.0E7"),
            ("-5", "-5"),
            ("null", ""),
            ("false", "false"),
            ("[1,[2]]", ""),
            (r#"{"a":{"b":1}}"#, ""),
        ] {
            let scalar: Scalar<'_> = serde_json::from_str(json).unwrap();
            assert_eq!(scalar.as_str(), text, "{json}");
        }
    }

    #[test]
    fn an_id_is_a_whole_number_above_zero() {
        for (json, id) in [
            ("25", Some("25")),
            (r#""25""#, Some("25")),
            ("0", None),
            ("25.0", None),
            (r#""025""#, None),
            ("-1", None),
            (r#""25 OR 1=1""#, None),
            (r#""123456789012345678901""#, None),
            ("null", None),
        ] {
            let scalar: Scalar<'_> = serde_json::from_str(json).unwrap();
            assert_eq!(scalar.id(), id, "{json}");
        }
    }

    #[test]
    fn what_is_of_another_kind_counts_as_nothing() {
        for (json, members) in [
            (r#"[["a"],["b","c"]]"#, 2),
            (r#"[["a"],7,null]"#, 1),
            ("null", 0),
            (r#""a""#, 0),
        ] {
            let read: Members<Vec<&str>> = serde_json::from_str(json).unwrap();
            assert_eq!(read.0.len(), members, "{json}");
        }
        let Perhaps(read): Perhaps<Vec<u8>> = serde_json::from_str("false").unwrap();
        assert!(read.is_empty());
    }

    #[test]
    fn nothing_of_it_is_printed() {
        let scalar: Scalar<'_> = serde_json::from_str(r#""zoe@example.test""#).unwrap();
        assert_eq!(format!("{scalar:?}"), "Scalar");
    }
}
