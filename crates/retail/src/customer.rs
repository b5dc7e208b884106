//! Who bought. The only place in the domain that holds personal data.

use std::fmt;

/// A customer as an order names them. `Debug` shows nothing of the person.
#[derive(Clone, PartialEq, Eq)]
pub struct Customer {
    /// As typed in the shop; empty when the shop knows none.
    pub email: String,
    pub name: String,
    pub phone: String,
}

impl Customer {
    /// What the customer is matched by, or `None`: then the connection's guest stands in (POS-12).
    #[must_use]
    pub fn key(&self) -> Option<EmailKey> {
        EmailKey::new(&self.email)
    }
}

impl fmt::Debug for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Customer(***)")
    }
}

/// The case-folded e-mail address (POS-12). `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailKey(String);

impl EmailKey {
    /// Longest address accepted, in bytes (RFC 5321, 4.5.3.1).
    pub const LIMIT_BYTES: usize = 254;

    /// `None` for what cannot be an address: such an order goes to the connection's guest.
    #[must_use]
    pub fn new(email: &str) -> Option<Self> {
        let folded = email.trim().to_lowercase();
        let (local, domain) = folded.rsplit_once('@')?;
        let sound = !local.is_empty()
            && !domain.is_empty()
            && folded.len() <= Self::LIMIT_BYTES
            && !folded.chars().any(|c| c.is_control() || c.is_whitespace());
        sound.then_some(Self(folded))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for EmailKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailKey(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pos_12_the_key_is_the_case_folded_email() {
        let key = |email: &str| EmailKey::new(email).map(|k| k.as_str().to_owned());
        assert_eq!(key(" Zoe@Example.Test "), Some("zoe@example.test".into()));
        assert_eq!(key(""), None);
        assert_eq!(key("nobody"), None);
        assert_eq!(key("@example.test"), None);
        assert_eq!(key("a b@example.test"), None);
    }

    #[test]
    fn nothing_personal_is_printed() {
        let zoe = Customer {
            email: "zoe@example.test".into(),
            name: "Zoé".into(),
            phone: "514".into(),
        };
        let shown = format!("{zoe:?} {:?}", zoe.key());
        assert!(!shown.contains("zoe") && !shown.contains("Zo"));
    }
}
