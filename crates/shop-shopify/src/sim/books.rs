//! The shop's own books: the sale that must come of each order, and what must have left the shelf.

use std::collections::BTreeMap;

use shop::Reason;
use shop::sim::{Books, Sale, Stocked};

use super::catalogue::Catalogue;
use super::order::{HAND_TYPED, Line, Order};

/// Of orders as they are now.
pub(super) fn reckon<'a>(
    catalogue: &Catalogue,
    orders: impl IntoIterator<Item = &'a Order>,
) -> Books {
    let mut books = Books::default();
    for order in orders {
        let id = order.id.to_string();
        if order.test {
            books.drafts.insert(id, receipt_number(order));
        } else if order.shipping.is_none() {
            books.parked.insert(id, Reason::NoShippingMethod.as_str());
        } else {
            let sale = sale(catalogue, order);
            for (thing, units) in &sale.held {
                *books.sold.entry(thing.clone()).or_insert(0) += units;
            }
            books.sales.insert(id, sale);
        }
    }
    books
}

fn receipt_number(order: &Order) -> String {
    format!("#{}", order.number)
}

fn sale(catalogue: &Catalogue, order: &Order) -> Sale {
    let voided = order.cancelled_at.is_some();
    // What was sold: without what an edit took off, and without what left the order before it was paid.
    // A cancelled order is kept as it was placed.
    let (total, tax) = order.reckon(catalogue, |place| {
        let line = &order.lines[place];
        if voided {
            line.quantity
        } else {
            line.quantity - line.removed - back(order, place, |refund| refund.transaction.is_none())
        }
    });
    let mut held = BTreeMap::new();
    if !voided {
        for (place, line) in order.lines.iter().enumerate() {
            let Some(thing) = stocked(catalogue, line) else {
                continue;
            };
            let taken = line.quantity - line.removed;
            if taken > 0 {
                *held.entry(thing).or_insert(0) += taken - order.restocked(place);
            }
        }
    }
    Sale {
        order_id: order.id.to_string(),
        receipt_number: receipt_number(order),
        voided,
        currency: "EUR".to_owned(),
        total,
        tax,
        received: order.received(),
        refunded: order.given_back(),
        held,
        to_hand_over: to_hand_over(catalogue, order),
        email: order
            .person
            .as_ref()
            .map(|person| person.email.clone())
            .unwrap_or_default(),
    }
}

/// What is left in the order until it is fulfilled, which it is as a whole.
fn to_hand_over(catalogue: &Catalogue, order: &Order) -> i64 {
    if order.cancelled_at.is_some() || order.fulfilled {
        return 0;
    }
    let lines = order.lines.iter().enumerate();
    let goods = lines.filter(|(_, line)| stocked(catalogue, line).is_some());
    goods.map(|(place, _)| order.current_units(place)).sum()
}

fn back(order: &Order, place: usize, of: impl Fn(&super::order::Refund) -> bool) -> i64 {
    let refunds = order.refunds.iter().filter(|refund| of(refund));
    let lines = refunds.flat_map(|refund| &refund.lines);
    lines
        .filter(|line| line.line == place)
        .map(|line| line.units)
        .sum()
}

/// `None` for what has no shelf.
fn stocked(catalogue: &Catalogue, line: &Line) -> Option<Stocked> {
    match line.product(catalogue) {
        None => Some(Stocked::Name(HAND_TYPED.to_owned())),
        Some(product) if product.is_gift_card => None,
        Some(product) if product.sku.is_empty() => Some(Stocked::Name(product.name.clone())),
        Some(product) => Some(Stocked::Sku(product.sku.clone())),
    }
}
