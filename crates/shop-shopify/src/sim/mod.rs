//! A simulated shop: it takes orders, changes its mind about them, tells of each change as Shopify does,
//! answers the operations of the Admin API that are used here, and keeps its own books and its own shelf: what its orders
//! sell, an app may be telling it of at the same time.
//!
//! The life of every order follows from [`Options::seed`], and what happens when from [`Server`]'s clock. The
//! books are the shop's own reckoning and know nothing of this crate's mapping, so that the two can be held
//! against each other.
//!
//! Where it differs from the real one: it knows operations by their name and answers all that they ask for;
//! it posts to plain HTTP on its own machine; a filter on a webhook makes it silent.

mod answer;
mod books;
mod bucket;
mod catalogue;
#[cfg(test)]
mod connect;
mod deliveries;
mod dice;
mod hook;
#[cfg(test)]
mod mapping;
mod oauth;
mod order;
mod orders;
mod person;
mod question;
#[cfg(test)]
mod run;
mod server;
mod shelf;
mod story;
mod subscriptions;
mod trade;
#[cfg(test)]
mod valid;

use std::sync::Arc;

use jiff::Timestamp;
use service::clock::Clock;
use shop::sim::{ShopSize, SimShop};

pub use bucket::Plan;
pub use catalogue::{Catalogue, Product};
pub use dice::Dice;
pub use hook::Topic;
pub use order::{Line, Order, Payment, Refund, RefundedLine, Shipping, TransactionKind};
pub use person::CANARIES;
pub use server::{Asked, Server};
pub use shelf::{Media, Shelf, Ware, WareOption, WareVariant};

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
    /// When the first order is placed, as its story tells it. A running shop goes by its clock.
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

/// A shop that runs by `clock`, on the plan that may be asked most: who wants to wait for points, takes
/// [`Server::new`].
#[must_use]
pub fn run(options: &ShopSize, clock: Arc<dyn Clock>) -> Arc<dyn SimShop> {
    let ShopSize {
        seed,
        orders,
        max_versions,
        products,
    } = *options;
    let shop = Shop::open(&Options {
        max_versions,
        products,
        ..Options::new(seed, orders)
    });
    Arc::new(Server::new(shop, seed, Plan::Enterprise, clock))
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
}
