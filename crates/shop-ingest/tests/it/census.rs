//! What polling passed by is found when all orders are counted.

use service_kit::within;
use shop_ingest::store::OrderCount;

use crate::database::connection_id;
use crate::running::{Running, ago};
use crate::stall::{Shop, ShopOrder};

/// Polling asks for the last ten minutes here; the shop was linked an hour ago.
const PASSED_BY: i64 = 1_800;
const BEFORE_THE_LINK: i64 = 7_200;

fn shop() -> Shop {
    let order = |id, age| ShopOrder::new(id, ago(age), "paid");
    Shop {
        orders: vec![
            order("1", BEFORE_THE_LINK),
            order("2", PASSED_BY),
            order("3", PASSED_BY - 1),
            order("4", 60),
        ],
        clock: Some(ago(0)),
        orders_per_page: 2,
        ..Shop::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r_06_orders_that_polling_passed_by_are_counted_as_missing_and_fetched() {
    let running = Running::start_with(vec![shop()], &[("COUNT_EVERY_MS", "700")]).await;
    let id = connection_id(1);
    let store = &running.store;
    let found = within(async || {
        let counted = store.last_order_count(id).await.unwrap()?;
        (counted.orders.missing > 0).then_some(counted.orders)
    })
    .await;
    // Perhaps it was quicker than polling with the last one.
    assert!((2..=3).contains(&found.missing), "{found:?}");
    assert_eq!(found.all(), 3);
    let counted = within(async || {
        let counted = store.last_order_count(id).await.unwrap()?;
        (counted.orders.missing == 0).then_some(counted)
    })
    .await;
    // What the shop had before it was linked is nobody's to miss.
    let expected = OrderCount {
        sales: 3,
        ..OrderCount::default()
    };
    assert_eq!(counted.orders, expected);
    assert!(counted.placed_since > ago(BEFORE_THE_LINK));
    let told = running.books.told_of(id);
    let mut told: Vec<&str> = told.iter().map(|told| told.order.as_str()).collect();
    told.sort_unstable();
    told.dedup();
    assert_eq!(told, ["2", "3", "4"]);
}
