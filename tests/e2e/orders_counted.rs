//! Every shop's own orders are held against the ledger's.

use std::time::{Duration, Instant};

use shop::sim::Books;

use crate::four_shops::{FourShops, Shop};

const ORDERS: usize = 30;
/// What takes longer than this does not happen.
const PATIENCE: Duration = Duration::from_mins(2);
const LOOK_EVERY: Duration = Duration::from_millis(500);

#[tokio::test(flavor = "multi_thread")]
async fn r_06_of_all_orders_that_each_platforms_shop_has_none_is_missing() {
    let four = FourShops::open(ORDERS).await;
    four.trade(ORDERS).await;
    for shop in &four.shops {
        let Books {
            sales,
            parked,
            drafts,
            sold: _,
        } = shop.runner.shop().books();
        let expected = serde_json::json!({
            "orders": ORDERS,
            "sales": sales.len(),
            "parked": parked.len(),
            "not_imported": drafts.len(),
            "too_old": 0,
            "waiting": 0,
            "missing": 0,
        });
        let began = Instant::now();
        loop {
            let words = format!("connections show {}", shop.connection);
            let mut count = four.comptoir(&words).await["health"]["order_count"].take();
            if let Some(count) = count.as_object_mut() {
                count.remove("counted_at");
                count.remove("placed_since");
            }
            if count == expected {
                break;
            }
            let platform = shop.platform;
            assert!(
                began.elapsed() < PATIENCE,
                "{platform:?}: {count}, not {expected}"
            );
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
    for Shop { runner, .. } in four.shops {
        runner.stop().await;
    }
}
