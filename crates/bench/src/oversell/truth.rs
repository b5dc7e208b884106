//! Whether a push ever left a shop more than was true: reckoned from the ledger's movements and from the shop's own log, and
//! from nothing that whoever tells shops says of itself.
//!
//! What a shop may show of a good at a moment is what is on hand by the ledger, less what is kept back, less the units of
//! that shop's orders which the ledger has not applied. An applied order of the shop has lowered what is on hand, an
//! unapplied one is taken off: so it is all the same when the ledger heard of it, and the truth is what everything *else*
//! has moved by then, less what the shop's own orders had taken by then in the shop's own log. What the shop shows is never
//! below zero, and nothing below zero is asked for.
//!
//! - **Of the shop's own orders every one counts** that was placed before the push, heard of or not. A platform that
//!   compares, or adds, has them all in its figure. One that can only be set is read just before: what was placed
//!   between that reading and the setting, which a shop may do later than it says, cannot be known, is not counted against the push, and is told as
//!   `overwritten` (`docs/push.md`, "What does not hold").
//! - **Of everything else** the push knows what the ledger said when it was asked, a moment before. So the truth of a push
//!   is that of one moment before it: how long before is its *age*, and the smallest that fits is taken. A truth that
//!   is older than [`AGE_LIMIT`], or from before whoever tells shops was killed and came back, does not count.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use proto::convert::{instant_from, quantity_from, uuid_from};
use shop_sim::checker::Told;
use shop_sim::{StockCause, StockEntry, StockLog};
use uuid::Uuid;

use super::kills::{Restart, Restarts};
use crate::latency::Latencies;
use crate::simulated::Good;

/// Nothing that is told rests on an older word of the ledger's: a request that waited for its turn included.
const AGE_LIMIT: SignedDuration = SignedDuration::from_secs(15);
/// A shop that can only be set is read so long before at most: an answer may be hung up for a second.
const SHOWN_WITHIN: SignedDuration = SignedDuration::from_secs(5);
/// A movement is booked under the instant at which its booking began, and seen when that is done.
const BOOKED_WITHIN: SignedDuration = SignedDuration::from_secs(2);

/// What moved, as the ledger has it.
pub struct Truth<'a> {
    /// By SKU, oldest first.
    moved: BTreeMap<String, Vec<Moved>>,
    restarts: &'a [Restart],
}

struct Moved {
    at: Timestamp,
    /// Whose order it was; `None`: a till, or people.
    connection: Option<Uuid>,
    milli: i64,
}

/// What became of all pushes to one shop.
#[derive(Debug)]
pub struct Verdict {
    pub pushes: u64,
    /// How old the truth was that each of them told.
    pub ages: Latencies,
    /// Pushes that told more than was true, in words.
    pub too_high: Vec<String>,
    /// Pushes to a shop that cannot compare, between whose reading and setting an order was placed.
    pub overwritten: u64,
}

impl<'a> Truth<'a> {
    pub fn of(told: &Told, restarts: &'a Restarts) -> anyhow::Result<Self> {
        let skus: BTreeMap<&str, &str> = (told.levels.iter())
            .map(|level| (&*level.item_id, &*level.sku))
            .collect();
        let connections: BTreeMap<&str, &str> = (told.sales.iter())
            .map(|sale| (&*sale.sale_id, &*sale.connection_id))
            .collect();
        let mut moved: BTreeMap<String, Vec<Moved>> = BTreeMap::new();
        for movement in &told.movements {
            let sku = skus
                .get(&*movement.item_id)
                .context("an item without a level")?;
            let connection = connections.get(&*movement.sale_id);
            let connection = connection.map(|id| uuid_from("connection_id", id));
            moved.entry((*sku).to_owned()).or_default().push(Moved {
                at: instant_from("recorded_at", movement.recorded_at)?,
                connection: connection.transpose()?,
                milli: quantity_from("quantity", movement.quantity.clone())?.milli(),
            });
        }
        for moved in moved.values_mut() {
            moved.sort_by_key(|moved| moved.at);
        }
        Ok(Self {
            moved,
            restarts: &restarts.of_catalogue,
        })
    }

    /// Every push to the shop of this connection. Its log has to begin before its first order.
    pub fn judge(
        &self,
        connection: Uuid,
        goods: &[Good],
        log: &StockLog,
    ) -> anyhow::Result<Verdict> {
        let mut verdict = Verdict {
            pushes: 0,
            ages: Latencies::new()?,
            too_high: Vec::new(),
            overwritten: 0,
        };
        for good in goods {
            let of_good = log.entries.iter().filter(|entry| entry.sku == good.sku);
            let mut book = Book::default();
            for entry in of_good {
                let Some(push) = book.enter(entry) else {
                    continue;
                };
                verdict.pushes += 1;
                verdict.overwritten += u64::from(push.sold != book.sold);
                let kept_back = good.safety + good.buffer;
                match self.age(connection, &good.sku, push, kept_back) {
                    Some(age) => verdict.ages.record(age),
                    None => verdict
                        .too_high
                        .push(self.words(connection, entry, push, kept_back)),
                }
            }
        }
        Ok(verdict)
    }

