//! Quantities of things, added up.

use std::collections::BTreeMap;

use proto::convert::quantity_from;
use proto::google::r#type::Decimal;
use retail::Quantity;
use shop::sim::Stocked;

/// Thousandths by thing; wide enough for any sum of wire quantities.
pub(super) type Sums<K> = BTreeMap<K, i128>;

/// In thousandths. What is no quantity counts as none and is found as a difference.
pub(super) fn milli(quantity: Option<&Decimal>) -> i128 {
    quantity_from("quantity", quantity.cloned())
        .map_or(0, Quantity::milli)
        .into()
}

pub(super) fn whole(units: i64) -> i128 {
    i128::from(units) * i128::from(Quantity::SCALE)
}

pub(super) fn add<K: Ord>(sums: &mut Sums<K>, key: K, milli: i128) {
    *sums.entry(key).or_default() += milli;
}

pub(super) fn without_zero<K: Ord>(mut sums: Sums<K>) -> Sums<K> {
    sums.retain(|_, milli| *milli != 0);
    sums
}

pub(super) fn stocked(sku: &str, name: &str) -> Stocked {
    if sku.is_empty() {
        Stocked::Name(name.to_owned())
    } else {
        Stocked::Sku(sku.to_owned())
    }
}

/// For people: `2 x A, 0.5 x B`.
pub(super) fn text(sums: &Sums<Stocked>) -> String {
    let things = sums.iter().map(|(thing, milli)| {
        let (Stocked::Sku(name) | Stocked::Name(name)) = thing;
        format!("{} x {name}", number(*milli))
    });
    things.collect::<Vec<_>>().join(", ")
}

pub(super) fn number(milli: i128) -> String {
    let quantity = i64::try_from(milli).map(Quantity::from_milli);
    quantity.map_or_else(
        |_| format!("{milli} thousandths"),
        |known| known.to_string(),
    )
}
