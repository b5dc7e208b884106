//! Where a listing stands: what is asked for next, so that no order is lost while rows move.
//!
//! The search for orders promises no order of its rows and counts its pages by offset: an order that
//! changes or is deleted moves all rows behind it. So pages are cut by time instead: a window of seconds
//! that are over, narrow enough for one answer to hold it whole, then the next one, and at last all
//! from there on. An order that changes meanwhile moves into a window that is still to come. Where a
//! single second holds more than one answer, its pages overlap by one row: a row that is not where it
//! was says that others moved, and the second is read again.
//!
//! Orders that are not finished have a listing of their own. It comes first: what is finished meanwhile
//! is then met in the other.

use retail::ShopOrderId;
use serde::{Deserialize, Serialize};
use shop::{Listing, PageToken};

/// Most orders in one answer: the API's own limit.
const ROWS_LIMIT: i64 = 100;
/// How many a window is meant to hold: the guess may be wrong by a quarter.
const ROWS_AIMED_AT: i64 = 80;
/// How many times wider than the last one a window may be.
const WIDENING_LIMIT: i64 = 8;
/// How many times narrower than the last try a window may be: orders come in heaps.
const NARROWING_LIMIT: i64 = 4;
/// How often one window is read again from its beginning because its rows moved.
const RESTARTS_LIMIT: u32 = 10;
/// 2009-01-01, when there was no store yet. Only to guess how wide a window must be.
const EARLIEST: i64 = 1_230_768_000;
/// The last second of the year 9999, the last that an instant may have.
const LATEST: i64 = 253_402_300_799;

/// The window that is asked for, and how much of it was read. Instants are Unix seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    phase: Phase,
    /// The window's first second; from 0 on everything is meant.
    from: i64,
    /// The window's last second, over by the shop's clock; `None`: no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<i64>,
    /// The last window from here that held too many orders for one answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    heap: Option<Heap>,
    /// `None`: nothing of the window was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<Last>,
    #[serde(default)]
    restarts: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Phase {
    Unfinished,
    Finished,
}

/// How many orders there are up to a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Heap {
    to: i64,
    rows: i64,
}

/// The last row read, and how many there were up to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Last {
    rows: i64,
    order: String,
}

/// What the shop answered.
pub(super) struct Seen<'a> {
    /// How many orders the window holds.
    pub(super) total: i64,
    /// Those of this answer, as they came.
    pub(super) orders: &'a [ShopOrderId],
    /// The shop's clock.
    pub(super) now: i64,
}

/// What becomes of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It is a page of the listing; `None`: the last one.
    Page(Option<Place>),
    /// It holds too little of its window, or rows moved: this is to be asked for instead.
    Ask(Place),
}

/// Why a listing does not get on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stuck {
    /// Rows move whenever they are read.
    Restless,
    /// The shop counts orders that it does not show.
    Withheld,
}

impl Place {
    /// Where a listing begins.
    pub(super) fn first(listing: Listing) -> Self {
        Self::open(Phase::Unfinished, since(listing))
    }

    /// The same as a text that outlives us.
    pub(super) fn token(&self) -> Option<PageToken> {
        PageToken::new(&serde_json::to_string(self).ok()?)
    }

    /// `None` if the token is not one of ours.
    pub(super) fn of(token: &PageToken) -> Option<Self> {
        let place: Self = serde_json::from_str(token.as_str()).ok()?;
        place.is_possible().then_some(place)
    }

    /// Whether reckoning with it comes to an end.
    fn is_possible(&self) -> bool {
        let Self {
            phase: _,
            from,
            to,
            heap,
            after,
            restarts: _,
        } = self;
        let rows = 0..=i64::from(u32::MAX);
        (0..=LATEST).contains(from)
            && to.is_none_or(|to| (*from..=LATEST).contains(&to))
            && heap.is_none_or(|heap| (0..=LATEST).contains(&heap.to) && rows.contains(&heap.rows))
            && after
                .as_ref()
                .is_none_or(|last| last.rows > 0 && rows.contains(&last.rows))
    }

    /// Past the orders that are not finished; `None` if it is past them already.
    pub(super) fn finished(&self, listing: Listing) -> Option<Self> {
        match self.phase {
            Phase::Unfinished => Some(Self::open(Phase::Finished, since(listing))),
            Phase::Finished => None,
        }
    }

    /// The window's first second.
    pub(super) const fn from(&self) -> i64 {
        self.from
    }

