//! What takes a process of its own to try: signals, and the process-wide subscriber and meter.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod collector;
mod signals;
