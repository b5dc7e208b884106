//! The names of a schema and its roles.

use std::fmt;

/// A service's schema. Its owner's and its service's roles are called after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaName(Box<str>);

impl SchemaName {
    /// # Panics
    /// On anything but lower-case letters, digits and `_`: names are put into statements without quotes.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        assert!(
            name.starts_with(|first: char| first.is_ascii_lowercase())
                && name.bytes().all(is_plain),
            "{name:?} is no plain name"
        );
        Self(name.into())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Owns the schema; nobody can log in as it.
    #[must_use]
    pub fn owner(&self) -> String {
        format!("{self}_owner")
    }

    /// Runs the service.
    #[must_use]
    pub fn app(&self) -> String {
        format!("{self}_app")
    }
}

impl fmt::Display for SchemaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_called_after_the_schema() {
        let name = SchemaName::new("ledger");
        assert_eq!(name.as_str(), "ledger");
        assert_eq!(name.owner(), "ledger_owner");
        assert_eq!(name.app(), "ledger_app");
    }

    #[test]
    fn names_that_want_quotes_are_none() {
        for name in ["", "Ledger", "a-b", "a b", "a'b", "a\"b", "1a"] {
            let made = std::panic::catch_unwind(|| SchemaName::new(name));
            assert!(made.is_err(), "{name:?}");
        }
    }
}
