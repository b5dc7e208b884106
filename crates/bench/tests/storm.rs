//! A small storm over each platform: what the bench measures at length, in a minute each.

#![expect(
    clippy::unwrap_used,
    reason = "a test panics at what it did not expect"
)]

use std::process::Command;

/// Of each shop; the whole storm has 5,000.
const ORDERS: &str = "200";

#[test]
fn r_01_ledger_and_books_agree_after_a_storm_over_shopify() {
    storm("shopify");
}

#[test]
fn r_01_ledger_and_books_agree_after_a_storm_over_bigcommerce() {
    storm("bigcommerce");
}

#[test]
fn r_01_ledger_and_books_agree_after_a_storm_over_woocommerce() {
    storm("woocommerce");
}

#[test]
fn r_01_ledger_and_books_agree_after_a_storm_over_ecom() {
    storm("ecom");
}

fn storm(platform: &str) {
    let mut bench = Command::new(env!("CARGO_BIN_EXE_bench"));
    bench.args(["storm", "--orders", ORDERS, "--platform", platform]);
    let output = bench.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let failed = String::from_utf8_lossy(&output.stderr);
    println!("{said}\n{failed}");
    assert!(output.status.success(), "{failed}\n{said}");
    assert!(said.contains(": 0 differences"), "{said}");
    assert!(said.contains("4 services killed, 1 outages"), "{said}");
}
