//! The ledger's sales and levels against a shop's own books.

use std::collections::{BTreeMap, BTreeSet};

use proto::convert::{money_from, quantity_from};
use proto::ledger::{Balance, ItemKind, Level, Sale};
use proto::order::SaleState;
use retail::Quantity;
use shop_woocommerce::sim;
use shop_woocommerce::sim::{Books, Stocked};

use crate::world;

/// What a ledger says, all of it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// By the shop's order id.
    pub sales: BTreeMap<String, Sale>,
    pub levels: Vec<Level>,
}

/// Every difference in a line of text; empty when ledger and shop agree.
#[must_use]
pub fn compare(books: &Books, seen: &Seen) -> Vec<String> {
    let mut differences = Vec::new();
    let orders: BTreeSet<&String> = books.sales.keys().chain(seen.sales.keys()).collect();
    for order in orders {
        match (books.sales.get(order), seen.sales.get(order)) {
            (Some(_), None) => differences.push(format!("order {order}: no sale")),
            (None, Some(_)) => {
                differences.push(format!("order {order}: a sale of what never was one"));
            }
            (Some(expected), Some(sale)) => compare_sale(expected, sale, &mut differences),
            (None, None) => {}
        }
    }
    compare_levels(books, &seen.levels, &mut differences);
    differences
}

fn compare_sale(expected: &sim::Sale, sale: &Sale, differences: &mut Vec<String>) {
    let minor = |amount: &Option<_>| match money_from("amount", Clone::clone(amount)) {
        Ok(money) => format!("{} {}", money.minor(), money.currency()),
        Err(error) => error.to_string(),
    };
    let cents = |cents: i64| format!("{cents} {}", expected.currency);
    let balance = if expected.received >= expected.total {
        Balance::Paid
    } else if expected.received > 0 {
        Balance::PartPaid
    } else {
        Balance::Unpaid
    };
    let state = if expected.voided {
        SaleState::Voided
    } else {
        SaleState::Closed
    };
    let mut check = |what: &str, expected_text: String, seen: String| {
        if expected_text != seen {
            let order = &expected.order_id;
            differences.push(format!(
                "order {order}: {what} is {seen}, should be {expected_text}"
            ));
        }
    };
    check(
        "receipt number",
        expected.receipt_number.clone(),
        sale.receipt_number.clone(),
    );
    check("outlet", world::OUTLET.to_string(), sale.outlet_id.clone());
    check(
        "register",
        world::REGISTER.to_string(),
        sale.register_id.clone(),
    );
    check("state", format!("{state:?}"), format!("{:?}", sale.state()));
    check(
        "balance",
        format!("{balance:?}"),
        format!("{:?}", sale.balance()),
    );
    check("total", cents(expected.total), minor(&sale.total));
    check("tax", cents(expected.tax), minor(&sale.tax));
    check("received", cents(expected.received), minor(&sale.received));
    check("refunded", cents(expected.refunded), minor(&sale.refunded));
    check("held", text(&units(&expected.held)), text(&held(sale)));
}

fn compare_levels(books: &Books, levels: &[Level], differences: &mut Vec<String>) {
    let mut on_hand: BTreeMap<Stocked, Quantity> = BTreeMap::new();
    for level in levels {
        let thing = stocked(&level.sku, &level.name);
        if level.outlet_id != world::OUTLET.to_string() {
            differences.push(format!("{thing:?} has stock in outlet {}", level.outlet_id));
            continue;
        }
        let quantity = quantity_from("on_hand", level.on_hand.clone()).unwrap_or_default();
        if on_hand.insert(thing.clone(), quantity).is_some() {
            differences.push(format!("{thing:?} has two levels"));
        }
    }
    on_hand.retain(|_, quantity| !quantity.is_zero());
    let expected: BTreeMap<Stocked, Quantity> = units(&books.sold)
        .into_iter()
        .filter_map(|(thing, sold)| Some((thing, sold.checked_neg().ok()?)))
        .collect();
    let things: BTreeSet<&Stocked> = expected.keys().chain(on_hand.keys()).collect();
    for thing in things {
        let should = expected.get(thing).copied().unwrap_or_default();
        let is = on_hand.get(thing).copied().unwrap_or_default();
        if should != is {
            differences.push(format!("{thing:?}: on hand is {is}, should be {should}"));
        }
    }
}

/// What the sale's lines hold of stock.
fn held(sale: &Sale) -> BTreeMap<Stocked, Quantity> {
    let mut held: BTreeMap<Stocked, Quantity> = BTreeMap::new();
    let products = sale
        .lines
        .iter()
        .filter(|line| line.kind() == ItemKind::Product);
    for line in products {
        let deducted = quantity_from("deducted", line.deducted.clone()).unwrap_or_default();
        let sum = held.entry(stocked(&line.sku, &line.name)).or_default();
        *sum = sum.checked_add(deducted).unwrap_or(*sum);
    }
    held.retain(|_, quantity| !quantity.is_zero());
    held
}

fn stocked(sku: &str, name: &str) -> Stocked {
    if sku.is_empty() {
        Stocked::Name(name.to_owned())
    } else {
        Stocked::Sku(sku.to_owned())
    }
}

/// Without what is zero.
fn units(counts: &BTreeMap<Stocked, i64>) -> BTreeMap<Stocked, Quantity> {
    counts
        .iter()
        .filter(|(_, units)| **units != 0)
        .filter_map(|(thing, units)| Some((thing.clone(), Quantity::units(*units).ok()?)))
        .collect()
}

fn text(held: &BTreeMap<Stocked, Quantity>) -> String {
    let things = held.iter().map(|(thing, quantity)| match thing {
        Stocked::Sku(name) | Stocked::Name(name) => format!("{quantity} x {name}"),
    });
    things.collect::<Vec<_>>().join(", ")
}
