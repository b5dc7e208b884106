//! Stock is told as a difference, once.

use serde_json::json;
use shop::push::{PushReason, Recalled};

use super::*;

/// A product without variations, with so many on its shelf.
async fn counted(bench: &Bench, n: u128, quantity: i64) -> StockRow {
    let shop = bench.create(&bowl(n)).await;
    let first = stock_row(&shop, 0, None, quantity, 9_000 + n);
    assert_eq!(
        bench.set_stock(std::slice::from_ref(&first)).await,
        [StockOutcome::Set]
    );
    bench.requests();
    first
}

fn stock_row(
    shop: &ShopListing,
    variant: usize,
    expected: Option<i64>,
    wanted: i64,
    key: u128,
) -> StockRow {
    StockRow {
        product: shop.id.clone(),
        variant: shop.variants[variant].id.clone(),
        stock_id: None,
        expected,
        wanted,
        key: Uuid::from_u128(key),
    }
}

fn told(row: &StockRow, expected: i64, wanted: i64, key: u128) -> StockRow {
    StockRow {
        expected: Some(expected),
        wanted,
        key: Uuid::from_u128(key),
        ..row.clone()
    }
}

fn quantity(bench: &Bench, row: &StockRow) -> Value {
    bench.product(&row.product)["quantity"].clone()
}

#[tokio::test]
async fn pos_06_a_first_figure_is_set_and_counted_from_then_on() {
    let bench = Bench::open().await;
    let shop = bench.create(&shirt(1)).await;
    let path = format!("/products/{}", shop.id.as_str());
    let variation = shop.variants[1].id.as_str().split_once(':').unwrap().1;
    let path = format!("{path}/combinations/{variation}");
    bench.panel(&Method::PUT, &path, &json!({"unlimited": true}));
    let read = bench.read(&shop.id).await.unwrap();
    assert_eq!(read.variants[1].quantity, None, "it is not counted");
    bench.requests();
    let rows = [
        stock_row(&shop, 0, None, 4, 1),
        stock_row(&shop, 1, None, 7, 2),
    ];
    assert_eq!(
        bench.set_stock(&rows).await,
        [StockOutcome::Set, StockOutcome::Set]
    );
    for (_, _, body) in bench.writes() {
        assert_eq!(body["unlimited"], false);
    }
    let read = bench.read(&shop.id).await.unwrap();
    let quantities: Vec<Option<i64>> = read.variants.iter().map(|v| v.quantity).collect();
    assert_eq!(quantities, [Some(4), Some(7)]);
}

#[tokio::test]
async fn r_04_what_buyers_took_meanwhile_is_not_given_back() {
    let bench = Bench::open().await;
    let row = counted(&bench, 1, 5).await;
    // One is sold there and we do not know yet; one is sold at a till.
    let path = format!("/products/{}/inventory", row.product.as_str());
    bench.panel(&Method::PUT, &path, &json!({"quantityDelta": -1}));
    assert_eq!(
        bench.set_stock(&[told(&row, 5, 4, 1)]).await,
        [StockOutcome::Set]
    );
    assert_eq!(quantity(&bench, &row), 3);
    let writes = bench.writes();
    assert_eq!(writes.len(), 1);
    assert_eq!(writes[0].2, json!({"quantityDelta": -1}));
}

#[tokio::test]
async fn r_04_an_order_of_the_shops_takes_from_the_shelf_that_is_pushed_to() {
    let bench = Bench::open().await;
    let things = bench.live.shop().catalogue().products().to_vec();
    let ids: Vec<ShopProductId> = things
        .iter()
        .map(|thing| ShopProductId::new(&thing.product_id.to_string()).unwrap())
        .collect();
    while bench.live.next().is_some() {}
    let books = bench.live.books();
    let mut compared = 0;
    for (thing, id) in things.iter().zip(&ids) {
        let sold = books
            .sold
            .get(&shop_ecom::sim::Stocked::Sku(thing.sku.clone()));
        let read = bench.read(id).await.unwrap();
        let variant = read
            .variants
            .iter()
            .find(|variant| match thing.combination_id {
                Some(combination) => variant.id.as_str().ends_with(&format!(":{combination}")),
                None => true,
            });
        let (Some(sold), Some(variant)) = (sold, variant) else {
            continue;
        };
        let left = shop_ecom::sim::OPENING_STOCK - sold;
        assert_eq!(variant.quantity, Some(left), "{}", thing.sku);
        compared += 1;
    }
    assert!(compared > 20, "{compared}");
}

#[tokio::test]
async fn r_04_a_difference_is_told_once_whatever_it_is_repeated_with() {
    let bench = Bench::open().await;
    let (one, other) = (counted(&bench, 1, 5).await, counted(&bench, 2, 5).await);
    let first = told(&one, 5, 3, 1);
    bench.live.lose_answers(1);
    let lost = bench
        .platform
        .set_stock(bench.to(), std::slice::from_ref(&first))
        .await;
    assert!(matches!(lost, Err(FetchError::TryLater { .. })), "{lost:?}");
    assert_eq!(quantity(&bench, &one), 3, "it is done");
    for rows in [
        vec![first.clone()],
        vec![told(&other, 5, 4, 2), first.clone()],
        vec![first.clone(), told(&other, 5, 4, 2)],
    ] {
        assert_eq!(
            bench.set_stock(&rows).await,
            vec![StockOutcome::Set; rows.len()]
        );
    }
    assert_eq!(
        (quantity(&bench, &one), quantity(&bench, &other)),
        (json!(3), json!(4))
    );
    for request in bench.requests() {
        assert!(request.method == Method::GET || request.path.contains("deduplicationKey="));
    }
}

