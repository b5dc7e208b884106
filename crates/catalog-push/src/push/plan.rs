//! What is told of one item's stock. Pure: what the ledger says, what is known of the shop, what is to be done.

use retail::listing::StockTarget;

/// What follows from a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The shop has what it should have.
    Nothing,
    /// The same, by what its own orders took: from now on it is reckoned from here.
    Anchor {
        confirmed: i64,
    },
    Tell {
        expected: Option<i64>,
        wanted: i64,
    },
}

/// What follows from a shop having something else than was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterStale {
    Tell {
        expected: i64,
        wanted: i64,
    },
    /// It has more than expected and not more than it should have: likely goods of an order came back that we have not
    /// heard of. Nobody buys what is not there meanwhile.
    Wait,
}

/// What was being told when nobody heard what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intent {
    /// What the shop has if it was done, less what its orders have taken since.
    pub if_done: i64,
    /// The same if it was not. `None`: nothing was known before.
    pub if_not: Option<i64>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    Done,
    NotDone,
}

/// What to do about a target. `has_moved`: orders of the shop have taken from its figure since it was confirmed.
#[must_use]
pub fn step(target: StockTarget, has_moved: bool) -> Step {
    match (target.is_met(), has_moved) {
        (true, false) => Step::Nothing,
        (true, true) => Step::Anchor {
            confirmed: target.wanted,
        },
        (false, _) => Step::Tell {
            expected: target.expected,
            wanted: target.wanted,
        },
    }
}

/// What to do where the shop was `found` to have something else. `is_patient`: what came back may still be heard of.
#[must_use]
pub fn after_stale(target: StockTarget, found: i64, is_patient: bool) -> AfterStale {
    let has_more = target.expected.is_some_and(|expected| found > expected);
    if has_more && found <= target.wanted && is_patient {
        return AfterStale::Wait;
    }
    AfterStale::Tell {
        expected: found,
        wanted: target.after_finding(found),
    }
}

/// Whether what was being told is told again as it is, under its key: only while what the shop would then have is no
/// more than it should have by now, and the shop still remembers the key.
#[must_use]
pub fn is_repeated(intent: Intent, wanted: i64, is_remembered: bool) -> bool {
    is_remembered && intent.if_done <= wanted
}

/// What became of it, by what the shop has. Where both may be, it is the one by which the shop should have more: what is
/// missing then was taken by orders on their way, and is not given back.
#[must_use]
pub fn settle(intent: Intent, found: i64) -> Settled {
    let Intent { if_done, if_not } = intent;
    let Some(if_not) = if_not else {
        return if found == if_done {
            Settled::Done
        } else {
            Settled::NotDone
        };
    };
    if found == if_done || (found != if_not && if_done > if_not) {
        Settled::Done
    } else {
        Settled::NotDone
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn target(wanted: i64, expected: Option<i64>) -> StockTarget {
        StockTarget { wanted, expected }
    }

    #[test]
    fn what_is_met_is_not_told() {
        for (wanted, expected, has_moved, step_is) in [
            (5, Some(5), false, Step::Nothing),
            (5, Some(5), true, Step::Anchor { confirmed: 5 }),
            (
                5,
                Some(6),
                true,
                Step::Tell {
                    expected: Some(6),
                    wanted: 5,
                },
            ),
            (
                0,
                None,
                false,
                Step::Tell {
                    expected: None,
                    wanted: 0,
                },
            ),
        ] {
            assert_eq!(step(target(wanted, expected), has_moved), step_is);
        }
    }

    #[test]
    fn what_orders_on_their_way_took_is_not_given_back() {
        let lowered = AfterStale::Tell {
            expected: 3,
            wanted: 6,
        };
        assert_eq!(after_stale(target(8, Some(5)), 3, true), lowered);
    }

    #[test]
    fn what_came_back_unheard_is_waited_for_where_nobody_can_buy_too_much() {
        let target = target(8, Some(5));
        assert_eq!(after_stale(target, 7, true), AfterStale::Wait);
        let told = |found| AfterStale::Tell {
            expected: found,
            wanted: 8,
        };
        assert_eq!(after_stale(target, 7, false), told(7));
        assert_eq!(after_stale(target, 9, true), told(9), "too much is on sale");
    }

    #[test]
    fn what_nobody_heard_of_is_told_by_what_the_shop_has() {
        let settled = |if_done, if_not, found| settle(Intent { if_done, if_not }, found);
        for (if_done, if_not, found, expected) in [
            (8, Some(5), 8, Settled::Done),
            (8, Some(5), 5, Settled::NotDone),
            // Raised, and two sold; or not, and somebody gave two: the first.
            (8, Some(5), 6, Settled::Done),
            // Lowered, and one sold; or not, and four sold: the second.
            (5, Some(8), 4, Settled::NotDone),
            (5, Some(8), 5, Settled::Done),
            (5, None, 5, Settled::Done),
            (5, None, 7, Settled::NotDone),
        ] {
            assert_eq!(settled(if_done, if_not, found), expected, "found {found}");
        }
    }

    proptest! {
        /// Whether or not it was done, and whatever was sold unheard: what is told next gives nothing back.
        #[test]
        fn r_04_after_a_crash_no_push_raises_a_shop_above_the_truth(
            before in 0_i64..20, told in 0_i64..20, is_done: bool, unheard in 0_i64..5, at_till in 0_i64..5,
        ) {
            let had = if is_done { told } else { before };
            prop_assume!(unheard <= had);
            let found = had - unheard;
            // A coincidence of both readings is nobody's to tell apart.
            prop_assume!(found != if is_done { before } else { told } || before == told);
            let intent = Intent { if_done: told, if_not: Some(before) };
            let expected = match settle(intent, found) {
                Settled::Done => told,
                Settled::NotDone => before,
            };
            let wanted = (told - at_till).max(0);
            let next = after_stale(target(wanted, Some(expected)), found, false);
            let truth = (told - at_till - unheard).max(0);
            match next {
                AfterStale::Tell { wanted, .. } => prop_assert!(wanted <= truth, "{} > {}", wanted, truth),
                AfterStale::Wait => prop_assert!(false, "nobody is patient"),
            }
        }

        /// A sale of the shop that is known needs no push, and one that is not is left to it.
        #[test]
        fn r_04_what_is_told_is_never_more_than_the_truth(
            wanted in 0_i64..30, confirmed in 0_i64..30, unheard in 0_i64..10,
        ) {
            prop_assume!(unheard <= confirmed);
            let found = confirmed - unheard;
            match after_stale(target(wanted, Some(confirmed)), found, true) {
                AfterStale::Tell { expected, wanted: told } => {
                    prop_assert_eq!(expected, found);
                    prop_assert!(told <= (wanted - unheard).max(0));
                }
                AfterStale::Wait => prop_assert!(false, "it has no more than expected"),
            }
        }
    }
}
