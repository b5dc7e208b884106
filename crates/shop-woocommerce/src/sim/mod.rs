//! A simulated shop: it takes orders, changes its mind about them, tells of each change the way a
//! real WooCommerce 10 does, and keeps its own books.
//!
//! [`Shop`] knows every order's whole life from the start; [`run`] gives a shop that lives it, step by
//! step and by a clock, with an API and webhooks.
//!
//! Everything follows from [`Options::seed`]. The books are the shop's own reckoning and know
//! nothing of this crate's mapping, so that the two can be held against each other.

mod body;
mod books;
mod catalogue;
mod dice;
mod fields;
mod hook;
mod live;
#[cfg(test)]
mod mapping;
mod order;
mod person;
mod php_json;
mod story;
mod tax;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

pub use catalogue::{Catalogue, Product};
pub use dice::Dice;
pub use hook::{Hook, Topic};
pub use live::run;
pub use order::{Coupon, Fee, Line, Means, Order, Refund, Shipping, Status, Via};
pub use person::CANARIES;
pub use shop::sim::{Books, Sale, Stocked};
pub use tax::{Rate, TaxClass, Zone};

/// What kind of shop.
#[derive(Clone, Debug)]
pub struct Options {
    pub seed: u64,
    pub orders: usize,
    /// Most versions of one order; each order has at least one.
    pub max_versions: usize,
    /// Things on sale, variations counted singly.
    pub products: usize,
    /// How many in a hundred lines are of the first product.
    pub hot_percent: u64,
    /// Where the shop's numbering begins.
    pub first_order_id: u64,
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
            first_order_id: 1001,
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

    /// The order as a delivery or an answer of the shop's API carries it.
    #[must_use]
    pub fn body(&self, order: &Order) -> Vec<u8> {
        body::render(&self.catalogue, order)
    }

    /// A delivery of the order under `topic`, signed with the webhook's `secret`.
    #[must_use]
    pub fn hook(&self, order: &Order, topic: Topic, secret: &str) -> Hook {
        Hook::sign(topic, order.modified_at, self.body(order), secret)
    }

    /// What the shop itself says must come of all its orders.
    #[must_use]
    pub fn books(&self) -> Books {
        books::reckon(&self.catalogue, &self.orders)
    }
}
