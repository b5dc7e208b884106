//! JSON as PHP writes it: numbers as texts, texts as numbers, nothing as `null`, `""`, `false` or `[]`,
//! and a list with a gap as an object.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A text, a number, or nothing (an empty text). Lists and objects count as nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scalar<'a>(Cow<'a, str>);

impl Scalar<'_> {
    pub(crate) fn as_str(&self) -> &str {
        self.0.trim()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.as_str().is_empty()
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

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a number")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Scalar(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Scalar(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Scalar(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Scalar(Cow::Owned(number.to_string())))
    }

    /// The shortest decimal that reads back as the same number, never with an exponent.
    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Scalar(Cow::Owned(number.to_string())))
    }

    /// As PHP turns it into a text.
    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Scalar(Cow::Borrowed(if flag { "1" } else { "" })))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Scalar::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        drain_seq(seq)?;
        Ok(Scalar::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        drain_map(map)?;
        Ok(Scalar::default())
    }
}

/// A list; an object's values count as one, nothing as an empty one.
#[derive(Debug)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = seq.next_element()? {
            list.push(item);
        }
        Ok(List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some((IgnoredAny, item)) = map.next_entry()? {
            list.push(item);
        }
        Ok(List(list))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(List::default())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        nothing(text, &self)
    }

    fn visit_bool<E: serde::de::Error>(self, flag: bool) -> Result<Self::Value, E> {
        nothing(if flag { "1" } else { "" }, &self)
    }
}

/// An object; nothing and an empty list count as one without fields.
#[derive(Debug, Default)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Default + Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Default + Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        drain_seq(seq)?;
        Ok(Object::default())
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Object::default())
    }

    fn visit_str<E>(self, _text: &str) -> Result<Self::Value, E> {
        Ok(Object::default())
    }

    fn visit_bool<E>(self, _flag: bool) -> Result<Self::Value, E> {
        Ok(Object::default())
    }

    fn visit_u64<E>(self, _number: u64) -> Result<Self::Value, E> {
        Ok(Object::default())
    }

    fn visit_i64<E>(self, _number: i64) -> Result<Self::Value, E> {
        Ok(Object::default())
    }

    fn visit_f64<E>(self, _number: f64) -> Result<Self::Value, E> {
        Ok(Object::default())
    }
}

fn nothing<'de, V, E>(text: &str, expected: &V) -> Result<V::Value, E>
where
    V: Visitor<'de, Value: Default>,
    E: serde::de::Error,
{
    if text.trim().is_empty() {
        return Ok(V::Value::default());
    }
    // What stands there is not said: it may be anybody's name.
    Err(E::invalid_type(
        serde::de::Unexpected::Other("a text"),
        expected,
    ))
}

fn drain_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<(), A::Error> {
    while seq.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

fn drain_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(json: &str) -> String {
        serde_json::from_str::<Scalar<'_>>(json)
            .unwrap()
            .as_str()
            .to_owned()
    }

    #[test]
    fn a_scalar_is_what_php_would_print() {
        for (json, text) in [
            (r#""20.00""#, "20.00"),
            (r#""\u00e9""#, "é"),
            ("20", "20"),
            ("-5", "-5"),
            ("16.663333333333334", "16.663333333333334"),
            ("1e21", "1000000000000000000000"),
            ("null", ""),
            ("false", ""),
            ("true", "1"),
            ("[1,[2]]", ""),
            (r#"{"a":{"b":1}}"#, ""),
        ] {
            assert_eq!(scalar(json), text, "{json}");
        }
    }

    #[test]
    fn an_id_is_a_whole_number_above_zero() {
        for (json, id) in [
            ("25", Some("25")),
            (r#""25""#, Some("25")),
            ("0", None),
            (r#""025""#, None),
            ("-1", None),
            ("2.5", None),
            (r#""25 OR 1=1""#, None),
            (r#""123456789012345678901""#, None),
            ("null", None),
        ] {
            let scalar: Scalar<'_> = serde_json::from_str(json).unwrap();
            assert_eq!(scalar.id(), id, "{json}");
        }
    }

    #[test]
    fn a_list_may_be_an_object_or_nothing() {
        let list = |json: &str| {
            serde_json::from_str::<List<Scalar<'_>>>(json).map(|list| {
                list.0
                    .iter()
                    .map(|s| s.as_str().to_owned())
                    .collect::<Vec<_>>()
            })
        };
        assert_eq!(list("[1,2]").unwrap(), ["1", "2"]);
        assert_eq!(list(r#"{"1":1,"3":2}"#).unwrap(), ["1", "2"]);
        for empty in ["[]", "{}", "null", r#""""#, "false"] {
            assert!(list(empty).unwrap().is_empty(), "{empty}");
        }
        assert!(list("7").is_err());
        let message = list(r#""zoe@example.test""#).unwrap_err().to_string();
        assert!(!message.contains("zoe"), "{message}");
    }
}
