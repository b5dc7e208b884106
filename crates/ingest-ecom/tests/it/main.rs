//! The whole service against a real broker and a simulated shop.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod hints;
mod installed;
mod support;
