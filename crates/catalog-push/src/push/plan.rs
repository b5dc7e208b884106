//! What is told of one item's stock. Pure: what the ledger says, what is known of the shop, what is to be done.

use retail::listing::StockTarget;

/// What follows from a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The shop has what it should have.
    Nothing,
    /// The same, by what its own orders took: from now on it is reckoned from here.
    Anchor,
    Tell(Telling),
    /// First it is read what the shop has.
    Look {
        expected: i64,
    },
}

/// What the shop is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Telling {
    pub expected: Option<i64>,
    pub wanted: i64,
    /// What the shop then has if there is no order that is not known: what such orders took is not told, and stands in
    /// this until they are heard of.
    pub confirms: i64,
}

/// How sure it is that orders of the shop lower the figure that was confirmed, and not one from before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sureness {
    /// The shop held what it was told against what it had.
    Compared,
    /// It was told a figure outright not long ago: what was sold before, and is heard of now, was given back.
    Outright,
    /// It can only be set, and is read just before: what was sold between the two was given back.
    Set,
}

/// What follows from a shop having something else than was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterStale {
    Tell(Telling),
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
    /// It was told outright, and orders have taken from it since: told again it would give that back.
    pub is_behind: bool,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    Done,
    NotDone,
}

/// What to do about a target. `has_moved`: orders of the shop have taken from its figure since it was confirmed.
#[must_use]
pub fn step(target: StockTarget, has_moved: bool, sureness: Sureness) -> Step {
    let StockTarget { expected, wanted } = target;
    if let (true, Sureness::Outright, Some(expected)) = (has_moved, sureness, expected) {
        return Step::Look { expected };
    }
    match (target.is_met(), has_moved, sureness) {
        (true, false, _) => Step::Nothing,
        (true, true, Sureness::Compared) => Step::Anchor,
        (true, true, Sureness::Outright | Sureness::Set) | (false, _, _) => Step::Tell(Telling {
            expected,
            wanted,
            confirms: wanted,
        }),
    }
}

/// What to do where the shop was `found` to have something else. `is_patient`: what came back may still be heard of.
#[must_use]
pub fn after_stale(target: StockTarget, found: i64, is_patient: bool) -> AfterStale {
    let has_more = target.expected.is_some_and(|expected| found > expected);
    if has_more && found <= target.wanted && is_patient {
        return AfterStale::Wait;
    }
    let wanted = target.after_finding(found);
    AfterStale::Tell(Telling {
        expected: Some(found),
        wanted,
        confirms: wanted.saturating_add(target.unknown(found)),
    })
}

/// What to do where it was read what the shop has.
#[must_use]
pub fn after_look(target: StockTarget, expected: i64, found: i64, is_patient: bool) -> AfterStale {
    if found == expected {
        let StockTarget { wanted, .. } = target;
        return AfterStale::Tell(Telling {
            expected: Some(expected),
            wanted,
            confirms: wanted,
        });
    }
    after_stale(target, found, is_patient)
}

/// Whether what was being told is told again as it is, under its key: only while what the shop would then have is no
/// more than it should have by now, and the shop still remembers the key.
#[must_use]
pub fn is_repeated(intent: Intent, wanted: i64, is_remembered: bool) -> bool {
    is_remembered && intent.if_done <= wanted && !intent.is_behind
}

