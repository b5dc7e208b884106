//! The ledger's levels against what the shops sold, and against their own movements.

use std::collections::{BTreeMap, BTreeSet};

use shop::sim::Stocked;

use super::sale;
use super::units::{Sums, add, milli, number, stocked, whole};
use super::{About, Difference, Kind, ShopBooks, Told};

/// A thing in an outlet.
type Place = (String, Stocked);

/// Nothing stood on the shelves before: what is on hand is what people did, less what was sold and is taken.
pub(super) fn compare(shops: &[ShopBooks], told: &Told, found: &mut Vec<Difference>) {
    let mut should: Sums<Place> = Sums::new();
    let mut sellers: BTreeMap<Place, usize> = BTreeMap::new();
    for shop in shops {
        for (thing, units) in &shop.books.sold {
            let place = (shop.outlet.to_string(), thing.clone());
            *sellers.entry(place.clone()).or_default() += 1;
            add(&mut should, place, -whole(*units));
        }
    }
    let mut entered: Sums<(&str, &str)> = Sums::new();
    for movement in &told.movements {
        if movement.entry.is_some() {
            let place = (&*movement.item_id, &*movement.outlet_id);
            add(&mut entered, place, milli(movement.quantity.as_ref()));
        }
    }
    let mut is: Sums<Place> = Sums::new();
    let mut levels: BTreeMap<Place, usize> = BTreeMap::new();
    for level in &told.levels {
        let place = (level.outlet_id.clone(), stocked(&level.sku, &level.name));
        *levels.entry(place.clone()).or_default() += 1;
        let entered = quantity(&entered, &(&*level.item_id, &*level.outlet_id));
        add(&mut is, place, milli(level.on_hand.as_ref()) - entered);
    }
    for sale in &told.sales {
        for line in sale::products(sale) {
            let place = (sale.outlet_id.clone(), stocked(&line.sku, &line.name));
            add(&mut is, place, -sale::not_taken(sale, line));
        }
    }
    let places: BTreeSet<&Place> = should.keys().chain(is.keys()).collect();
    for place in places {
        let (outlet, thing) = place.clone();
        let about = About::Stock { outlet, thing };
        let (is, should) = (quantity(&is, place), quantity(&should, place));
        if is != should {
            found.push(about.differs(Kind::Level, number(is), number(should)));
        }
        // A SKU is one item of the retailer; what has none is another item in every shop.
        let most = match &place.1 {
            Stocked::Sku(_) => 1,
            Stocked::Name(_) => sellers.get(place).copied().unwrap_or(0).max(1),
        };
        let count = levels.get(place).copied().unwrap_or(0);
        if count > most {
            let is = format!("{count} levels");
            found.push(about.differs(Kind::DoubledLevel, is, format!("at most {most}")));
        }
    }
    against_movements(told, found);
}

fn against_movements(told: &Told, found: &mut Vec<Difference>) {
    let mut moved: Sums<(&str, &str)> = Sums::new();
    for movement in &told.movements {
        let place = (&*movement.item_id, &*movement.outlet_id);
        add(&mut moved, place, milli(movement.quantity.as_ref()));
    }
    for level in &told.levels {
        let moved = quantity(&moved, &(&*level.item_id, &*level.outlet_id));
        let on_hand = milli(level.on_hand.as_ref());
        if moved != on_hand {
            let about = About::Stock {
                outlet: level.outlet_id.clone(),
                thing: stocked(&level.sku, &level.name),
            };
            let is = format!("{} by its movements", number(moved));
            found.push(about.differs(Kind::Movements, is, number(on_hand)));
        }
    }
}

fn quantity<K: Ord>(sums: &Sums<K>, key: &K) -> i128 {
    sums.get(key).copied().unwrap_or(0)
}
