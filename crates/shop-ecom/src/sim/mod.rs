//! A simulated shop: it takes orders, changes its mind about them, tells of each change the way eCom
//! does, answers for them through its API, and keeps its own books.
//!
//! Everything follows from [`Options::seed`]. The books are the shop's own reckoning and know
//! nothing of this crate's mapping, so that the two can be held against each other.

mod api;
mod batch;
mod body;
mod books;
mod budget;
mod catalogue;
mod dice;
mod fields;
mod goods;
mod hook;
mod live;
mod login;
#[cfg(test)]
mod mapping;
mod order;
mod outbox;
mod panel;
mod person;
mod record;
mod running;
mod story;
mod tax;
#[cfg(test)]
mod tests;

pub use ::shop::sim::{Books, Sale, Stocked};
use jiff::Timestamp;

pub use batch::{BATCH_ROWS, KEY_LIFETIME};
pub use budget::REQUESTS_PER_MINUTE;
pub use catalogue::{Catalogue, Product};
pub use dice::Dice;
pub use goods::OPENING_STOCK;
pub use hook::{Event, Hook};
pub use live::{Access, Live, SEARCH_LAG};
pub use order::{Charge, Fulfilment, Line, Order, Refund, Status};
pub use outbox::{Attempt, BLOCKED_AFTER, Outbox, PATIENCE, RETRIES};
pub use person::CANARIES;
pub use record::Recorded;
pub use running::{CLIENT_ID, CLIENT_SECRET, run};
pub use tax::{Pricing, TaxClass};

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
    pub pricing: Pricing,
    /// Where the shop's internal numbering begins.
    pub first_order_number: u64,
    /// When the first order is placed.
    pub opened_at: Timestamp,
    /// Whether a sale may fall into a status of the merchant's own, and be hidden by it.
    pub hides_sales: bool,
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
            pricing: Pricing::TaxIncluded,
            first_order_number: 516_000_001,
            opened_at: OPENED_AT,
            hides_sales: true,
        }
    }
}

/// The shop, with every order's whole life already in it.
#[derive(Clone, Debug)]
pub struct Shop {
    pricing: Pricing,
    opened_at: Timestamp,
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
        Self {
            pricing: options.pricing,
            opened_at: options.opened_at,
            catalogue,
            orders,
        }
    }

    #[must_use]
    pub const fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    #[must_use]
    pub const fn pricing(&self) -> Pricing {
        self.pricing
    }

    /// The versions of each order, oldest first.
    #[must_use]
    pub fn orders(&self) -> &[Vec<Order>] {
        &self.orders
    }

    /// The order as the shop's API answers it.
    #[must_use]
    pub fn body(&self, order: &Order) -> Vec<u8> {
        body::order(self, order).to_string().into_bytes()
    }

    /// What the shop itself says must come of all its orders.
    #[must_use]
    pub fn books(&self) -> Books {
        books::reckon(
            self,
            self.orders.iter().map(|versions| versions.iter().collect()),
        )
    }
}
