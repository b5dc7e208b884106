//! The demo, run as the README says, and its figures.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Orders of both captured shops that became sales.
const SALES: usize = 30;

/// POS-3, POS-5, R-1: what real shops sent becomes one sale for each order, in the outlet of its
/// connection, however often it is repeated.
#[test]
fn the_demo_makes_one_sale_of_each_captured_order() {
    // The database's user must be able to look into it.
    let dir = tempfile::Builder::new()
        .permissions(Permissions::from_mode(0o755))
        .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
        .unwrap();
    let cache = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.comptoir/cache");
    let output = Command::new(env!("CARGO_BIN_EXE_comptoir"))
        .args(["demo", "--json", "--dir"])
        .arg(dir.path())
        .env("COMPTOIR_CACHE", cache)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let outcome: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    assert!(
        output.status.success(),
        "{}: {said} {:#} {:#}",
        output.status,
        outcome["market"],
        outcome["checks"]
    );

    let count = |key: &str| outcome[key].as_array().unwrap().len();
    assert_eq!(outcome["holds"], true, "{}", outcome["checks"]);
    assert_eq!(outcome["unchanged_by_repeats"], true);
    assert_eq!(outcome["sent"], outcome["accepted"]);
    assert_eq!(outcome["forgeries_refused"], 2);
    assert_eq!(count("sales"), SALES);

    let mut orders: Vec<String> = outcome["sales"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sale| format!("{}/{}", sale["connection_id"], sale["order_id"]))
        .collect();
    orders.sort_unstable();
    orders.dedup();
    assert_eq!(orders.len(), SALES, "an order has two sales");

    let told = outcome["telling"]["shops"].as_array().unwrap();
    assert_eq!(told.len(), 4);
    for shop in told {
        for what in [
            "made", "shown", "dearer", "sold", "found", "repaired", "hidden",
        ] {
            assert!(shop[format!("{what}_ms")].is_u64(), "{what} {shop}");
        }
    }

    let explanation = &outcome["explanation"];
    let newest = &explanation["movements"][0];
    assert_eq!(newest["on_hand_after"], explanation["level"]["on_hand"]);
}
