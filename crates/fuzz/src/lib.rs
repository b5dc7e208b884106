//! What is thrown at, and what is thrown first.
//!
//! `crates/fuzz/fuzz.sh` builds this with libFuzzer's instrumentation and runs every [`Target`] for a while. What it finds is kept under
//! `found/TARGET` and, like the seeds, is tried by `cargo test`.

mod samples;
mod subject;
mod target;
mod wire;

pub use target::{Target, targets};
