//! Which of two snapshots of an order is the newer.

use std::fmt;

use jiff::Timestamp;

/// SHA-256 over what a snapshot says, without anything about how it came.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in &self.0[..6] {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// A snapshot's place among the snapshots of its order: the shop's modification instant, then the
/// content. The second only breaks ties, the same way whatever the order of arrival; polling has
/// the last word on which of two edits of one second came last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    pub modified_at: Timestamp,
    pub content: ContentHash,
}
