//! What a snapshot does to a sale and to stock: single decisions as tables, whole histories as
//! properties held against an oracle that never asks `post`.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests: what cannot be made fails the test"
)]

mod book;
mod history;
mod invoices;
mod lines;
mod make;
mod naming;
mod oracle;
mod payments;
mod properties;
mod refusals;
mod transitions;
