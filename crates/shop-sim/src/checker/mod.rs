//! The books of any simulated shops against all that the ledger says: every difference, named.
//!
//! [`read`] asks the ledger over gRPC and [`differences`] compares. A doubled line, payment or movement is
//! found even where the sums agree, and a level is held against its movements too.

mod difference;
mod read;
#[cfg(test)]
mod rules;
mod sale;
mod stock;
#[cfg(test)]
mod tests;
mod units;

use std::collections::{BTreeMap, BTreeSet};

use proto::ledger::{Level, Movement, ParkedOrder, Sale};
use shop::sim::Books;
use uuid::Uuid;

pub use difference::{About, Difference, Kind};
pub use read::read;

/// A shop as it sees itself, and where its sales are to be booked.
#[derive(Clone, Debug)]
pub struct ShopBooks {
    pub connection: Uuid,
    pub outlet: Uuid,
    pub register: Uuid,
    pub books: Books,
}

/// All that the ledger says of a retailer.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Each in its last state.
    pub sales: Vec<Sale>,
    pub parked: Vec<ParkedOrder>,
    pub levels: Vec<Level>,
    /// Of all the levels' items.
    pub movements: Vec<Movement>,
}

/// An order, by its connection and the shop's id.
type OrderKey = (String, String);

/// Everything in which the ledger differs from the shops, orders first; nothing when they agree. What the
/// ledger says of other connections is a difference too, and so is stock that no shop sold.
#[must_use]
pub fn differences(shops: &[ShopBooks], told: &Told) -> Vec<Difference> {
    let mut found = Vec::new();
    orders(shops, told, &mut found);
    stock::compare(shops, told, &mut found);
    found
}

fn orders(shops: &[ShopBooks], told: &Told, found: &mut Vec<Difference>) {
    let mut sales: BTreeMap<OrderKey, Vec<&Sale>> = BTreeMap::new();
    for sale in &told.sales {
        let key = (sale.connection_id.clone(), sale.order_id.clone());
        sales.entry(key).or_default().push(sale);
    }
    let mut parked: BTreeMap<OrderKey, &str> = BTreeMap::new();
    for order in &told.parked {
        let key = (order.connection_id.clone(), order.order_id.clone());
        parked.insert(key, &order.reason);
    }
    let movements = sale::by_sale(&told.movements);
    for shop in shops {
        let connection = shop.connection.to_string();
        let Books {
            sales: expected,
            parked: refused,
            drafts,
            sold: _,
        } = &shop.books;
        let orders: BTreeSet<&String> = expected
            .keys()
            .chain(refused.keys())
            .chain(drafts.keys())
            .collect();
        for order in orders {
            let key = (connection.clone(), order.clone());
            let about = About::order(&key);
            let is = sales.remove(&key).unwrap_or_default();
            match (expected.get(order), is.as_slice()) {
                (Some(_), []) => {
                    found.push(about.differs(Kind::MissingSale, "no sale", "a sale"));
                }
                (Some(should), [is]) => {
                    sale::compare(shop, should, is, &movements, &about, found);
                }
                (None, []) => {}
                (None, [_]) => {
                    found.push(about.differs(Kind::UnknownSale, "a sale", "no sale"));
                }
                (_, many) => {
                    let is = format!("{} sales", many.len());
                    found.push(about.differs(Kind::DoubledSale, is, "at most one"));
                }
            }
            let is = parked.remove(&key).unwrap_or("not parked");
            let should = refused.get(order).copied().unwrap_or("not parked");
            if is != should {
                found.push(about.differs(Kind::Parked, is, should));
            }
        }
    }
    for key in sales.into_keys() {
        found.push(About::order(&key).differs(Kind::UnknownSale, "a sale", "no such order"));
    }
    for (key, reason) in parked {
        found.push(About::order(&key).differs(Kind::Parked, reason, "no such order"));
    }
}
