//! Whom a sale belongs to.

use ledger::store::SaleView;

use crate::order::an_order;
use crate::support::{Ledger, OTHER_CONNECTION, RETAILER};

async fn sales_oldest_first(ledger: &Ledger) -> Vec<SaleView> {
    let mut sales = ledger.sales().await;
    sales.reverse();
    sales
}

#[tokio::test]
async fn pos_12_customers_are_matched_by_folded_email_and_names_on_file_stay() {
    let ledger = Ledger::new().await;
    ledger
        .apply(&[
            an_order(1).customer("Zoe@Example.test", "Zoé").build(),
            an_order(2)
                .customer(" zoe@example.TEST", "Z. Tremblay")
                .placed(1)
                .build(),
        ])
        .await;
    ledger
        .apply_one(
            &an_order(3)
                .customer("ZOE@EXAMPLE.TEST", "")
                .placed(2)
                .build(),
        )
        .await;
    let there = an_order(4).customer("zoe@example.test", "Other").placed(3);
    ledger
        .apply_one(&there.of(RETAILER, OTHER_CONNECTION).build())
        .await;
    let sales = sales_oldest_first(&ledger).await;
    assert!(sales.iter().all(|sale| sale.customer == sales[0].customer));
    assert!(sales.iter().all(|sale| sale.customer_name == "Zoé"));
    assert_eq!(
        ledger.sql("select count(*), min(email) from ledger.customer"),
        "1|Zoe@Example.test"
    );
}

#[tokio::test]
async fn pos_12_without_email_there_is_one_guest_for_each_connection() {
    let ledger = Ledger::new().await;
    let there = |id, second| {
        an_order(id)
            .placed(second)
            .of(RETAILER, OTHER_CONNECTION)
            .build()
    };
    ledger
        .apply(&[
            an_order(1).build(),
            an_order(2).customer("", "Somebody").placed(1).build(),
            there(3, 2),
        ])
        .await;
    ledger
        .apply(&[
            an_order(4).customer("nobody", "No").placed(3).build(),
            there(5, 4),
        ])
        .await;
    let sales = sales_oldest_first(&ledger).await;
    let guests: Vec<_> = sales.iter().map(|sale| sale.customer).collect();
    assert_eq!(guests[0], guests[1]);
    assert_eq!(guests[0], guests[3]);
    assert_eq!(guests[2], guests[4]);
    assert_ne!(guests[0], guests[2]);
    assert!(sales.iter().all(|sale| sale.customer_name == "Guest"));
}
