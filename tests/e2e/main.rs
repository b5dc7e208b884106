//! End to end: real processes, real broker, real database, deliveries over HTTP as a shop sends them.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests: what cannot be made fails the test"
)]

mod alone;
mod deliveries;
mod demo;
mod drift;
mod examples;
mod fields;
mod forged;
mod four_shops;
mod imports;
mod linking;
mod links;
mod orders_counted;
mod poison;
mod products;
mod receipt;
mod replay;
mod shirt;
mod sigterm;
mod silence;
mod single_writer;
mod storm;
mod system_of_record;
mod till;
mod told;
mod trace;
mod watched;
