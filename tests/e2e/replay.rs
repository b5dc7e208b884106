//! what was kept, played again into an empty ledger, gives the same sales and stock.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proto::ledger::Sale;
use shop_woocommerce::sim::Options;
use test_kit::storm::{StormOptions, run, seen, settle};
use test_kit::{Ledger, Seen};

use crate::alone::Alone;
use crate::deliveries::Sender;

#[tokio::test(flavor = "multi_thread")]
async fn r_08_kept_deliveries_played_into_an_empty_ledger_give_the_same_sales_and_stock() {
    let alone = Alone::start().await;
    let storm = StormOptions {
        orders: 60,
        kills: 0,
        ..StormOptions::small(8)
    };
    let report = run(&storm, &alone.system).await.unwrap();
    assert!(report.is_clean(), "{report}");
    let first = dump(&alone.system.ledger().unwrap()).await;
    assert_eq!(first.sales.len(), report.sales);

    let alone = alone.start_again(forget_everything_but_the_streams).await;
    let ledger = alone.system.ledger().unwrap();
    settle(&alone.system).await.unwrap();
    let second = dump(&ledger).await;
    assert_eq!(second, first);
    assert!(!second.levels.is_empty());

    // And it goes on from there.
    let later = Options {
        first_order_id: 70_001,
        ..Options::new(9, 5)
    };
    Sender::new(&alone.system, &later).send_all().await;
    settle(&alone.system).await.unwrap();
    assert!(ledger.sales().await.unwrap().len() > first.sales.len());
}

/// An empty database, and consumers that have seen nothing.
fn forget_everything_but_the_streams(folder: &Path) {
    fs::remove_dir_all(folder.join("postgres/data")).unwrap();
    let mut streams = 0;
    let mut folders = vec![folder.join("nats")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if !entry.file_type().unwrap().is_dir() {
                continue;
            }
            if entry.file_name() == "obs" {
                fs::remove_dir_all(entry.path()).unwrap();
                streams += 1;
            } else {
                folders.push(entry.path());
            }
        }
    }
    assert!(streams >= 2, "found the consumers of {streams} streams");
}

/// What must be the same: everything but the ids and instants of recording.
#[derive(Debug, PartialEq)]
struct Dump {
    sales: BTreeMap<String, Sale>,
    /// On hand by SKU and name.
    levels: BTreeMap<(String, String), String>,
}

async fn dump(ledger: &Ledger) -> Dump {
    let Seen { sales, levels } = seen(ledger).await.unwrap();
    let sales = sales.into_values().map(|sale| {
        let lines = sale.lines.into_iter().map(|mut line| {
            line.item_id.clear();
            line
        });
        let sale = Sale {
            lines: lines.collect(),
            sale_id: String::new(),
            customer_id: String::new(),
            recorded_at: None,
            changed_at: None,
            // How many versions were applied depends on the order in which they came.
            revision: 0,
            warning_not_imported: false,
            ..sale
        };
        (sale.order_id.clone(), sale)
    });
    let levels = levels.into_iter().map(|level| {
        let on_hand = level.on_hand.map(|decimal| decimal.value);
        ((level.sku, level.name), on_hand.unwrap_or_default())
    });
    Dump {
        sales: sales.collect(),
        // At zero stands also what only a version in between had sold, if that was applied at all.
        levels: levels.filter(|(_, on_hand)| on_hand != "0").collect(),
    }
}
