//! What every platform must keep, as checks that each of them runs in its own tests.
//!
//! [`signatures`] and [`readings`] hold a platform against deliveries and payloads of real shops; [`trade`] lets a
//! simulated shop trade, listens to it and asks it, and holds what comes of it against the shop's own books; [`push()`] tells a
//! simulated shop what it is to show. Each panics with what does not hold.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "checks for tests: a check that does not hold, or cannot go on, panics"
)]

mod booked;
mod judge;
mod push;
mod readings;
mod recorder;
mod serve;
mod signatures;
mod sound;
mod trade;

pub use booked::Booked;
pub use judge::Judge;
pub use push::{OwnVariant, Stage, StockWay, push};
pub use readings::{Sample, readings};
pub use recorder::{Recorded, Recorder};
pub use serve::serve;
pub use signatures::{Delivered, Signed, signatures};
pub use sound::sound;
pub use trade::{DAY, Hooks, OPENED_AT, Shop, trade};
