//! Tells shops what they are to show and what they have: level-triggered, as a controller works.
//!
//! Of each connection there is what is wanted (the catalogue, and what the ledger says may be sold), what its shop is
//! known to show (`catalog.listing`, `catalog.listing_item`), and what has to be looked at (`catalog.work`, a set that
//! every change marks in its own transaction). Whatever is marked, and however often: what is told is the difference
//! between the first two.
//!
//! - [`reconciler`]: which connections this process tells; each is told by a task of its own, so that one connection's
//!   trouble delays no other.
//! - [`worker`]: one connection, turn by turn, what hurts most first.
//! - [`stock`], [`doubt`]: stock. What is told is written down before; killed in between, what became of it is found out
//!   before anything else is told of that item.
//! - [`listings`], [`linking`]: everything else. The shop is searched before anything is made there.
//! - [`drift`]: what shops show is compared with what they are to show, when nothing has to be told.
//! - [`plan`], [`course`], [`desired`], [`shown`], [`said`], [`rank`], [`patience`], [`words`]: what is decided, without
//!   asking anybody.
//! - [`purse`], [`pushable`]: the ingest service, which lends the shop, and the ledger.

mod candidates;
mod course;
mod desired;
mod desk;
mod doubt;
mod drift;
mod linking;
mod listings;
mod look;
mod meters;
mod patience;
mod plan;
mod purse;
mod pushable;
mod rank;
mod reconciler;
mod said;
mod shown;
mod stock;
mod trouble;
mod words;
mod worker;

use std::time::Duration;

pub use meters::Meters;
pub use pushable::ShopStock;
pub use rank::Rank;
pub use reconciler::{Reconciler, Way};
pub use trouble::Trouble;

/// What an operator decides about telling shops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PushSettings {
    /// Of what no more than so many units are left is told first.
    pub last_units: i64,
    /// Stock is told while no order waits for longer than this.
    pub orders_moment: Duration,
    /// All stock of a connection is looked at this often.
    pub sweep_every: Duration,
    /// A process that is not heard of for so long tells its connections no more: another does.
    pub held_for: Duration,
    /// What shops were told is remembered for so long.
    pub told_life: Duration,
    /// All that a shop shows is compared this often.
    pub scan_every: Duration,
}
