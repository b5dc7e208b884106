//! A simulated shop: it takes orders, changes its mind about them, tells of each change as Shopify does,
//! answers the order operations of the Admin API, and keeps its own books.
//!
//! Everything follows from [`Options::seed`]. The books are the shop's own reckoning and know nothing of
//! this crate's mapping, so that the two can be held against each other.

mod answer;
mod books;
mod catalogue;
mod dice;
mod hook;
#[cfg(test)]
mod mapping;
mod order;
mod person;
mod server;
mod story;
#[cfg(test)]
mod valid;

use jiff::Timestamp;

pub use books::{Books, Sale, Stocked};
pub use catalogue::{Catalogue, Product};
pub use dice::Dice;
pub use hook::{Hook, Topic};
pub use order::{Line, Order, Payment, Refund, RefundedLine, Shipping, TransactionKind};
pub use person::CANARIES;
pub use server::Server;

/// What kind of shop.
#[derive(Clone, Debug)]
pub struct Options {
    pub seed: u64,
    pub orders: usize,
    /// Most versions of one order; each order has at least one.
    pub max_versions: usize,
    pub products: usize,
    /// How many in a hundred lines are of the first product.
    pub hot_percent: u64,
    /// Where the shop's numbering begins: `#1001`.
    pub first_number: u64,
    /// When the first order is placed.
    pub opened_at: Timestamp,
}

impl Options {
    /// A shop of moderate variety, opened on a Saturday in November.
    #[must_use]
    pub const fn new(seed: u64, orders: usize) -> Self {
        /// 2026-11-21T14:00:00Z.
        const OPENED_AT: Timestamp = Timestamp::constant(1_795_269_600, 0);
        Self {
            seed,
            orders,
            max_versions: 5,
            products: 200,
            hot_percent: 10,
            first_number: 1001,
            opened_at: OPENED_AT,
        }
    }
}

/// The shop, with every order's whole life already in it.
#[derive(Clone, Debug)]
pub struct Shop {
    catalogue: Catalogue,
    /// The versions of each order, oldest first.
    orders: Vec<Vec<Order>>,
}

impl Shop {
    #[must_use]
    pub fn open(options: &Options) -> Self {
        let catalogue = Catalogue::new(options.products);
        let mut dice = Dice::new(options.seed);
        let orders = (0..options.orders)
            .map(|index| story::tell(&mut dice, options, &catalogue, index))
            .collect();
        Self { catalogue, orders }
    }

    #[must_use]
    pub const fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The versions of each order, oldest first.
    #[must_use]
    pub fn orders(&self) -> &[Vec<Order>] {
        &self.orders
    }

    /// A delivery about the order under `topic`, of the shop at `domain`, signed with the app's `secret`.
    #[must_use]
    pub fn hook(&self, order: &Order, topic: Topic, domain: &str, secret: &str) -> Hook {
        hook::of(&self.catalogue, order, topic, domain, secret)
    }

    /// What the shop itself says must come of all its orders, as they are in the end.
    #[must_use]
    pub fn books(&self) -> Books {
        books::reckon(&self.catalogue, &self.orders)
    }
}
