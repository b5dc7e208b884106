//! Where a listing stands: a span of time, and the page of it that is next.
//!
//! WooCommerce has pages by number only, and its rows move. So rows are taken span by span of time, in
//! the order of ids. Once a span lies in the past, an order can leave it (by changing: then a later
//! span has it) but none can enter, and what leaves moves all behind it to the front. Read from the
//! last page to the first, such a span loses nothing.

use jiff::{SignedDuration, Timestamp};
use shop::{Listing, PageToken};

/// How far behind the shop's clock a span ends: a change is stamped before it is there to be seen, and
/// perhaps by another clock than the one that dates the answer.
const SETTLING: SignedDuration = SignedDuration::from_secs(5);

/// Whole seconds of the shop's clock, from one to before another; without end to either side if `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Option<i64>,
    pub(super) until: Option<i64>,
}

/// What is to be asked for next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// All there is from an instant on, if one page holds it: then the listing ends with it.
    Open { from: Option<i64> },
    /// A page of a span that has several, on the way from the last one to the first.
    Back { stretch: Stretch, page: Option<u32> },
}

/// A span that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    from: Option<i64>,
    until: i64,
    /// Whether it was over before its first page was read. The present second is not, and is taken by
    /// itself only when it has more orders than a page holds.
    is_over: bool,
}

impl Place {
    pub(super) fn first(listing: Listing) -> Self {
        let since = match listing {
            Listing::Changed { since } => Some(since),
            Listing::Placed { since } => since,
        };
        Self::Open {
            from: since.map(Timestamp::as_second),
        }
    }

    pub(super) const fn span(self) -> Span {
        match self {
            Self::Open { from } => Span { from, until: None },
            Self::Back { stretch, page: _ } => Span {
                from: stretch.from,
                until: Some(stretch.until),
            },
        }
    }

    /// Of a span whose pages are not counted yet: the first.
    pub(super) fn page(self) -> u32 {
        match self {
            Self::Open { .. } => 1,
            Self::Back { stretch: _, page } => page.unwrap_or(1),
        }
    }

    /// What comes after this place, whose list had `pages` pages by the shop's clock at `now`.
    pub(super) fn next(self, pages: u32, now: Timestamp) -> Option<Self> {
        match self {
            Self::Open { .. } if pages <= 1 => None,
            Self::Open { from } => Some(Self::Back {
                stretch: Stretch::from(from, now),
                page: None,
            }),
            Self::Back {
                stretch,
                page: None,
            } if pages > 1 => Some(Self::Back {
                stretch,
                page: Some(pages),
            }),
            Self::Back {
                stretch,
                page: Some(page @ 2..),
            } => {
                // Beyond the end some versions count nothing at all.
                let last = if pages == 0 { page } else { pages };
                Some(Self::Back {
                    stretch,
                    page: Some(last.min(page - 1)),
                })
            }
            Self::Back { stretch, page: _ } => stretch.next(now),
        }
    }

    /// Up to four parts, `-` for what there is not.
    pub(super) fn token(self) -> PageToken {
        let optional =
            |number: Option<i64>| number.map_or_else(|| "-".to_owned(), |n| n.to_string());
        let text = match self {
            Self::Open { from } => optional(from),
            Self::Back { stretch, page } => {
                let Stretch {
                    from,
                    until,
                    is_over,
                } = stretch;
                let over = if is_over { "over" } else { "now" };
                format!(
                    "{}:{until}:{over}:{}",
                    optional(from),
                    optional(page.map(i64::from))
                )
            }
        };
        PageToken::new(&text).expect("three numbers are a short text")
    }

    /// `None` for what no [`Place::token`] is.
    pub(super) fn read(token: &str) -> Option<Self> {
        let mut parts = token.split(':');
        let from = match parts.next()? {
            "-" => None,
            second => Some(second.parse().ok()?),
        };
        let Some(until) = parts.next() else {
            return Some(Self::Open { from });
        };
        let until = until.parse().ok()?;
        let is_over = match parts.next()? {
            "over" => true,
            "now" => false,
            _ => return None,
        };
        let page = match parts.next()? {
            "-" => None,
            page => Some(page.parse().ok().filter(|page| *page > 0)?),
        };
        let stretch = Stretch {
            from,
            until,
            is_over,
        };
        let is_whole = parts.next().is_none();
        is_whole.then_some(Self::Back { stretch, page })
    }
}

