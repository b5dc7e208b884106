//! The whole system as real processes: real broker, real database, deliveries over HTTP.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests: what cannot be made fails the test"
)]

mod demo;
