//! Asking a shop which orders it has: what polling, the search for missing orders and imports rest on.

use std::fmt;

use bytes::Bytes;
use jiff::Timestamp;
use retail::ShopOrderId;

/// Which orders are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// Changed at `since` or later; drafts and cancelled orders too. An order may be given more than once,
    /// and one that changes while the pages are read is given all the same.
    Changed { since: Timestamp },
    /// Placed at `since` or later; all there are where it is `None`.
    Placed { since: Option<Timestamp> },
}

/// An order as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub order: ShopOrderId,
    pub placed_at: Timestamp,
    /// The shop's instant of the last change, as far as the listing tells; never later than what
    /// [`crate::Platform::read`] makes of the order itself.
    pub modified_at: Timestamp,
    /// The whole order where the listing has it: what [`crate::Platform::fetch`] would give.
    pub body: Option<Bytes>,
}

/// One page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub orders: Vec<Listed>,
    /// The shop's clock when it answered, from the answer's `Date`; `None` where it does not say.
    /// Every change it shows happened by then.
    pub answered_at: Option<Timestamp>,
    /// `None`: this was the last page.
    pub next: Option<PageToken>,
}

/// Where the next page begins, in the platform's own words. Good for the same [`Listing`] only, and
/// still good after a restart of ours.
#[derive(Clone, PartialEq, Eq)]
pub struct PageToken(Box<str>);

impl PageToken {
    /// Longest token accepted, in bytes.
    pub const LIMIT_BYTES: usize = 4_096;

    /// `None` if it is empty or longer than the limit.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        (!text.is_empty() && text.len() <= Self::LIMIT_BYTES).then(|| Self(text.into()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Platforms put filters and ids in theirs: nothing for a log.
impl fmt::Debug for PageToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PageToken({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_token_is_some_text_within_the_limit() {
        assert_eq!(PageToken::new("2").unwrap().as_str(), "2");
        assert_eq!(PageToken::new(""), None);
        assert_eq!(PageToken::new(&"x".repeat(4_097)), None);
    }
}
