//! The store's own books: the sale that must come of each order, and what must have left the shelf.

use std::collections::{BTreeMap, BTreeSet};

use shop::sim::{Books, Sale, Stocked};

use super::body::email;
use super::catalogue::{Catalogue, Kind, Product};
use super::order::{
    AWAITING_PAYMENT, CANCELLED, COMPLETED, DECLINED, INCOMPLETE, LABELS, Order, PENDING, REFUNDED,
    SHIPPED,
};

/// `ever` is all that stood in a sale at any time.
pub fn reckon<'a>(
    catalogue: &Catalogue,
    ever: &BTreeSet<Stocked>,
    orders: impl Iterator<Item = &'a Order>,
) -> Books {
    let mut books = Books {
        sold: ever.iter().map(|thing| (thing.clone(), 0)).collect(),
        ..Books::default()
    };
    for order in orders {
        let id = order.id.to_string();
        if is_draft(order) {
            let status = LABELS.get(usize::from(order.status)).copied();
            books
                .drafts
                .insert(id, status.unwrap_or_default().to_owned());
            continue;
        }
        let sale = sale(catalogue, order, &id);
        for (thing, units) in &sale.held {
            *books.sold.entry(thing.clone()).or_insert(0) += units;
        }
        books.sales.insert(id, sale);
    }
    books
}

/// The things in an order that is a sale, voided or not.
pub fn things(catalogue: &Catalogue, order: &Order) -> BTreeSet<Stocked> {
    if is_draft(order) {
        return BTreeSet::new();
    }
    let products = order
        .lines
        .iter()
        .map(|line| catalogue.product(line.product));
    products.filter_map(stocked).collect()
}

/// Units that an order holds of each variant of the store's.
pub fn held(catalogue: &Catalogue, order: &Order) -> BTreeMap<u64, i64> {
    let mut held = BTreeMap::new();
    if !is_draft(order) && !is_voided(order) {
        for line in &order.lines {
            let product = catalogue.product(line.product);
            if product.kind == Kind::Physical && product.variant > 0 {
                *held.entry(product.variant).or_insert(0) += line.quantity;
            }
        }
    }
    held
}

fn is_voided(order: &Order) -> bool {
    [CANCELLED, DECLINED].contains(&order.status)
}

fn is_draft(order: &Order) -> bool {
    [INCOMPLETE, PENDING].contains(&order.status)
}

fn stocked(product: &Product) -> Option<Stocked> {
    match (product.kind, product.sku.is_empty()) {
        (Kind::Physical, false) => Some(Stocked::Sku(product.sku.clone())),
        (Kind::Physical, true) => Some(Stocked::Name(product.name.clone())),
        (Kind::Digital | Kind::Certificate, _) => None,
    }
}

/// All until the status says that it went; but nobody sends what was paid back.
fn to_hand_over(catalogue: &Catalogue, order: &Order) -> i64 {
    if [SHIPPED, REFUNDED, COMPLETED].contains(&order.status) {
        return 0;
    }
    let lines = order.lines.iter();
    let goods = lines.filter(|line| stocked(catalogue.product(line.product)).is_some());
    goods
        .map(|line| line.quantity - line.quantity_refunded)
        .sum()
}

fn sale(catalogue: &Catalogue, order: &Order, id: &str) -> Sale {
    let voided = is_voided(order);
    let mut held = BTreeMap::new();
    if !voided {
        for line in &order.lines {
            if let Some(thing) = stocked(catalogue.product(line.product)) {
                *held.entry(thing).or_insert(0) += line.quantity;
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
        order_id: id.to_owned(),
        receipt_number: id.to_owned(),
        voided,
        currency: order.currency.code.to_owned(),
        total: minor(order.sold(catalogue)),
        tax: minor(order.tax(catalogue)),
        received: minor(received),
        refunded: minor(order.refunded()),
        held,
        to_hand_over: if voided {
            0
        } else {
            to_hand_over(catalogue, order)
        },
        email: email(order.buyer),
    }
}
