//! The service with a simulated shop, over real HTTP, on a real broker and a real database: how a shop is linked by its
//! own pages, kept with tokens that come to an end, and parted with by the shopkeeper.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod erased;
mod installed;
mod ledger;
mod plans;
mod privacy;
mod removed;
mod renewed;
mod stuck;
mod support;
