//! The store's own books: the sale that must come of each order, and what must have left the shelf.

use std::collections::BTreeMap;

use super::catalogue::{Catalogue, Kind};
use super::order::{AWAITING_PAYMENT, CANCELLED, DECLINED, INCOMPLETE, Order, PENDING};

/// The sale that an order must have become. Amounts are in the smallest that the currency has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    pub voided: bool,
    pub currency: &'static str,
    pub total: i64,
    pub tax: i64,
    pub received: i64,
    pub refunded: i64,
    /// Units that the sale holds of each thing, by its SKU or else its name; none when voided.
    pub held: BTreeMap<String, i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// By the store's order id; orders that are no sale are missing.
    pub sales: BTreeMap<u64, Sale>,
    /// Units held of each thing by all sales together.
    pub sold: BTreeMap<String, i64>,
}

pub(super) fn reckon<'a>(catalogue: &Catalogue, orders: impl Iterator<Item = &'a Order>) -> Books {
    let mut books = Books::default();
    for order in orders {
        if [INCOMPLETE, PENDING].contains(&order.status) {
            continue;
        }
        let sale = sale(catalogue, order);
        for (thing, units) in &sale.held {
            *books.sold.entry(thing.clone()).or_insert(0) += units;
        }
        books.sales.insert(order.id, sale);
    }
    books
}

fn sale(catalogue: &Catalogue, order: &Order) -> Sale {
    let voided = [CANCELLED, DECLINED].contains(&order.status);
    let mut held = BTreeMap::new();
    if !voided {
        for line in &order.lines {
            let product = catalogue.product(line.product);
            if product.kind == Kind::Physical {
                let thing = if product.sku.is_empty() {
                    &product.name
                } else {
                    &product.sku
                };
                *held.entry(thing.clone()).or_insert(0) += line.quantity;
            }
        }
    }
    let minor = |amount| order.currency.minor(amount);
    // Money that comes outside the store's till is there once nobody waits for it any more.
    let is_paid_outside =
        order.transactions.is_empty() && !voided && order.status != AWAITING_PAYMENT;
    let received = if is_paid_outside {
        order.sold(catalogue)
    } else {
        order.received()
    };
    Sale {
        voided,
        currency: order.currency.code,
        total: minor(order.sold(catalogue)),
        tax: minor(order.tax(catalogue)),
        received: minor(received),
        refunded: minor(order.refunded()),
        held,
    }
}
