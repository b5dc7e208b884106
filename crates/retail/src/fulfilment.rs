//! Handing over what was sold: picked, packed, then shipped or collected; and what the shop says of it.

use crate::quantity::Quantity;
use crate::told::covered;

/// What somebody does with goods that were sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Picked,
    Packed,
    Shipped,
    /// The buyer came for them.
    Collected,
}

/// A part of a line that somebody handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handed {
    /// How: shipped or collected.
    pub step: Step,
    /// More than nothing.
    pub quantity: Quantity,
    /// What the shop had told of as handed over by then: what it tells later may be this part.
    pub told: Quantity,
}

/// What people did with a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// How much came at least so far, as of the last step.
    pub picked: Quantity,
    pub packed: Quantity,
    /// In the order in which it was.
    pub handed: Vec<Handed>,
}

/// How far a line has come: each figure holds those below it, and none is more than what the buyer is to have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What was sold less what went back.
    pub kept: Quantity,
    pub picked: Quantity,
    pub packed: Quantity,
    /// By people and by the shop, counted once.
    pub handed_over: Quantity,
}

/// There is not so much to take the step with, or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{asked} asked for, of {most}")]
pub struct TooMuch {
    pub asked: Quantity,
    pub most: Quantity,
}

impl Step {
    pub const ALL: [Self; 4] = [Self::Picked, Self::Packed, Self::Shipped, Self::Collected];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Picked => "picked",
            Self::Packed => "packed",
            Self::Shipped => "shipped",
            Self::Collected => "collected",
        }
    }

    /// The goods are the buyer's from then on: nothing of it is taken back.
    #[must_use]
    pub const fn hands_over(self) -> bool {
        match self {
            Self::Picked | Self::Packed => false,
            Self::Shipped | Self::Collected => true,
        }
    }
}

impl Progress {
    /// Of a line of which the buyer is to have `kept`, and of which the shop tells `told` as handed over.
    #[must_use]
    pub fn of(kept: Quantity, told: Quantity, work: &Work) -> Self {
        let kept = kept.max(Quantity::ZERO);
        let handed = work.handed.iter();
        let handed = handed.map(|handed| (handed.quantity.milli(), handed.told.milli()));
        let here: i64 = handed.clone().map(|(quantity, _)| quantity).sum();
        let told = told.milli();
        let handed_over = Quantity::from_milli(told + here - covered(told, handed));
        let handed_over = handed_over.clamp(Quantity::ZERO, kept);
        let packed = work.packed.clamp(handed_over, kept);
        Self {
            kept,
            picked: work.picked.clamp(packed, kept),
            packed,
            handed_over,
        }
    }

    /// Still on the shelf.
    #[must_use]
    pub fn to_pick(self) -> Quantity {
        less(self.kept, self.picked)
    }

    /// Picked, and no more than that.
    #[must_use]
    pub fn to_pack(self) -> Quantity {
        less(self.picked, self.packed)
    }

    /// Packed, and still here.
    #[must_use]
    pub fn to_send(self) -> Quantity {
        less(self.packed, self.handed_over)
    }

    /// What the buyer does not have yet.
    #[must_use]
    pub fn to_hand_over(self) -> Quantity {
        less(self.kept, self.handed_over)
    }

    /// With how much `step` can be taken: steps before it may be left out.
    #[must_use]
    pub fn most(self, step: Step) -> Quantity {
        match step {
            Step::Picked => self.to_pick(),
            Step::Packed => less(self.kept, self.packed),
            Step::Shipped | Step::Collected => self.to_hand_over(),
        }
    }

    /// How much of `step` can be undone.
    #[must_use]
    pub fn most_undone(self, step: Step) -> Quantity {
        match step {
            Step::Picked => self.to_pack(),
            Step::Packed => self.to_send(),
            Step::Shipped | Step::Collected => Quantity::ZERO,
        }
    }
}

impl Work {
    /// Takes `step` with a part of a line. What has come furthest goes first.
    pub fn take(
        &mut self,
        kept: Quantity,
        told: Quantity,
        step: Step,
        quantity: Quantity,
    ) -> Result<(), TooMuch> {
        let now = Progress::of(kept, told, self);
        check(quantity, now.most(step))?;
        let reaches = |reached| more(reached, quantity);
        let packed = match step {
            Step::Picked => now.packed,
            Step::Packed => reaches(now.packed),
            Step::Shipped | Step::Collected => now.packed.max(reaches(now.handed_over)),
        };
        self.picked = match step {
            Step::Picked => reaches(now.picked),
            Step::Packed | Step::Shipped | Step::Collected => now.picked.max(packed),
        };
        self.packed = packed;
        if step.hands_over() {
            self.handed.push(Handed {
                step,
                quantity,
                told,
            });
        }
        Ok(())
    }

    /// Takes a step back with a part of a line.
    pub fn undo(
        &mut self,
        kept: Quantity,
        told: Quantity,
        step: Step,
        quantity: Quantity,
    ) -> Result<(), TooMuch> {
        let now = Progress::of(kept, told, self);
        check(quantity, now.most_undone(step))?;
        (self.picked, self.packed) = match step {
            Step::Picked => (less(now.picked, quantity), now.packed),
            Step::Packed => (now.picked, less(now.packed, quantity)),
            Step::Shipped | Step::Collected => (now.picked, now.packed),
        };
        Ok(())
    }
}

fn check(asked: Quantity, most: Quantity) -> Result<(), TooMuch> {
    if asked > Quantity::ZERO && asked <= most {
        Ok(())
    } else {
        Err(TooMuch { asked, most })
    }
}

/// Of figures between nothing and what was sold: their differences are, too.
fn less(more: Quantity, part: Quantity) -> Quantity {
    Quantity::from_milli(more.milli().saturating_sub(part.milli()))
}

