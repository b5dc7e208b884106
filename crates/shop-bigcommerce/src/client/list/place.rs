//! Where the next page begins, as it stands in a page token: JSON, so that it can be kept and read again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shop::{FetchError, PageToken};

use super::super::answer::unreadable;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Place {
    /// Refunds since; counted from 1. They are listed by id, and none ever goes: pages stay.
    Refunded {
        page: u32,
    },
    Changed {
        shelf: Shelf,
        at: Key,
    },
    /// By id: orders with a greater one.
    Placed {
        shelf: Shelf,
        after: u64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Shelf {
    Open,
    Archived,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Key {
    /// By date of change: this second and later.
    From(Timestamp),
    /// One second, which more orders share than a page holds, and the next: those with a greater id.
    Within {
        second: Timestamp,
        after: u64,
        /// The store's clock had left both when it was asked first: none joins them now.
        is_over: bool,
    },
}

impl Place {
    pub(super) fn read(token: &PageToken) -> Result<Self, FetchError> {
        serde_json::from_str(token.as_str()).map_err(|_| foreign())
    }

    pub(super) fn token(self) -> Result<PageToken, FetchError> {
        serde_json::to_string(&self)
            .ok()
            .and_then(|text| PageToken::new(&text))
            .ok_or_else(|| unreadable("a place in the list cannot be written"))
    }
}

/// For a token that none of our listings, or another one, gave.
pub(super) fn foreign() -> FetchError {
    unreadable("the page token is not of this listing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let second: Timestamp = "2026-01-05T09:00:05Z".parse().unwrap();
        for place in [
            Place::Refunded { page: 3 },
            Place::Placed {
                shelf: Shelf::Open,
                after: u64::MAX,
            },
            Place::Changed {
                shelf: Shelf::Archived,
                at: Key::From(second),
            },
            Place::Changed {
                shelf: Shelf::Open,
                at: Key::Within {
                    second,
                    after: 1001,
                    is_over: true,
                },
            },
        ] {
            assert_eq!(Place::read(&place.token().unwrap()), Ok(place));
        }
        for text in ["2", "{}", r#"{"refunded":{"page":-1}}"#, r#"{"moved":{}}"#] {
            let token = PageToken::new(text).unwrap();
            assert_eq!(Place::read(&token), Err(foreign()), "{text}");
        }
    }
}
