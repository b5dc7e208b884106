//! over the wire: an order's receipt tells its deliveries, its one sale and the
//! movements; a level is the sum of its movements.

use proto::convert::quantity_from;
use proto::ledger::DeliveryOutcome;
use shop_woocommerce::sim::{Options, Topic};
use test_kit::storm::settle;
use test_kit::world;

use crate::alone::Alone;
use crate::deliveries::Sender;

#[tokio::test(flavor = "multi_thread")]
async fn r_01_the_receipt_of_an_order_tells_all_that_became_of_it() {
    let alone = Alone::start().await;
    let system = &alone.system;
    let options = Options {
        max_versions: 4,
        ..Options::new(21, 12)
    };
    let mut sender = Sender::new(system, &options);
    let orders: Vec<_> = sender.shop.orders().to_vec();
    // Every version from the first on, each twice: the second is a repeat.
    for order in orders.iter().flatten() {
        for _ in 0..2 {
            let hook = sender.shop.hook(order, Topic::OrderUpdated, world::SECRET);
            assert!(sender.send(hook).await.status.is_success());
        }
    }
    settle(system).await.unwrap();
    let ledger = system.ledger().unwrap();
    let books = sender.shop.books();
    for versions in &orders {
        let id = versions[0].id.to_string();
        let receipt = ledger.receipt(&id).await.unwrap();
        assert_eq!(receipt.parked, None);
        assert_eq!(
            receipt.sale.is_some(),
            books.sales.contains_key(&id),
            "order {id}"
        );
        assert!(receipt.deliveries.len() >= versions.len(), "order {id}");
        let Some(sale) = receipt.sale else {
            assert!(receipt.movements.is_empty());
            continue;
        };
        let recorded = receipt
            .deliveries
            .iter()
            .filter(|delivery| delivery.outcome() == DeliveryOutcome::Recorded)
            .count();
        assert_eq!(i32::try_from(recorded).unwrap(), sale.revision);
        // What the movements took is what the lines hold.
        let moved: i64 = receipt
            .movements
            .iter()
            .map(|movement| milli(movement.quantity.clone()))
            .sum();
        let held: i64 = sale
            .lines
            .iter()
            .map(|line| milli(line.deducted.clone()))
            .sum();
        assert_eq!(moved, -held, "order {id}");
        assert!(receipt.movements.iter().all(|movement| {
            movement.outlet_id == world::OUTLET.to_string() && movement.delivery.is_some()
        }));
    }
}

fn milli(decimal: Option<proto::google::r#type::Decimal>) -> i64 {
    quantity_from("quantity", decimal).unwrap().milli()
}
