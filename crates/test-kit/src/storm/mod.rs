//! The storm: every version of many orders, shuffled and repeated, over HTTP, while processes are
//! killed; then the ledger's sales and levels against the shop's own books.

mod faults;
mod report;
mod run;
mod send;
mod settle;

pub use report::{Kill, Report};
pub use run::run;
pub use settle::{seen, settle};

/// How bad a storm.
#[derive(Clone, Debug)]
pub struct StormOptions {
    /// Decides everything that is random, but for the moments at which packets arrive.
    pub seed: u64,
    pub orders: usize,
    pub max_versions: usize,
    /// Each version is sent once up to this many times.
    pub copies: u64,
    pub kills: usize,
    /// Deliveries under way at once.
    pub in_flight: usize,
    pub products: usize,
}

impl StormOptions {
    /// The storm of a test run.
    #[must_use]
    pub const fn small(seed: u64) -> Self {
        Self {
            seed,
            orders: 300,
            max_versions: 5,
            copies: 3,
            kills: 6,
            in_flight: 16,
            products: 60,
        }
    }
}
