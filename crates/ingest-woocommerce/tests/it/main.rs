//! The whole service against a real broker, as shops and the ledger meet it.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod captures;
mod deliveries;
mod hints;
mod installed;
mod outages;
mod refused;
mod support;
