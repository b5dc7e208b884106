//! eCom's deliveries and orders, as its documents describe them.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod conformance;
mod expected;
mod fetch;
mod fixture;
mod handled;
mod list;
mod mutated;
#[cfg(feature = "sim")]
mod push;
mod signature;
