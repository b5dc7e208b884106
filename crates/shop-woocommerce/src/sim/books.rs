//! The shop's own books: the sale that must come of each order, and what must have left the shelf.

use std::collections::BTreeMap;

use shop::sim::{Books, Sale, Stocked};

use super::catalogue::Catalogue;
use super::order::{Line, Order, PLUGIN_LINE, Status};

pub(super) fn reckon(catalogue: &Catalogue, orders: &[Vec<Order>]) -> Books {
    let mut books = Books::default();
    for versions in orders {
        let counting: Vec<&Order> = versions
            .iter()
            .filter(|order| counts(order.status))
            .collect();
        let Some(last) = counting.last() else {
            if let Some(draft) = versions.last() {
                let status = draft.status.as_str().to_owned();
                books.drafts.insert(draft.id.to_string(), status);
            }
            continue;
        };
        let sale = sale(catalogue, last, &counting);
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
        Status::CheckoutDraft | Status::Packing => false,
        Status::Pending
        | Status::OnHold
        | Status::Processing
        | Status::Completed
        | Status::Refunded
        | Status::Cancelled
        | Status::Failed => true,
    }
}

/// `told` are all versions of the order that count.
fn sale(catalogue: &Catalogue, order: &Order, told: &[&Order]) -> Sale {
    let voided = matches!(order.status, Status::Cancelled | Status::Failed);
    let total = order.total(catalogue);
    let mut held = BTreeMap::new();
    if !voided {
        for line in &order.lines {
            *held.entry(stocked(catalogue, line, told)).or_insert(0) +=
                line.quantity - line.restocked;
        }
    }
    Sale {
        order_id: order.id.to_string(),
        receipt_number: order.number.clone(),
        voided,
        currency: order.zone.currency().to_owned(),
        total,
        tax: order.total_tax(catalogue),
        received: order.paid_at.map_or(0, |_| total),
        refunded: order.refunded(),
        held,
        to_hand_over: to_hand_over(order),
        email: order.person.email.clone(),
    }
}

/// Everything at once, by the order's status.
fn to_hand_over(order: &Order) -> i64 {
    match order.status {
        Status::Pending | Status::OnHold | Status::Processing => {
            let lines = order.lines.iter();
            lines.map(|line| line.quantity - line.restocked).sum()
        }
        Status::Completed
        | Status::Refunded
        | Status::Cancelled
        | Status::Failed
        | Status::CheckoutDraft
        | Status::Packing => 0,
    }
}

/// What a line is of, if the shop ever told in a version that counts; once a product is deleted, a
/// line that was not told by then goes by its name.
fn stocked(catalogue: &Catalogue, line: &Line, told: &[&Order]) -> Stocked {
    let mut all = told.iter().flat_map(|order| &order.lines);
    let is_told = all.any(|other| other.id == line.id && !other.is_forgotten);
    match line.product(catalogue) {
        None => Stocked::Name(PLUGIN_LINE.into()),
        Some(product) if product.sku.is_empty() || !is_told => Stocked::Name(product.name.clone()),
        Some(product) => Stocked::Sku(product.sku.clone()),
    }
}