    /// How long before the push there was as much but for this shop's own orders. `None`: never, as far back as counts.
    fn age(&self, connection: Uuid, sku: &str, push: Push, kept_back: i64) -> Option<Duration> {
        if push.units <= 0 {
            return Some(Duration::ZERO);
        }
        let least_milli = (push.units + kept_back + push.sold).saturating_mul(1_000);
        let oldest = self.oldest(push.at);
        let others = || {
            let moved = self.moved.get(sku).into_iter().flatten();
            moved.filter(|moved| moved.connection != Some(connection) && moved.at <= push.at)
        };
        let mut milli: i64 = others().map(|moved| moved.milli).sum();
        // From the push backwards: what there was until each movement.
        let mut until = push.at;
        for moved in others().rev() {
            if milli >= least_milli || until < oldest {
                break;
            }
            until = moved.at;
            milli -= moved.milli;
        }
        let is_true = milli >= least_milli && until >= oldest;
        let age = push.at.duration_since(until);
        is_true.then(|| Duration::try_from(age).unwrap_or_default())
    }

    /// What was true before this does not count for what is told at `at`.
    fn oldest(&self, at: Timestamp) -> Timestamp {
        let restarts = self.restarts.iter().rev();
        let mut over = restarts.filter(|restart| restart.ready_at <= at);
        let oldest = at - AGE_LIMIT;
        match over.next() {
            Some(restart) => oldest.max(restart.killed_at - BOOKED_WITHIN),
            None => oldest,
        }
    }

    fn words(&self, connection: Uuid, entry: &StockEntry, push: Push, kept_back: i64) -> String {
        let moved = self.moved.get(&entry.sku).into_iter().flatten();
        let others = moved.filter(|moved| moved.connection != Some(connection));
        let others = others.filter(|moved| moved.at <= push.at);
        let milli: i64 = others.map(|moved| moved.milli).sum();
        let Push { at, units, sold } = push;
        format!(
            "{at} {}: told {units} where it had {}; by all others there were {milli} milli, its own orders had taken \
             {sold}, {kept_back} are kept back",
            entry.sku, entry.before
        )
    }
}

/// A figure that a shop was told.
#[derive(Clone, Copy, Debug)]
struct Push {
    /// When the shop took it.
    at: Timestamp,
    units: i64,
    /// Units that its own orders had taken by then, of those that could be known.
    sold: i64,
}

/// What a shop's own orders took of one good, at the moments that count.
#[derive(Debug, Default)]
struct Book {
    sold: i64,
    /// When the shop was last asked what it has, and nothing was told since.
    when_shown: Option<(Timestamp, i64)>,
    /// What the shop has said that it will do, and when. It does it in that order.
    accepted: VecDeque<(Timestamp, i64)>,
}

impl Book {
    /// `Some`: a push.
    fn enter(&mut self, entry: &StockEntry) -> Option<Push> {
        let (at, sold) = match entry.cause {
            StockCause::Order => {
                self.sold += entry.before - entry.after;
                return None;
            }
            StockCause::Shown => {
                self.when_shown = Some((entry.at, self.sold));
                return None;
            }
            StockCause::Accepted => {
                let known = self.known(entry.at);
                self.accepted.push_back((entry.at, known));
                return None;
            }
            StockCause::Compared => (entry.at, self.sold),
            StockCause::Told => match self.accepted.pop_front() {
                Some(accepted) => accepted,
                None => (entry.at, self.known(entry.at)),
            },
        };
        Some(Push {
            at,
            units: entry.after,
            sold,
        })
    }

    /// What whoever tells the shop at `at` could know that its orders had taken: each reading is good for one telling,
    /// and not for long.
    fn known(&mut self, at: Timestamp) -> i64 {
        let is_new =
            |(shown_at, _): &(Timestamp, i64)| at.duration_since(*shown_at) <= SHOWN_WITHIN;
        let shown = self.when_shown.take().filter(is_new);
        shown.map_or(self.sold, |(_, sold)| sold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: Uuid = Uuid::from_u128(1);
    const OTHER: Uuid = Uuid::from_u128(2);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_269_600 + second).unwrap()
    }

