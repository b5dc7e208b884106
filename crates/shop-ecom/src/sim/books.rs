//! The shop's own books: the sale that must come of each order, and what must have left the shelf.

use std::collections::BTreeMap;

pub(super) use ::shop::sim::Books;
use ::shop::sim::{Sale, Stocked};

use super::Shop;
use super::catalogue::Catalogue;
use super::order::{Fulfilment, Line, Order, Status, WRITTEN_LINE};

/// Reckoned from what happened to each order, oldest version first. An order is the sale it last was,
/// and a draft where it never was one.
pub(super) fn reckon<'a>(shop: &Shop, histories: impl Iterator<Item = Vec<&'a Order>>) -> Books {
    let mut books = Books::default();
    for versions in histories {
        let Some(sold) = versions.iter().rfind(|order| counts(order.status)) else {
            if let Some(draft) = versions.last() {
                let status = draft.status.as_str().to_owned();
                books.drafts.insert(draft.id.clone(), status);
            }
            continue;
        };
        let sale = sale(shop, sold);
        for (thing, units) in &sale.held {
            *books.sold.entry(thing.clone()).or_insert(0) += units;
        }
        books.sales.insert(sale.order_id.clone(), sale);
    }
    books
}

/// Whether an order in this status is a sale at all.
const fn counts(status: Status) -> bool {
    match status {
        Status::Incomplete | Status::Custom => false,
        Status::AwaitingPayment
        | Status::Paid
        | Status::PartiallyRefunded
        | Status::Refunded
        | Status::Cancelled => true,
    }
}

fn sale(shop: &Shop, order: &Order) -> Sale {
    let total = order.total(shop.pricing, &shop.catalogue);
    // The shop's money as its own pages show it: of a cancelled order they show what went back, and
    // that it had come in, but not what was kept.
    let gave_back = !order.refunds.is_empty();
    let (received, refunded) = match order.status {
        Status::Incomplete | Status::Custom => (0, 0),
        Status::AwaitingPayment => (order.gift_card, 0),
        Status::Refunded if !gave_back => (total, total - order.gift_card),
        Status::Cancelled if !gave_back => (0, 0),
        Status::Paid | Status::PartiallyRefunded | Status::Refunded | Status::Cancelled => {
            (total, order.refunded())
        }
    };
    let on_the_shelf = matches!(order.status, Status::Cancelled | Status::Refunded);
    let mut held = BTreeMap::new();
    for line in &order.lines {
        let units = if on_the_shelf { 0 } else { line.quantity };
        *held.entry(stocked(&shop.catalogue, line)).or_insert(0) += units;
    }
    Sale {
        order_id: order.id.clone(),
        receipt_number: order.id.clone(),
        voided: order.status == Status::Cancelled,
        currency: shop.pricing.currency().to_owned(),
        total,
        tax: order.tax(shop.pricing, &shop.catalogue),
        received,
        refunded,
        held,
        to_hand_over: to_hand_over(order),
        email: order.person.email.clone(),
    }
}

/// Everything at once, by the order's two statuses.
fn to_hand_over(order: &Order) -> i64 {
    let on_the_shelf = matches!(order.status, Status::Cancelled | Status::Refunded);
    match order.fulfilment {
        Fulfilment::AwaitingProcessing | Fulfilment::Processing if !on_the_shelf => {
            order.lines.iter().map(|line| line.quantity).sum()
        }
        Fulfilment::AwaitingProcessing
        | Fulfilment::Processing
        | Fulfilment::Shipped
        | Fulfilment::Delivered
        | Fulfilment::Returned => 0,
    }
}

fn stocked(catalogue: &Catalogue, line: &Line) -> Stocked {
    match line.product(catalogue) {
        None => Stocked::Name(WRITTEN_LINE.into()),
        Some(product) if product.sku.is_empty() => Stocked::Name(product.name.clone()),
        Some(product) => Stocked::Sku(product.sku.clone()),
    }
}
