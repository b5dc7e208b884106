//! The only writer of stock and sales.
//!
//! A batch of orders walks through [`consume`] (decode, hold, bisect, acknowledge), [`decide`] (pure: what
//! the batch does to what is recorded) and [`store`] (one transaction); [`relay`] then says on the bus what
//! changed, and [`grpc`] answers questions. At the [`desk`] people deal with what waits for them.
//!
//! # What is not here
//!
//! - **No SQL outside [`store`] and the migrations**, and no decision inside them.
//! - **No delta from outside.** An order is a whole snapshot; what moves is what is desired less what was applied.
//! - **No update or delete of a movement or a payment.** The role the service runs as has not the right.
//! - **No way back.** Nothing here calls an ingest service.

mod backlog;
pub mod chain;
mod chainer;
pub mod consume;
pub mod days;
pub mod decide;
pub mod desk;
pub mod erasure;
pub mod grpc;
mod metrics;
pub mod privilege;
pub mod relay;
mod retention;
mod run;
pub mod seed;
pub mod store;
mod wake;

pub use backlog::Backlog;
pub use chainer::Chainer;
pub use metrics::Metrics;
pub use run::{run, run_untold};
pub use service::Command;
pub use wake::{Listener, Wake};