    /// Ten come in at first; each of these moves afterwards: second, whose, units.
    fn truth<'a>(moves: &[(i64, Option<Uuid>, i64)], restarts: &'a [Restart]) -> Truth<'a> {
        let all = [(0, None, 10)].iter().chain(moves);
        let booked = all.map(|(second, connection, units)| Moved {
            at: at(*second),
            connection: *connection,
            milli: units * 1_000,
        });
        Truth {
            moved: [(Good::number(0).sku, booked.collect())].into(),
            restarts,
        }
    }

    /// Second, before, after.
    fn log(entries: &[(i64, i64, i64, StockCause)]) -> StockLog {
        let mut log = StockLog::default();
        log.begin();
        for (second, before, after, cause) in entries {
            log.add(at(*second), &Good::number(0).sku, (*before, *after), *cause);
        }
        log
    }

    fn judge(truth: &Truth<'_>, entries: &[(i64, i64, i64, StockCause)]) -> Verdict {
        let goods = [Good::number(0)];
        truth.judge(SHOP, &goods, &log(entries)).unwrap()
    }

    #[test]
    fn an_order_that_the_ledger_has_not_heard_of_is_not_given_back() {
        let heard = truth(&[(9, Some(SHOP), -3)], &[]);
        let unheard = truth(&[], &[]);
        let sold = (5, 10, 7, StockCause::Order);
        for truth in [heard, unheard] {
            for (told, is_true) in [(7, true), (8, false), (10, false)] {
                let verdict = judge(&truth, &[sold, (6, 7, told, StockCause::Compared)]);
                assert_eq!(verdict.too_high.is_empty(), is_true, "told {told}");
            }
        }
    }

    #[test]
    fn what_others_took_is_known_a_moment_later() {
        let truth = truth(
            &[(5, None, -2), (5, Some(OTHER), -1), (7, Some(SHOP), -1)],
            &[],
        );
        let verdict = judge(&truth, &[(8, 10, 10, StockCause::Compared)]);
        assert!(verdict.too_high.is_empty());
        assert!((2_900.0..3_100.0).contains(&verdict.ages.percentile(100.0)));
        let verdict = judge(&truth, &[(8, 10, 7, StockCause::Compared)]);
        assert!(
            verdict.ages.percentile(100.0) < 1.0,
            "it is as new as can be"
        );
        let verdict = judge(&truth, &[(40, 10, 10, StockCause::Compared)]);
        assert_eq!(verdict.too_high.len(), 1, "it is too old");
    }

    #[test]
    fn what_was_meant_before_a_kill_is_not_told_after() {
        let restart = Restart {
            killed_at: at(10),
            ready_at: at(11),
        };
        let restarts = [restart];
        let truth = truth(&[(5, None, -2)], &restarts);
        let told = |second| judge(&truth, &[(second, 8, 10, StockCause::Compared)]);
        assert_eq!(told(9).too_high.len(), 0);
        assert_eq!(told(12).too_high.len(), 1);
    }

    #[test]
    fn what_is_sold_between_reading_and_setting_is_told_apart() {
        let truth = truth(&[], &[]);
        let verdict = judge(
            &truth,
            &[
                (1, 10, 10, StockCause::Shown),
                (2, 10, 9, StockCause::Order),
                (3, 9, 10, StockCause::Told),
                (4, 10, 10, StockCause::Shown),
                (5, 10, 10, StockCause::Told),
            ],
        );
        assert_eq!((verdict.pushes, verdict.overwritten), (2, 1));
        assert_eq!(verdict.too_high.len(), 1, "the second one knew of it");
        // It says that it will do it, and does it later.
        let verdict = judge(
            &truth,
            &[
                (1, 10, 10, StockCause::Shown),
                (2, 10, 10, StockCause::Accepted),
                (3, 10, 9, StockCause::Order),
                (4, 9, 9, StockCause::Shown),
                (40, 9, 10, StockCause::Told),
            ],
        );
        assert_eq!((verdict.too_high.len(), verdict.overwritten), (0, 1));
        // Without a reading, or with one that is no good any more, there is no excuse.
        for shown_at in [None, Some(1)] {
            let shown = shown_at.map(|at| (at, 10, 10, StockCause::Shown));
            let sold = (2, 10, 9, StockCause::Order);
            let told = (9, 9, 10, StockCause::Told);
            let entries: Vec<_> = shown.into_iter().chain([sold, told]).collect();
            let verdict = judge(&truth, &entries);
            assert_eq!((verdict.too_high.len(), verdict.overwritten), (1, 0));
        }
    }

    #[test]
    fn what_is_kept_back_is_not_told() {
        let truth = truth(&[], &[]);
        let goods = [Good {
            safety: 2,
            buffer: 1,
            ..Good::number(0)
        }];
        let told = |units| {
            let log = log(&[(1, 0, units, StockCause::Compared)]);
            truth.judge(SHOP, &goods, &log).unwrap().too_high.len()
        };
        assert_eq!((told(7), told(8)), (0, 1));
    }
}
