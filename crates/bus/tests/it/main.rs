//! The bus against a real broker.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop there"
)]

mod check;
mod connections;
mod consume;
mod dead;
mod matrix;
mod permission;
mod prober;
mod provision;
mod publish;
mod restart;
mod support;
mod trace;