    /// The parameters of the search. Unix seconds are the one form of an instant that needs no zone.
    pub(super) fn query(&self, listing: Listing) -> Vec<(&'static str, String)> {
        let (from, to) = match listing {
            Listing::Changed { since: _ } => ("updatedFrom", "updatedTo"),
            Listing::Placed { since: _ } => ("createdFrom", "createdTo"),
        };
        let mut query = vec![("limit", ROWS_LIMIT.to_string())];
        if self.offset() > 0 {
            query.push(("offset", self.offset().to_string()));
        }
        if self.from > 0 {
            query.push((from, self.from.to_string()));
        }
        if let Some(last) = self.to {
            query.push((to, last.to_string()));
        }
        match self.phase {
            Phase::Unfinished => query.push(("paymentStatus", "INCOMPLETE".to_owned())),
            // Without a word on it these are all the others, those of statuses yet unheard of too.
            Phase::Finished => {}
        }
        query
    }

    /// What an answer to [`Self::query`] leads to.
    pub(super) fn step(&self, listing: Listing, seen: &Seen<'_>) -> Result<Step, Stuck> {
        if let Some(last) = &self.after
            && seen.orders.first().map(ShopOrderId::as_str) != Some(last.order.as_str())
        {
            return self.again().map(Step::Ask);
        }
        let shown = i64::try_from(seen.orders.len()).unwrap_or(i64::MAX);
        let read = self.offset().saturating_add(shown);
        if read >= seen.total {
            return Ok(Step::Page(self.beyond(listing, seen)));
        }
        if self.after.is_none()
            && let Some(narrower) = self.narrower(seen)
        {
            return Ok(Step::Ask(narrower));
        }
        let before = self.after.as_ref().map_or(0, |last| last.rows);
        match seen.orders.last() {
            Some(order) if read > before => Ok(Step::Page(Some(Self {
                after: Some(Last {
                    rows: read,
                    order: order.as_str().to_owned(),
                }),
                ..self.clone()
            }))),
            Some(_) | None => Err(Stuck::Withheld),
        }
    }

    const fn open(phase: Phase, from: i64) -> Self {
        Self {
            phase,
            from,
            to: None,
            heap: None,
            after: None,
            restarts: 0,
        }
    }

    /// The last row read is asked for again.
    fn offset(&self) -> i64 {
        self.after.as_ref().map_or(0, |last| last.rows - 1)
    }

    fn again(&self) -> Result<Self, Stuck> {
        if self.restarts >= RESTARTS_LIMIT {
            return Err(Stuck::Restless);
        }
        Ok(Self {
            after: None,
            restarts: self.restarts + 1,
            ..self.clone()
        })
    }

    /// From the same second on, but for fewer orders. `None`: a second cannot be cut, nor one that is
    /// not over, since more may happen in it.
    fn narrower(&self, seen: &Seen<'_>) -> Option<Self> {
        let over = seen.now.saturating_sub(1);
        let end = self.to.map_or(over, |to| to.min(over));
        if end < self.from || self.to == Some(self.from) {
            return None;
        }
        let start = guessed_start(self.from, end);
        let span = end - start + 1;
        let share = span.saturating_mul(ROWS_AIMED_AT) / seen.total.max(1);
        let width = share.clamp(span / NARROWING_LIMIT, span / 2).max(1);
        Some(Self {
            to: Some(start + width - 1),
            heap: Some(Heap {
                to: end,
                rows: seen.total,
            }),
            after: None,
            ..self.clone()
        })
    }

    /// The window after this one, as wide as this one's orders let expect.
    fn beyond(&self, listing: Listing, seen: &Seen<'_>) -> Option<Self> {
        let Some(to) = self.to else {
            return self.finished(listing);
        };
        let span = to - guessed_start(self.from, to) + 1;
        let held = seen.total.max(ROWS_AIMED_AT / WIDENING_LIMIT);
        let width = (span.saturating_mul(ROWS_AIMED_AT) / held).max(1);
        let from = to + 1;
        let last = from.saturating_add(width - 1);
        let heap = self.heap.filter(|heap| heap.to > to).map(|heap| Heap {
            rows: heap.rows.saturating_sub(seen.total),
            ..heap
        });
        let last = match heap {
            Some(Heap { to, rows }) if rows <= ROWS_LIMIT => last.max(to),
            // They do not lie as evenly as was thought.
            Some(Heap { to, rows: _ }) if last >= to => from + (to - from) / 2,
            Some(_) | None => last,
        };
        Some(Self {
            to: (last < seen.now).then_some(last),
            heap,
            ..Self::open(self.phase, from)
        })
    }
}

/// In whole seconds; what the seconds' fractions leave out is asked for rather once more.
fn since(listing: Listing) -> i64 {
    let since = match listing {
        Listing::Changed { since } => Some(since),
        Listing::Placed { since } => since,
    };
    since.map_or(0, |since| since.as_second().max(0))
}

const fn guessed_start(from: i64, end: i64) -> i64 {
    if from < EARLIEST && EARLIEST < end {
        EARLIEST
    } else {
        from
    }
}

#[cfg(test)]
mod tests;
