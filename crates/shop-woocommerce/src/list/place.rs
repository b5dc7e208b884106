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
    /// The first page of a span, to see how many there are.
    Count { from: Option<i64>, until: i64 },
    /// A page of a span that has several, on the way from the last one to the first.
    Back {
        from: Option<i64>,
        until: i64,
        page: u32,
    },
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
            Self::Count { from, until } | Self::Back { from, until, .. } => Span {
                from,
                until: Some(until),
            },
        }
    }

    pub(super) const fn page(self) -> u32 {
        match self {
            Self::Open { .. } | Self::Count { .. } => 1,
            Self::Back { page, .. } => page,
        }
    }

    /// What comes after this place, whose list had `pages` pages by the shop's clock at `now`.
    pub(super) fn next(self, pages: u32, now: Timestamp) -> Option<Self> {
        match self {
            Self::Open { .. } if pages <= 1 => None,
            Self::Open { from } => {
                let settled = now.saturating_sub(SETTLING).map_or(0, Timestamp::as_second);
                // A second with more orders than a page holds may be the present one.
                let least = from.map_or(i64::MIN, |from| from.saturating_add(1));
                Some(Self::Count {
                    from,
                    until: settled.max(least),
                })
            }
            Self::Count { from, until } if pages > 1 => Some(Self::Back {
                from,
                until,
                page: pages,
            }),
            Self::Back { from, until, page } if page > 1 => Some(Self::Back {
                from,
                until,
                page: match pages {
                    // Beyond the end some versions count nothing at all.
                    0 => page - 1,
                    pages => pages.min(page - 1),
                },
            }),
            Self::Count { until, .. } | Self::Back { until, .. } => {
                Some(Self::Open { from: Some(until) })
            }
        }
    }

    /// `from:until:page`, in seconds, `-` for what there is not.
    pub(super) fn token(self) -> PageToken {
        let second = |second: Option<i64>| second.map_or_else(|| "-".to_owned(), |s| s.to_string());
        let text = match self {
            Self::Open { from } => format!("{}:-:-", second(from)),
            Self::Count { from, until } => format!("{}:{until}:-", second(from)),
            Self::Back { from, until, page } => format!("{}:{until}:{page}", second(from)),
        };
        PageToken::new(&text).expect("three numbers are a short text")
    }

    /// `None` for what no [`Place::token`] is.
    pub(super) fn read(token: &str) -> Option<Self> {
        let mut parts = token.split(':');
        let (from, until, page) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let from = match from {
            "-" => None,
            second => Some(second.parse().ok()?),
        };
        match (until, page) {
            ("-", "-") => Some(Self::Open { from }),
            (until, "-") => Some(Self::Count {
                from,
                until: until.parse().ok()?,
            }),
            (until, page) => Some(Self::Back {
                from,
                until: until.parse().ok()?,
                page: page.parse().ok().filter(|page| *page > 0)?,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_290_852;

    fn now() -> Timestamp {
        Timestamp::from_second(NOW).unwrap()
    }

    #[test]
    fn one_page_is_all() {
        let since = "2026-11-21T19:53:00.9Z".parse().unwrap();
        let first = Place::first(Listing::Changed { since });
        assert_eq!(first.span().from, Some(since.as_second()));
        assert_eq!(first.span().until, None);
        assert_eq!(first.next(1, now()), None);
        assert_eq!(first.next(0, now()), None);
    }

    #[test]
    fn more_are_read_from_the_last_to_the_first_and_then_what_came_meanwhile() {
        let mut place = Place::first(Listing::Placed { since: None });
        let mut walked = Vec::new();
        while let Some(next) = place.next(if place.span().from.is_none() { 3 } else { 0 }, now()) {
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
        let back = Place::Back {
            from: None,
            until: NOW,
            page: 9,
        };
        assert_eq!(back.next(4, now()).unwrap().page(), 4);
        assert_eq!(back.next(0, now()).unwrap().page(), 8);
        assert_eq!(back.next(12, now()).unwrap().page(), 8);
    }

    #[test]
    fn a_crowded_present_second_ends_all_the_same() {
        let crowded = Place::Open { from: Some(NOW) };
        let second = crowded.next(3, now()).unwrap();
        assert_eq!(second.span().until, Some(NOW + 1));
        let after = second.next(1, now()).unwrap();
        assert_eq!(
            after,
            Place::Open {
                from: Some(NOW + 1)
            }
        );
    }

    #[test]
    fn a_token_is_read_back_and_nothing_else_is() {
        for place in [
            Place::Open { from: None },
            Place::Open { from: Some(NOW) },
            Place::Count {
                from: None,
                until: NOW,
            },
            Place::Back {
                from: Some(-7),
                until: NOW,
                page: 200,
            },
        ] {
            assert_eq!(Place::read(place.token().as_str()), Some(place));
        }
        for token in [
            "", "-", "-:-", "-:-:3", "1:2:0", "1:2:3:4", "a:b:c", "1:2:-1",
        ] {
            assert_eq!(Place::read(token), None, "{token:?}");
        }
    }
}
