//! What there is to look at before a shop is linked.

use ledger::store::FindingKind;

use crate::order::an_order;
use crate::support::{Ledger, OTHER_RETAILER, OUTLET, RETAILER};

#[tokio::test]
async fn pos_08_skus_that_are_alike_or_missing_and_negative_stock_are_found() {
    let ledger = Ledger::new().await;
    let empty = ledger.reader.check_catalogue(RETAILER).await.unwrap();
    assert_eq!((empty.products, empty.findings.len()), (0, 0));
    assert!(empty.counts.iter().all(|(_, count)| *count == 0));

    let order = an_order(1).line("tea-1", 1).line("TEA-1", 1).line("B", 2);
    ledger.apply_one(&order.build()).await;
    ledger.sql("update ledger.item set sku = null where sku = 'B'");
    let check = ledger.reader.check_catalogue(RETAILER).await.unwrap();
    assert_eq!(check.products, 3);
    assert_eq!(
        check.counts,
        [
            (FindingKind::DuplicateSku, 2),
            (FindingKind::EmptySku, 1),
            (FindingKind::NegativeStock, 3),
        ]
    );
    let duplicates = check.findings.iter();
    let duplicates = duplicates.filter(|found| found.kind == FindingKind::DuplicateSku);
    let skus: Vec<_> = duplicates
        .filter_map(|found| found.sku.as_deref())
        .collect();
    assert_eq!(skus, ["TEA-1", "tea-1"]);
    let negative: Vec<_> = check
        .findings
        .iter()
        .filter_map(|found| found.level)
        .collect();
    assert!(negative.iter().all(|(outlet, _)| *outlet == OUTLET));
    assert!(
        negative
            .iter()
            .any(|(_, on_hand)| on_hand.milli() == -2_000)
    );

    let others = ledger.reader.check_catalogue(OTHER_RETAILER).await.unwrap();
    assert_eq!(others.products, 0);
}
