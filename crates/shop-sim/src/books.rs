//! A shop's books as JSON.

use serde::Serialize;
use shop::sim::{Books, Sale, Stocked};

/// Everything, in the order of keys.
#[derive(Debug, Serialize)]
pub(crate) struct BooksPage {
    sales: Vec<SaleEntry>,
    parked: Vec<OrderNote>,
    drafts: Vec<OrderNote>,
    sold: Vec<Counted>,
}

#[derive(Debug, Serialize)]
struct SaleEntry {
    order_id: String,
    receipt_number: String,
    voided: bool,
    currency: String,
    /// Amounts in minor units.
    total: i64,
    tax: i64,
    received: i64,
    refunded: i64,
    held: Vec<Counted>,
    to_hand_over: i64,
    email: String,
}

/// An order that is no sale, and why.
#[derive(Debug, Serialize)]
struct OrderNote {
    order_id: String,
    reason: String,
}

/// So many of a thing, which has a SKU or else a name.
#[derive(Debug, Serialize)]
struct Counted {
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    units: i64,
}

impl From<Books> for BooksPage {
    fn from(books: Books) -> Self {
        let Books {
            sales,
            parked,
            drafts,
            sold,
        } = books;
        let note = |order_id, reason: String| OrderNote { order_id, reason };
        Self {
            sales: sales.into_values().map(SaleEntry::from).collect(),
            parked: parked
                .into_iter()
                .map(|(order, reason)| note(order, reason.to_owned()))
                .collect(),
            drafts: drafts
                .into_iter()
                .map(|(order, reason)| note(order, reason))
                .collect(),
            sold: sold.into_iter().map(Counted::from).collect(),
        }
    }
}

impl From<Sale> for SaleEntry {
    fn from(sale: Sale) -> Self {
        let Sale {
            order_id,
            receipt_number,
            voided,
            currency,
            total,
            tax,
            received,
            refunded,
            held,
            to_hand_over,
            email,
        } = sale;
        Self {
            order_id,
            receipt_number,
            voided,
            currency,
            total,
            tax,
            received,
            refunded,
            held: held.into_iter().map(Counted::from).collect(),
            to_hand_over,
            email,
        }
    }
}

impl From<(Stocked, i64)> for Counted {
    fn from((thing, units): (Stocked, i64)) -> Self {
        let (sku, name) = match thing {
            Stocked::Sku(sku) => (Some(sku), None),
            Stocked::Name(name) => (None, Some(name)),
        };
        Self { sku, name, units }
    }
}
