//! What a delivery is known by.

use std::fmt;
use std::fmt::Write as _;

use jiff::Timestamp;
use retail::{ConnectionId, ShopOrderId};
use sha2::{Digest as _, Sha256};
use shop::Topic;

/// The same bytes of the same topic for the same connection have the same id, however often they
/// come. The shop's own delivery ids are not used: they repeat and they differ.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct DeliveryId(Box<str>);

impl DeliveryId {
    pub(crate) fn of(connection: ConnectionId, topic: &Topic, body: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(connection.uuid().as_bytes());
        hash.update((topic.as_str().len() as u64).to_be_bytes());
        hash.update(topic.as_str());
        hash.update(body);
        Self::from(hash)
    }

    /// The same for what polling found: a change of an order, at its version's instant, with the order where the
    /// shop showed it. No topic of a shop's begins like this.
    pub(crate) fn polled(
        connection: ConnectionId,
        order: &ShopOrderId,
        version: Timestamp,
        body: Option<&[u8]>,
    ) -> Self {
        let mut hash = Sha256::new();
        hash.update(connection.uuid().as_bytes());
        hash.update("polled");
        hash.update((order.as_str().len() as u64).to_be_bytes());
        hash.update(order.as_str());
        hash.update(version.as_nanosecond().to_be_bytes());
        hash.update([u8::from(body.is_some())]);
        hash.update(body.unwrap_or_default());
        Self::from(hash)
    }

    /// The same for a question of a person's: another one each time that it is asked.
    pub(crate) fn asked(connection: ConnectionId, order: &ShopOrderId, at: Timestamp) -> Self {
        let mut hash = Sha256::new();
        hash.update(connection.uuid().as_bytes());
        hash.update("asked");
        hash.update((order.as_str().len() as u64).to_be_bytes());
        hash.update(order.as_str());
        hash.update(at.as_nanosecond().to_be_bytes());
        Self::from(hash)
    }

    fn from(hash: Sha256) -> Self {
        let mut text = String::with_capacity(64);
        for byte in hash.finalize() {
            write!(text, "{byte:02x}").expect("a string takes what is written to it");
        }
        Self(text.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_of_connection_topic_and_body() {
        let id = |connection: u128, topic: &str, body: &str| {
            let connection = ConnectionId::new(uuid::Uuid::from_u128(connection));
            DeliveryId::of(connection, &Topic::new(topic).unwrap(), body.as_bytes())
        };
        let one = id(1, "order.updated", "{}");
        assert_eq!(one.as_str().len(), 64);
        assert_eq!(one, id(1, "order.updated", "{}"));
        for other in [
            id(2, "order.updated", "{}"),
            id(1, "order.created", "{}"),
            id(1, "order.updated", "{ }"),
            id(1, "order.update", "d{}"),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn what_polling_found_is_known_by_order_version_and_body() {
        let polled = |order: &str, second: i64, body: Option<&str>| {
            let order = ShopOrderId::new(order).unwrap();
            let version = Timestamp::from_second(second).unwrap();
            let connection = ConnectionId::new(uuid::Uuid::from_u128(1));
            DeliveryId::polled(connection, &order, version, body.map(str::as_bytes))
        };
        let one = polled("29", 100, Some("{}"));
        assert_eq!(one, polled("29", 100, Some("{}")));
        for other in [
            polled("30", 100, Some("{}")),
            polled("29", 101, Some("{}")),
            polled("29", 100, Some("[]")),
            polled("29", 100, Some("")),
            polled("29", 100, None),
        ] {
            assert_ne!(one, other);
        }
        assert_ne!(polled("29", 100, Some("")), polled("29", 100, None));
    }
}
