//! A small past of each platform, imported and taken back: what the bench measures at length.

#![expect(
    clippy::unwrap_used,
    reason = "a test panics at what it did not expect"
)]

use std::process::Command;

/// The whole import has 20,000.
const ORDERS: &str = "300";
/// Of a shop that has to be asked nine times for each order, five times a second.
const FEW_ORDERS: &str = "40";

#[test]
fn r_2_and_sh_05_a_past_is_imported_and_taken_back_bit_by_bit_over_shopify() {
    let said = import("shopify", ORDERS);
    // SH-5: nothing of these is shipped.
    assert!(said.contains("VERDICT_NO_SHIPPING_METHOD"), "{said}");
}

#[test]
fn r_2_a_past_is_imported_and_taken_back_bit_by_bit_over_bigcommerce() {
    import("bigcommerce", FEW_ORDERS);
}

#[test]
fn r_2_and_wc_04_and_wc_10_a_past_is_imported_and_taken_back_bit_by_bit_over_woocommerce() {
    import("woocommerce", ORDERS);
}

#[test]
fn r_2_a_past_is_imported_and_taken_back_bit_by_bit_over_ecom() {
    import("ecom", ORDERS);
}

fn import(platform: &str, orders: &str) -> String {
    let mut bench = Command::new(env!("CARGO_BIN_EXE_bench"));
    bench.args(["import", "--orders", orders, "--platform", platform]);
    let output = bench.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let failed = String::from_utf8_lossy(&output.stderr);
    println!("{said}\n{failed}");
    assert!(output.status.success(), "{failed}\n{said}");
    assert!(said.contains(": 0 problems"), "{said}");
    assert!(said.contains("VERDICT_NEW"), "{said}");
    said
}