fn more(reached: Quantity, part: Quantity) -> Quantity {
    Quantity::from_milli(reached.milli().saturating_add(part.milli()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn milli(milli: i64) -> Quantity {
        Quantity::from_milli(milli)
    }

    /// To pick, picked, packed, handed over.
    fn figures(progress: Progress) -> [i64; 4] {
        [
            progress.to_pick(),
            progress.to_pack(),
            progress.to_send(),
            progress.handed_over,
        ]
        .map(Quantity::milli)
    }

    #[test]
    fn pos_02_a_step_takes_what_has_come_furthest_and_may_leave_others_out() {
        let mut work = Work::default();
        let mut told = 0;
        for (what, told_now, step, quantity, expected) in [
            ("picked", 0, Step::Picked, 4, [6, 4, 0, 0]),
            ("packed", 0, Step::Packed, 3, [6, 1, 3, 0]),
            ("shipped", 0, Step::Shipped, 1, [6, 1, 2, 1]),
            (
                "shipped, with what lies there",
                0,
                Step::Shipped,
                4,
                [5, 0, 0, 5],
            ),
            ("the shop says the same", 5, Step::Packed, 1, [4, 0, 1, 5]),
            (
                "the shop says one more",
                6,
                Step::Collected,
                4,
                [0, 0, 0, 10],
            ),
        ] {
            told = told.max(told_now);
            let taken = work.take(milli(10), milli(told), step, milli(quantity));
            assert_eq!(taken, Ok(()), "{what}");
            let progress = Progress::of(milli(10), milli(told), &work);
            assert_eq!(figures(progress), expected, "{what}");
        }
        let over = work.take(milli(10), milli(told), Step::Shipped, milli(1));
        let (asked, most) = (milli(1), milli(0));
        assert_eq!(over, Err(TooMuch { asked, most }));
    }

    #[test]
    fn pos_02_what_was_not_handed_over_can_be_undone() {
        let mut work = Work::default();
        let (kept, told) = (milli(5), milli(0));
        work.take(kept, told, Step::Packed, milli(4)).unwrap();
        work.take(kept, told, Step::Shipped, milli(1)).unwrap();
        work.undo(kept, told, Step::Packed, milli(2)).unwrap();
        assert_eq!(figures(Progress::of(kept, told, &work)), [1, 2, 1, 1]);
        work.undo(kept, told, Step::Picked, milli(2)).unwrap();
        assert_eq!(figures(Progress::of(kept, told, &work)), [3, 0, 1, 1]);
        for (step, most) in [(Step::Picked, 0), (Step::Packed, 1), (Step::Shipped, 0)] {
            let (asked, most) = (milli(most + 1), milli(most));
            let undone = work.undo(kept, told, step, asked);
            assert_eq!(undone, Err(TooMuch { asked, most }), "{step:?}");
        }
    }

    #[derive(Clone, Debug)]
    enum Event {
        /// The buyer is to have so much, and the shop says that so much of it is handed over.
        Told(i64, i64),
        Take(Step, i64),
        Undo(Step, i64),
    }

    fn event() -> impl Strategy<Value = Event> {
        let step = proptest::sample::select(&Step::ALL[..]);
        prop_oneof![
            (0..20_i64, 0..20_i64).prop_map(|(kept, told)| Event::Told(kept, told.min(kept))),
            (step.clone(), 0..12_i64).prop_map(|(step, quantity)| Event::Take(step, quantity)),
            (step, 0..12_i64).prop_map(|(step, quantity)| Event::Undo(step, quantity)),
        ]
    }

    proptest! {
        #[test]
        fn pos_02_no_more_is_handed_over_than_was_ordered_and_not_cancelled(
            events in proptest::collection::vec(event(), 0..40),
        ) {
            let (mut kept, mut told, mut work) = (milli(10), milli(0), Work::default());
            for event in events {
                let before = Progress::of(kept, told, &work);
                match event {
                    Event::Told(now, done) => (kept, told) = (milli(now), milli(done)),
                    Event::Take(step, quantity) => {
                        let fits = quantity > 0 && milli(quantity) <= before.most(step);
                        let unchanged = work.clone();
                        prop_assert_eq!(work.take(kept, told, step, milli(quantity)).is_ok(), fits);
                        let after = Progress::of(kept, told, &work);
                        let added = if fits && step.hands_over() { quantity } else { 0 };
                        prop_assert_eq!(
                            after.handed_over.milli(),
                            before.handed_over.milli() + added,
                            "what is handed over goes out, and nothing else does"
                        );
                        prop_assert!(fits || work == unchanged);
                    }
                    Event::Undo(step, quantity) => {
                        let fits = quantity > 0 && milli(quantity) <= before.most_undone(step);
                        prop_assert_eq!(work.undo(kept, told, step, milli(quantity)).is_ok(), fits);
                    }
                }
                let now = Progress::of(kept, told, &work);
                prop_assert_eq!(figures(now).iter().sum::<i64>(), kept.milli());
                prop_assert!(figures(now).iter().all(|figure| *figure >= 0));
                prop_assert!(now.handed_over >= told.min(kept), "the shop's word counts");
            }
        }

        #[test]
        fn pos_02_what_is_recorded_here_and_told_later_is_handed_over_once(
            kept in 1..20_i64,
            parts in proptest::collection::vec(1..5_i64, 1..6),
        ) {
            let (mut work, mut told) = (Work::default(), 0);
            for part in parts {
                if work.take(milli(kept), milli(told), Step::Shipped, milli(part)).is_ok() {
                    let here = Progress::of(milli(kept), milli(told), &work);
                    told += part;
                    prop_assert_eq!(Progress::of(milli(kept), milli(told), &work), here);
                }
            }
        }
    }
}
