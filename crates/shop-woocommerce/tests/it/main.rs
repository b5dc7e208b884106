//! WooCommerce's deliveries, as real shops sent them.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod answers;
mod capture;
mod conformance;
mod expected;
mod fetch;
mod handled;
#[cfg(feature = "sim")]
mod hooks;
#[cfg(feature = "sim")]
mod install;
#[cfg(feature = "sim")]
mod list;
mod mutated;
#[cfg(feature = "sim")]
mod push;
#[cfg(feature = "sim")]
mod running;
mod signature;
