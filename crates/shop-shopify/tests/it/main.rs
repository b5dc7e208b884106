//! Shopify's deliveries and answers, as its schema and documentation have them.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod conformance;
mod deliveries;
mod edges;
mod expected;
mod fetch;
mod handled;
mod hooks;
mod list;
mod mutated;
#[cfg(feature = "sim")]
mod push;
mod samples;
mod signature;
