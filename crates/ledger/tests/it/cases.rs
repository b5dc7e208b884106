//! Random cases, one after another on one ledger.

use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::Ledger;

/// Tries so many, each with a number of its own, and that everything must hold at the end.
pub fn hold<S: Strategy>(cases: u32, strategy: &S, holds: &impl AsyncFn(&Ledger, u64, S::Value)) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let ledger = runtime.block_on(Ledger::new());
    let number = AtomicU64::new(0);
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(strategy, |case| {
            let number = number.fetch_add(1, Ordering::Relaxed);
            runtime.block_on(holds(&ledger, number, case));
            Ok(())
        })
        .unwrap();
    runtime.block_on(ledger.assert_sound());
}
