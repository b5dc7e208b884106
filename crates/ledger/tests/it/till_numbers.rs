//! Tills that sell at once.

use proto::ledger as wire;
use tokio::task::JoinSet;

use crate::held::violation;
use crate::order::an_order;
use crate::selling::Selling;
use crate::support::{OTHER_REGISTER, OUTLET, REGISTER};
use crate::till::Till;

/// Sales of each of two tills, while a shop sells the same items.
const SALES: i64 = 24;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tills_and_a_shop_sell_the_same_items_at_once() {
    let mut till = Till::with(&["A", "B", "C"]).await;
    till.open(REGISTER, 0).await.unwrap();
    till.open(OTHER_REGISTER, 0).await.unwrap();
    let mut selling = JoinSet::new();
    for sale in 0..SALES {
        for register in [REGISTER, OTHER_REGISTER] {
            // In both directions, to one customer that nobody knows yet.
            let told = till.selling().on(register);
            let told = if sale % 2 == 0 {
                told.line("A", 1, 100).line("B", 1, 100).line("C", 1, 100)
            } else {
                told.line("C", 1, 100).line("B", 1, 100).line("A", 1, 100)
            };
            let Selling(request) = told.to("zoe@example.test").rest("cash");
            let mut client = till.client.tills.clone();
            selling.spawn(async move {
                client.record_sale(request).await.unwrap();
            });
        }
        let store = till.ledger.store.clone();
        selling.spawn(async move {
            let order = an_order(sale.unsigned_abs() + 1).line("B", 1).line("A", 1);
            store.apply(&[order.build()]).await.unwrap();
        });
    }
    selling.join_all().await;
    assert_eq!(till.ledger.on_hand("C", OUTLET).await, Some(-SALES));
    assert_eq!(till.ledger.on_hand("A", OUTLET).await, Some(-2 * SALES));
    let numbers = "select string_agg(distinct sale_count::text, ' ') from ledger.till";
    assert_eq!(till.ledger.sql(numbers), SALES.to_string());
    // Which checks that none is left out.
    till.ledger.assert_sound().await;
}

#[tokio::test]
async fn a_till_sale_asked_for_again_is_answered_and_not_made() {
    let mut till = Till::with(&["A"]).await;
    till.open(REGISTER, 0).await.unwrap();
    let selling = till.selling().line("A", 1, 1_000).rest("cash");
    let mut asking = JoinSet::new();
    for _ in 0..8 {
        let (mut client, request) = (till.client.tills.clone(), selling.0.clone());
        asking.spawn(async move { client.record_sale(request).await.unwrap().into_inner() });
    }
    let answers = asking.join_all().await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(till.ledger.on_hand("A", OUTLET).await, Some(-1));
    let other = Selling(wire::RecordSaleRequest {
        accept_outside_session: true,
        ..selling.0
    });
    let refused = till.record(other).await.unwrap_err();
    assert_eq!(violation(&refused), "request_reused");
    // A number that was not used is used next.
    let unknown = till.selling().line("A", 1, 1_000).line("X", 1, 1);
    till.record(unknown).await.unwrap_err();
    let selling = till.selling().line("A", 1, 1_000).rest("cash");
    assert_eq!(till.record(selling).await.unwrap().receipt_number, "T2");
    till.ledger.assert_sound().await;
}
