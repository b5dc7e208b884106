//! Promises 1 and 2 under fire: every version of 300 orders, shuffled and repeated, while each
//! process, the broker and the database are killed.

use std::path::Path;

use shop_woocommerce::sim::CANARIES;
use test_kit::storm::{StormOptions, run};

use crate::alone::Alone;

#[tokio::test(flavor = "multi_thread")]
async fn r_01_every_order_is_one_sale_whatever_is_shuffled_repeated_or_killed() {
    let alone = Alone::start().await;
    // A new storm every time; the report names its seed.
    let options = StormOptions::small(rand::random());
    println!("seed {}", options.seed);
    let report = run(&options, &alone.system).await.unwrap();
    println!("{report}");
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.kills.len(), options.kills);
    assert_eq!(report.verified, options.kills + 1);

    for log in logs(alone.folder.path()) {
        let text = std::fs::read(&log).unwrap();
        let text = String::from_utf8_lossy(&text);
        for canary in CANARIES {
            let line = text.lines().find(|line| line.contains(canary));
            assert_eq!(line, None, "personal data in {}", log.display());
        }
    }
}

fn logs(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder.join("log")).unwrap();
    let logs: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    assert!(logs.len() >= 4, "a log for each process: {logs:?}");
    logs
}
