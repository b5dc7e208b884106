//! Runs any simulated shop as if it were a real one: its API over HTTP on loopback, its trade at a pace,
//! its deliveries to the webhooks registered with it, and whatever can go wrong on the way.
//!
//! [`Runner::start`] takes any [`shop::sim::SimShop`]. What the shop does, it does by its own clock
//! ([`SimClock`]); what the network does to it takes real time and follows from a seed ([`Faults`]). A
//! [`Script`] says what happens after how many orders; the control API and [`ShopRun`] do the same by hand.
//!
//! # What this crate does not know
//!
//! - **No platform's protocol.** What an answer or a delivery looks like is the shop's own affair.
//! - **No world.** It listens on loopback only, and delivers to this machine only.

mod api;
mod books;
mod certificates;
pub mod checker;
mod clock;
mod control;
mod counts;
mod courier;
mod eyes;
mod faults;
mod journal;
mod network;
mod outage;
mod platform;
mod recording;
mod script;
mod shop_run;
mod status;
#[cfg(test)]
mod tests;
mod trade;

pub use certificates::CertificateError;
pub use clock::{SimClock, Speed, TooFast};
pub use counts::{AnswerCounts, Counts, DeliveryCounts, HandshakeCounts, TradeCounts};
pub use eyes::Eyes;
pub use faults::{
    AnswerFaults, DeliveryFaults, Faults, HandshakeFaults, Millis, NotPercent, Percent, TooLong,
};
pub use journal::{Asked, Journal};
pub use platform::Platform;
pub use recording::{Recording, Request};
pub use script::{Event, Scene, Script};
pub use shop::sim::{ShopSize, StockCause, StockEntry, StockLog};
pub use shop_run::{Runner, RunnerOptions, ShopRun, StartError};
pub use status::{Status, TradeStatus};
pub use trade::{NotAPace, Pace};
