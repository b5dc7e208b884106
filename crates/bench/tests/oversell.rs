//! The last units of a few goods, sold in all shops and at tills at once: what the bench measures at length.

use std::process::Command;

/// In all shops; the whole has 1,000.
const SALES: &str = "150";

/// It ends when every shop shows what is, however long that takes.
#[test]
fn r_04_no_push_raises_a_shop_above_the_truth_while_the_last_units_are_sold() {
    let mut bench = Command::new(env!("CARGO_BIN_EXE_bench"));
    bench.args(["oversell", "--sales", SALES]);
    let output = bench.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let failed = String::from_utf8_lossy(&output.stderr);
    println!("{said}\n{failed}");
    assert!(output.status.success(), "{failed}\n{said}");
    for platform in ["shopify", "bigcommerce", "woocommerce", "ecom"] {
        let of_shop = said.lines().find(|line| line.starts_with(platform));
        let of_shop = of_shop.unwrap_or_else(|| panic!("{platform} is not told of: {said}"));
        assert!(of_shop.ends_with(": 0 told more than was true"), "{said}");
    }
}
