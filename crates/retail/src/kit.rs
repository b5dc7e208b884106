//! Kits: sold as one item, in stock as their parts.

use std::collections::BTreeMap;

use crate::ids::ItemId;
use crate::posting::Movement;
use crate::quantity::Quantity;
use crate::sale::RecordedLine;
use crate::text::LineKey;

/// Nothing that is taken of a part is more than this, in thousandths: the difference of any two can be booked.
const TAKEN_LIMIT: i128 = (i64::MAX / 2) as i128;

/// So much of an item is in one kit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub item: ItemId,
    /// More than nothing.
    pub quantity: Quantity,
}

/// Of what the kits of a sale are made, by line and kit: what they were made of when they were sold, for good.
pub type MadeOf = BTreeMap<(LineKey, ItemId), Vec<Part>>;

/// A change of stock, and the kit that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    pub movement: Movement,
    pub kit: Option<ItemId>,
}

impl Part {
    /// How much of it so many kits take. What thousandths cannot tell is cut off, of what is taken and of what
    /// is given back alike.
    #[must_use]
    pub fn taken_by(&self, kits: Quantity) -> Quantity {
        let taken = i128::from(kits.milli()) * i128::from(self.quantity.milli());
        let taken = taken / i128::from(Quantity::SCALE);
        let taken = taken.clamp(-TAKEN_LIMIT, TAKEN_LIMIT);
        Quantity::from_milli(i64::try_from(taken).unwrap_or_default())
    }
}

/// Whole kits that can be made of so much of each part; each with how much of it is in one kit.
#[must_use]
pub fn available(parts: impl IntoIterator<Item = (Quantity, Quantity)>) -> Quantity {
    let kits = parts.into_iter().map(|(there, needed)| {
        let needed = needed.milli().max(1);
        there.milli().div_euclid(needed)
    });
    let kits = kits.min().unwrap_or_default();
    Quantity::from_milli(kits.saturating_mul(Quantity::SCALE))
}

/// Lines that become kits by being booked: those not booked as this item before, where it is a kit now. A line
/// that was booked before stays what it was.
#[must_use]
pub fn newly_made(
    before: &[RecordedLine],
    after: &[RecordedLine],
    made: &MadeOf,
    kits: &BTreeMap<ItemId, Vec<Part>>,
) -> MadeOf {
    if kits.is_empty() {
        return MadeOf::new();
    }
    let was_booked = |line: &RecordedLine| {
        let mut before = before.iter();
        before.any(|booked| booked.key == line.key && booked.item == line.item)
    };
    let new = after.iter().filter_map(|line| {
        let place = (line.key.clone(), line.item);
        let parts = kits.get(&line.item)?;
        (!made.contains_key(&place) && !was_booked(line)).then(|| (place, parts.clone()))
    });
    new.collect()
}

/// What `applied` took less what `desired` takes, as [`crate::posting`] has it, with the parts of kits in their
/// place; by line and item.
#[must_use]
pub fn movements(applied: &[RecordedLine], desired: &[RecordedLine], made: &MadeOf) -> Vec<Moved> {
    type Change = (i64, Option<ItemId>);
    let mut changes: BTreeMap<(&LineKey, ItemId), Change> = BTreeMap::new();
    for line in applied {
        for (item, taken, kit) in taken(line, made) {
            let change = changes.entry((&line.key, item)).or_default();
            *change = (change.0.saturating_add(taken.milli()), kit);
        }
    }
    for line in desired {
        for (item, taken, kit) in taken(line, made) {
            let change = changes.entry((&line.key, item)).or_default();
            *change = (change.0.saturating_sub(taken.milli()), kit);
        }
    }
    changes
        .into_iter()
        .filter(|(_, (quantity, _))| *quantity != 0)
        .map(|((line, item), (quantity, kit))| Moved {
            movement: Movement {
                line: line.clone(),
                item,
                quantity: Quantity::from_milli(quantity),
            },
            kit,
        })
        .collect()
}

