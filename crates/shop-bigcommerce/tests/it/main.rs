//! BigCommerce's deliveries and orders, as they are documented.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod booked;
mod conformance;
mod fetch;
mod hooks;
mod identity;
mod install;
mod list;
mod list_refused;
mod mutated;
#[cfg(feature = "sim")]
mod push;
mod refused;
mod registration;
mod requirements;
mod samples;
mod shelves;
mod store;
mod stub;
mod transitions;
mod verify;
