//! The shop's own books: the sale that must come of each order, and what must have left the shelf.

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::Catalogue;
use super::order::{HAND_TYPED, Line, Order};

/// A thing on the shelf: by its SKU, and where it has none by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stocked {
    Sku(String),
    Name(String),
}

/// The sale that an order must have become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    pub order_id: String,
    pub receipt_number: String,
    pub voided: bool,
    pub currency: &'static str,
    /// All amounts in cents, refunds as positive ones.
    pub total: i64,
    pub tax: i64,
    pub received: i64,
    pub refunded: i64,
    /// Units that the sale holds of each thing; none when voided.
    pub held: BTreeMap<Stocked, i64>,
    pub email: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// By the shop's order id; orders that never become a sale are missing.
    pub sales: BTreeMap<String, Sale>,
    /// Orders that ship nothing: to be listed, not imported.
    pub no_shipping: BTreeSet<String>,
    /// Units sold of each thing that ever stood in a sale, zero included.
    pub sold: BTreeMap<Stocked, i64>,
}

pub(super) fn reckon(catalogue: &Catalogue, orders: &[Vec<Order>]) -> Books {
    let mut books = Books::default();
    for order in orders.iter().filter_map(|versions| versions.last()) {
        if order.test {
            continue;
        }
        if order.shipping.is_none() {
            books.no_shipping.insert(order.id.to_string());
            continue;
        }
        let sale = sale(catalogue, order);
        for (thing, units) in &sale.held {
            *books.sold.entry(thing.clone()).or_insert(0) += units;
        }
        books.sales.insert(sale.order_id.clone(), sale);
    }
    books
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
                *held.entry(thing).or_insert(0) += taken - restocked(order, place);
            }
        }
    }
    Sale {
        order_id: order.id.to_string(),
        receipt_number: format!("#{}", order.number),
        voided,
        currency: "EUR",
        total,
        tax,
        received: order.received(),
        refunded: order.given_back(),
        held,
        email: order
            .person
            .as_ref()
            .map(|person| person.email.clone())
            .unwrap_or_default(),
    }
}

fn back(order: &Order, place: usize, of: impl Fn(&super::order::Refund) -> bool) -> i64 {
    let refunds = order.refunds.iter().filter(|refund| of(refund));
    let lines = refunds.flat_map(|refund| &refund.lines);
    lines
        .filter(|line| line.line == place)
        .map(|line| line.units)
        .sum()
}

fn restocked(order: &Order, place: usize) -> i64 {
    let lines = order.refunds.iter().flat_map(|refund| &refund.lines);
    lines
        .filter(|line| line.line == place && line.restocked)
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