/// What became of it, where `found` is all that the shop says: the one by which it should have more, even where it has just
/// what the other says. What is missing then is perhaps not there for orders on their way, and is not given back.
#[must_use]
pub fn settle(intent: Intent, found: i64) -> Settled {
    let Intent {
        if_done, if_not, ..
    } = intent;
    if if_done >= if_not.unwrap_or(found) {
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

    fn telling(expected: Option<i64>, wanted: i64, confirms: i64) -> Telling {
        Telling {
            expected,
            wanted,
            confirms,
        }
    }

    fn intent(if_done: i64, if_not: Option<i64>) -> Intent {
        Intent {
            if_done,
            if_not,
            is_behind: false,
        }
    }

    #[test]
    fn what_would_give_something_back_is_not_repeated() {
        let plain = intent(5, Some(3));
        assert!(is_repeated(plain, 5, true));
        assert!(!is_repeated(plain, 4, true), "less is wanted by now");
        assert!(!is_repeated(plain, 5, false), "the key is forgotten");
        let behind = Intent {
            is_behind: true,
            ..intent(5, None)
        };
        assert!(!is_repeated(behind, 5, true), "outright, and sold since");
    }

    #[test]
    fn what_is_met_is_not_told() {
        for (wanted, expected, has_moved, step_is) in [
            (5, Some(5), false, Step::Nothing),
            (5, Some(5), true, Step::Anchor),
            (5, Some(6), true, Step::Tell(telling(Some(6), 5, 5))),
            (0, None, false, Step::Tell(telling(None, 0, 0))),
        ] {
            assert_eq!(
                step(target(wanted, expected), has_moved, Sureness::Compared),
                step_is
            );
        }
    }

    #[test]
    fn r_04_a_shop_that_cannot_compare_is_looked_at_when_its_order_is_heard_of() {
        let met = target(5, Some(5));
        let look = Step::Tell(telling(Some(5), 5, 5));
        assert_eq!(step(met, true, Sureness::Set), look);
        assert_eq!(step(met, false, Sureness::Set), Step::Nothing);
    }

    #[test]
    fn r_04_a_shop_that_was_told_outright_is_looked_at_when_its_order_is_heard_of() {
        for wanted in [4, 5, 6] {
            let target = target(wanted, Some(5));
            let look = Step::Look { expected: 5 };
            assert_eq!(step(target, true, Sureness::Outright), look);
        }
        let never_known = Step::Tell(telling(None, 5, 5));
        assert_eq!(step(target(5, None), true, Sureness::Outright), never_known);
        let met = target(5, Some(5));
        assert_eq!(step(met, false, Sureness::Outright), Step::Nothing);
    }

    #[test]
    fn what_orders_on_their_way_took_is_not_given_back() {
        let lowered = AfterStale::Tell(telling(Some(3), 6, 8));
        assert_eq!(after_stale(target(8, Some(5)), 3, true), lowered);
    }

    #[test]
    fn what_came_back_unheard_is_waited_for_where_nobody_can_buy_too_much() {
        let target = target(8, Some(5));
        assert_eq!(after_stale(target, 7, true), AfterStale::Wait);
        let told = |found| AfterStale::Tell(telling(Some(found), 8, 8));
        assert_eq!(after_stale(target, 7, false), told(7));
        assert_eq!(after_stale(target, 9, true), told(9), "too much is on sale");
    }

    #[test]
    fn what_nobody_heard_of_is_told_by_what_the_shop_has() {
        let settled = |if_done, if_not, found| settle(intent(if_done, if_not), found);
        for (if_done, if_not, found, expected) in [
            (8, Some(5), 8, Settled::Done),
            // Raised, and sold since; or not raised: the first.
            (8, Some(5), 6, Settled::Done),
            (8, Some(5), 5, Settled::Done),
            // Lowered, or not lowered and sold since: the second.
            (5, Some(8), 5, Settled::NotDone),
            (5, Some(8), 4, Settled::NotDone),
            (5, None, 5, Settled::Done),
            (5, None, 3, Settled::Done),
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
            let intent = intent(told, Some(before));
            let expected = match settle(intent, found) {
                Settled::Done => told,
                Settled::NotDone => before,
            };
            let wanted = (told - at_till).max(0);
            let next = after_stale(target(wanted, Some(expected)), found, false);
            let truth = (told - at_till - unheard).max(0);
            match next {
                AfterStale::Tell(Telling { wanted, .. }) => {
                    prop_assert!(wanted <= truth, "{} > {}", wanted, truth);
                }
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
                AfterStale::Tell(Telling { expected, wanted: told, confirms }) => {
                    prop_assert_eq!(expected, Some(found));
                    prop_assert!(told <= (wanted - unheard).max(0));
                    // When those are heard of, what it has is known.
                    prop_assert_eq!(confirms - unheard, told);
                }
                AfterStale::Wait => prop_assert!(false, "it has no more than expected"),
            }
        }
    }
}