impl Stretch {
    /// From an instant on, up to where nothing new is to be expected.
    fn from(from: Option<i64>, now: Timestamp) -> Self {
        let settled = now.saturating_sub(SETTLING).map_or(0, Timestamp::as_second);
        let least = from.map_or(i64::MIN, |from| from.saturating_add(1));
        let until = settled.max(least);
        Self {
            from,
            until,
            is_over: until <= now.as_second(),
        }
    }

    fn next(self, now: Timestamp) -> Option<Place> {
        let Self {
            from,
            until,
            is_over,
        } = self;
        if is_over {
            Some(Place::Open { from: Some(until) })
        } else if until <= now.as_second() {
            // Over by now: once more, for what it got while it was read.
            Some(Place::Open { from })
        } else {
            // What the present second still gets comes with the next listing.
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_290_852;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn back(from: Option<i64>, until: i64, page: Option<u32>) -> Place {
        Place::Back {
            stretch: Stretch {
                from,
                until,
                is_over: true,
            },
            page,
        }
    }

    #[test]
    fn one_page_is_all() {
        let since = "2026-11-21T19:53:00.9Z".parse().unwrap();
        let first = Place::first(Listing::Changed { since });
        assert_eq!(first.span().from, Some(since.as_second()));
        assert_eq!(first.span().until, None);
        assert_eq!(first.next(1, at(NOW)), None);
        assert_eq!(first.next(0, at(NOW)), None);
    }

    #[test]
    fn more_are_read_from_the_last_to_the_first_and_then_what_came_meanwhile() {
        let mut place = Place::first(Listing::Placed { since: None });
        let mut walked = Vec::new();
        loop {
            let pages = if place.span().from.is_none() { 3 } else { 0 };
            let Some(next) = place.next(pages, at(NOW)) else {
                break;
            };
            walked.push((next.span(), next.page()));
            place = next;
        }
        let past = Span {
            from: None,
            until: Some(NOW - 5),
        };
        let rest = Span {
            from: Some(NOW - 5),
            until: None,
        };
        assert_eq!(
            walked,
            [(past, 1), (past, 3), (past, 2), (past, 1), (rest, 1)]
        );
    }

    #[test]
    fn pages_that_are_gone_are_not_asked_for() {
        let ninth = back(None, NOW, Some(9));
        assert_eq!(ninth.next(4, at(NOW)).unwrap().page(), 4);
        assert_eq!(ninth.next(0, at(NOW)).unwrap().page(), 8);
        assert_eq!(ninth.next(12, at(NOW)).unwrap().page(), 8);
    }

    #[test]
    fn a_crowded_present_second_is_read_again_once_it_is_over() {
        let crowded = Place::Open { from: Some(NOW) };
        let count = crowded.next(2, at(NOW)).unwrap();
        assert_eq!(count.span().until, Some(NOW + 1));
        let last = count.next(2, at(NOW)).unwrap();
        let first = last.next(2, at(NOW)).unwrap();
        assert_eq!((last.page(), first.page()), (2, 1));
        assert_eq!(first.next(2, at(NOW + 1)), Some(crowded));
        // A clock that stands still ends it all the same.
        assert_eq!(first.next(2, at(NOW)), None);

        let count = crowded.next(2, at(NOW + 1)).unwrap();
        let after = count.next(1, at(NOW + 1)).unwrap();
        assert_eq!(
            after,
            Place::Open {
                from: Some(NOW + 1)
            }
        );
    }

    #[test]
    fn a_token_is_read_back_and_nothing_else_is() {
        let present = Stretch {
            from: Some(NOW),
            until: NOW + 1,
            is_over: false,
        };
        for place in [
            Place::Open { from: None },
            Place::Open { from: Some(NOW) },
            back(None, NOW, None),
            back(Some(-7), NOW, Some(200)),
            Place::Back {
                stretch: present,
                page: Some(1),
            },
        ] {
            assert_eq!(Place::read(place.token().as_str()), Some(place));
        }
        for token in [
            "",
            "x",
            "-:-",
            "-:1:over",
            "1:2:over:0",
            "1:2:over:3:4",
            "1:2:then:3",
            "1:2:now:-1",
        ] {
            assert_eq!(Place::read(token), None, "{token:?}");
        }
    }
}
