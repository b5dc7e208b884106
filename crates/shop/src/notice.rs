//! What a delivery is, as far as its envelope says, once it is proven to come from the shop.

use std::fmt;

use retail::ShopOrderId;

/// An authentic delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The shop tries whether anyone listens. Nothing is kept of it.
    Ping,
    /// Something happened in the shop; the body is to be kept and read later.
    Delivery {
        topic: Topic,
        /// The order it speaks of, where that is plain to see.
        order: Option<ShopOrderId>,
    },
}

/// Why a delivery is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not proven to come from the shop. One case for every cause: who forges learns nothing.
    #[error("delivery is not signed by the shop")]
    NotAuthentic,
    /// From the shop, but nothing that could ever be read.
    #[error("delivery is malformed: {0}")]
    Malformed(&'static str),
}

/// A platform's name of what happened, for example `order.updated`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Topic(Box<str>);

impl Topic {
    /// Longest name accepted, in bytes.
    pub const LIMIT_BYTES: usize = 200;

    /// `None` unless it is visible ASCII within the limit.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let sound = !text.is_empty()
            && text.len() <= Self::LIMIT_BYTES
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        sound.then(|| Self(text.into()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_a_short_visible_name() {
        assert!(Topic::new("action.new_order_note").is_some());
        for text in ["", "order updated", "order\nupdated", "é", &"x".repeat(201)] {
            assert_eq!(Topic::new(text), None, "{text:?}");
        }
    }
}