#[tokio::test]
async fn r_04_what_became_of_a_difference_is_asked_under_its_key() {
    let bench = Bench::open().await;
    let row = counted(&bench, 1, 5).await;
    let recall = async |rows: &[StockRow]| bench.platform.recall(bench.to(), rows).await.unwrap();
    let (done, undone) = (told(&row, 5, 3, 1), told(&row, 3, 8, 2));
    bench.live.lose_answers(1);
    let rows = std::slice::from_ref(&done);
    let lost = bench.platform.set_stock(bench.to(), rows).await;
    assert!(lost.is_err(), "{lost:?}");
    let became = recall(&[done, undone.clone()]).await;
    assert_eq!(became, [Recalled::Done, Recalled::NotDone]);
    assert_eq!(quantity(&bench, &row), 3, "who asks changes nothing");
    // One that was on its way comes too late.
    bench.set_stock(std::slice::from_ref(&undone)).await;
    assert_eq!(quantity(&bench, &row), 3);
    assert_eq!(recall(&[undone]).await, [Recalled::NotDone]);
}

#[tokio::test]
async fn r_04_what_is_met_is_not_told() {
    let bench = Bench::open().await;
    let row = counted(&bench, 1, 5).await;
    assert_eq!(
        bench.set_stock(&[told(&row, 5, 5, 1)]).await,
        [StockOutcome::Set]
    );
    assert!(bench.requests().is_empty());
}

#[tokio::test]
async fn r_04_what_the_store_does_not_tell_is_unsure() {
    let bench = Bench::open().await;
    let (one, other) = (counted(&bench, 1, 5).await, counted(&bench, 2, 5).await);
    bench.live.fail_at(Some(one.product.as_str()));
    let rows = [told(&one, 5, 4, 1), told(&other, 5, 4, 2)];
    let outcomes = bench.set_stock(&rows).await;
    assert_eq!(outcomes, [StockOutcome::Unsure, StockOutcome::Set]);
    // The second answer is lost: the first row is known by then.
    bench.live.fail_at(None);
    let rows = [told(&other, 4, 3, 3), told(&one, 5, 3, 4)];
    let path = one.product.as_str();
    bench.live.fail_at(Some(path));
    let outcomes = bench.set_stock(&rows).await;
    assert_eq!(outcomes, [StockOutcome::Set, StockOutcome::Unsure]);
}

#[tokio::test]
async fn ec_07_the_stock_of_what_is_not_there_is_missing() {
    let bench = Bench::open().await;
    let (one, other) = (counted(&bench, 1, 5).await, counted(&bench, 2, 5).await);
    bench.panel(
        &Method::DELETE,
        &format!("/products/{}", one.product.as_str()),
        &Value::Null,
    );
    let absolute = StockRow {
        expected: None,
        ..one.clone()
    };
    let mut odd = told(&other, 5, 4, 3);
    odd.variant = retail::ShopVariantId::new("7:8:9").unwrap();
    let rows = [told(&one, 5, 4, 1), absolute, told(&other, 5, 4, 2), odd];
    let outcomes = bench.set_stock(&rows).await;
    assert_eq!(
        outcomes,
        [
            StockOutcome::Missing,
            StockOutcome::Missing,
            StockOutcome::Set,
            StockOutcome::Missing
        ]
    );
}

#[tokio::test]
async fn what_the_store_does_not_count_is_not_counted_by_a_difference() {
    let bench = Bench::open().await;
    let row = counted(&bench, 1, 5).await;
    let path = format!("/products/{}", row.product.as_str());
    bench.panel(&Method::PUT, &path, &json!({"unlimited": true}));
    let outcomes = bench.set_stock(&[told(&row, 5, 4, 1)]).await;
    let [StockOutcome::Refused(refusal)] = outcomes.as_slice() else {
        panic!("{outcomes:?}");
    };
    assert_eq!(refusal.why, PushReason::NotCounted);
    let again = StockRow {
        expected: None,
        ..told(&row, 0, 4, 2)
    };
    assert_eq!(bench.set_stock(&[again]).await, [StockOutcome::Set]);
    assert_eq!(quantity(&bench, &row), 4);
}

#[tokio::test]
async fn first_figures_go_together() {
    let bench = Bench::open().await;
    let mut rows = Vec::new();
    for n in 1..=20 {
        let shop = bench.create(&bowl(n)).await;
        rows.push(stock_row(&shop, 0, None, 7, n));
    }
    bench.requests();
    let before = bench.purse.units.load(Ordering::Relaxed);
    assert_eq!(bench.set_stock(&rows).await, vec![StockOutcome::Set; 20]);
    let requests = bench.requests();
    assert_eq!(requests.len(), 3, "one batch and two looks at it");
    assert_eq!(bench.purse.units.load(Ordering::Relaxed) - before, 3);
    assert!(rows.iter().all(|row| quantity(&bench, row) == 7));
}