/// What a line holds, of what, and for which kit.
fn taken<'a>(
    line: &'a RecordedLine,
    made: &'a MadeOf,
) -> impl Iterator<Item = (ItemId, Quantity, Option<ItemId>)> + 'a {
    let parts = made.get(&(line.key.clone(), line.item));
    let itself = parts.is_none().then_some((line.item, line.deducted, None));
    let parts = parts.into_iter().flatten();
    let parts = parts.map(|part| (part.item, part.taken_by(line.deducted), Some(line.item)));
    itself.into_iter().chain(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const fn item(number: u128) -> ItemId {
        ItemId::new(Uuid::from_u128(number))
    }

    const fn part(number: u128, milli: i64) -> Part {
        Part {
            item: item(number),
            quantity: Quantity::from_milli(milli),
        }
    }

    fn line(key: &str, of: u128, milli: i64) -> RecordedLine {
        RecordedLine {
            key: LineKey::new(key).unwrap(),
            item: item(of),
            named: None,
            deducted: Quantity::from_milli(milli),
            awaiting: Quantity::ZERO,
        }
    }

    /// Item, quantity and kit of each.
    fn told(moved: &[Moved]) -> Vec<(u128, i64, Option<u128>)> {
        let told = moved.iter().map(|moved| {
            let quantity = moved.movement.quantity.milli();
            let kit = moved.kit.map(|kit| kit.uuid().as_u128());
            (moved.movement.item.uuid().as_u128(), quantity, kit)
        });
        told.collect()
    }

    #[test]
    fn pos_05_a_kit_takes_its_parts_and_gives_back_what_it_took() {
        let kits = BTreeMap::from([(item(9), vec![part(1, 2_000), part(2, 500)])]);
        let sold = [line("a", 9, 3_000), line("b", 1, 1_000)];
        let mut made = newly_made(&[], &sold, &MadeOf::new(), &kits);
        let out = movements(&[], &sold, &made);
        assert_eq!(
            told(&out),
            [
                (1, -6_000, Some(9)),
                (2, -1_500, Some(9)),
                (1, -1_000, None)
            ]
        );
        // Made of something else since, for those who buy it later.
        let kits = BTreeMap::from([(item(9), vec![part(3, 1_000)])]);
        let fewer = [line("a", 9, 1_000), line("c", 9, 1_000)];
        made.extend(newly_made(&sold, &fewer, &made, &kits));
        assert_eq!(
            told(&movements(&sold, &fewer, &made)),
            [
                (1, 4_000, Some(9)),
                (2, 1_000, Some(9)),
                (1, 1_000, None),
                (3, -1_000, Some(9))
            ]
        );
    }

    #[test]
    fn pos_05_what_was_sold_as_itself_stays_that_when_it_becomes_a_kit() {
        let kits = BTreeMap::from([(item(9), vec![part(1, 2_000)])]);
        let sold = [line("a", 9, 3_000)];
        let fewer = [line("a", 9, 1_000)];
        let made = newly_made(&sold, &fewer, &MadeOf::new(), &kits);
        assert!(made.is_empty());
        let moved = movements(&sold, &fewer, &made);
        assert_eq!(told(&moved), [(9, 2_000, None)]);
    }

    #[test]
    fn r_04_as_many_kits_are_there_as_the_scarcest_part_allows() {
        let kits = |parts: &[(i64, i64)]| {
            let parts = parts.iter();
            let milli = Quantity::from_milli;
            available(parts.map(|(there, needed)| (milli(*there), milli(*needed)))).milli()
        };
        assert_eq!(kits(&[(7_000, 2_000), (9_000, 1_000)]), 3_000);
        assert_eq!(kits(&[(7_000, 2_000), (0, 1_000)]), 0);
        assert_eq!(kits(&[(1_999, 2_000)]), 0);
        // Of a part that is oversold something is missing for a kit already.
        assert_eq!(kits(&[(-1, 2_000), (9_000, 1_000)]), -1_000);
        assert_eq!(kits(&[]), 0);
    }

    proptest! {
        #[test]
        fn pos_05_whatever_a_kit_took_comes_back(
            quantities in proptest::collection::vec(-5_000_i64..5_000, 1..8),
            first in 1..3_000_i64,
            second in 1..3_000_i64,
        ) {
            let kits = BTreeMap::from([(item(9), vec![part(1, first), part(2, second)])]);
            let mut sums: BTreeMap<u128, i64> = BTreeMap::new();
            let (mut before, mut made) = (Vec::new(), MadeOf::new());
            let steps = quantities.into_iter().chain([0]);
            for quantity in steps {
                let after = vec![line("a", 9, quantity)];
                made.extend(newly_made(&before, &after, &made, &kits));
                for (of, moved, _) in told(&movements(&before, &after, &made)) {
                    *sums.entry(of).or_default() += moved;
                }
                let held = |per: i64| quantity * per / 1_000;
                prop_assert_eq!(sums.get(&1).copied().unwrap_or_default(), -held(first));
                prop_assert_eq!(sums.get(&2).copied().unwrap_or_default(), -held(second));
                before = after;
            }
        }

        #[test]
        fn no_kit_is_too_large_to_be_booked(kits in any::<i64>(), of_part in 1..1_000_000_000_i64) {
            let taken = part(1, of_part).taken_by(Quantity::from_milli(kits));
            prop_assert!(i128::from(taken.milli()).abs() <= TAKEN_LIMIT);
        }
    }
}
