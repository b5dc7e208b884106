//! What tells our webhooks from others, and those that sign with today's secret from those that do not.

use hmac::{Hmac, KeyInit as _, Mac as _};
use retail::ConnectionId;
use secrecy::ExposeSecret as _;
use sha2::Sha256;
use shop::Connection;

/// How the names of our webhooks begin, in the shopkeeper's list of webhooks.
const PREFIX: &str = "Comptoir";
/// Bytes of the secret's mark: enough to tell one secret from another, too few to find it by.
const TAG_BYTES: usize = 4;

/// The connection's mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    connection: ConnectionId,
    /// Of the secret that signs, in hexadecimal digits.
    tag: String,
}

impl Mark {
    pub(super) fn of(connection: &Connection) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(first_secret(connection).as_bytes())
            .expect("HMAC takes keys of any length");
        mac.update(b"comptoir webhook ");
        mac.update(connection.id.uuid().as_bytes());
        let tag = mac.finalize().into_bytes();
        let tag = tag.iter().take(TAG_BYTES);
        let tag = tag.fold(0_u32, |tag, byte| (tag << u8::BITS) | u32::from(*byte));
        Self {
            connection: connection.id,
            tag: format!("{tag:08x}"),
        }
    }

    /// What the webhook of a topic is called.
    pub(super) fn name(&self, topic: &str) -> String {
        format!("{PREFIX} {topic} ({}, {})", self.connection, self.tag)
    }

    /// Whether a webhook of this name was made for this connection, whichever secret it signs with.
    pub(super) fn is_on(&self, name: &str) -> bool {
        name.starts_with(PREFIX) && name.contains(&self.connection.to_string())
    }
}

/// The secret that webhooks are made with.
pub(super) fn first_secret(connection: &Connection) -> &str {
    connection
        .secrets
        .iter()
        .next()
        .map_or("", |secret| secret.expose_secret())
}

#[cfg(test)]
mod tests {
    use retail::{PlatformCode, RetailerId};
    use secrecy::SecretString;
    use shop::LiveSecrets;
    use uuid::Uuid;

    use super::*;

    fn mark(connection: u128, secrets: &[&str]) -> Mark {
        let secrets = secrets.iter().map(|text| SecretString::from(*text));
        Mark::of(&Connection {
            id: ConnectionId::new(Uuid::from_u128(connection)),
            retailer: RetailerId::new(Uuid::from_u128(1)),
            platform: PlatformCode::new(crate::CODE).unwrap(),
            secrets: LiveSecrets::new(secrets.collect()).unwrap(),
            api: None,
        })
    }

    #[test]
    fn a_name_says_whose_it_is_and_changes_with_the_first_secret() {
        let name = mark(7, &["new", "old"]).name("order.created");
        assert!(
            name.starts_with("Comptoir order.created (00000000-"),
            "{name}"
        );
        assert_eq!(name, mark(7, &["new"]).name("order.created"));
        assert_ne!(name, mark(7, &["old"]).name("order.created"));
        assert!(mark(7, &["old"]).is_on(&name));
        assert!(!mark(8, &["new"]).is_on(&name));
        assert!(!mark(7, &["new"]).is_on("PDV order.created"));
        assert!(!name.contains("new"));
    }
}
