//! Telling stock.

use http::Method;
use retail::ShopVariantId;
use retail::listing::{ShopListing, ShopProductId};
use serde_json::json;
use shop::push::{Push as _, PushReason, StockOutcome, StockRow};
use uuid::Uuid;

use super::goods::{mug, shirt};
use super::shop::Told;

fn row(shop: &ShopListing, place: usize, expected: Option<i64>, wanted: i64) -> StockRow {
    StockRow {
        product: shop.id.clone(),
        variant: shop.variants[place].id.clone(),
        stock_id: None,
        expected,
        wanted,
        key: Uuid::from_u128(u128::try_from(wanted).unwrap()),
    }
}

async fn set(told: &Told, rows: &[StockRow]) -> Vec<StockOutcome> {
    told.platform().set_stock(told.to(), rows).await.unwrap()
}

#[tokio::test]
async fn pos_06_a_hundred_products_are_told_by_two_requests() {
    let told = Told::new().await;
    let mut rows = Vec::new();
    for n in 0..100 {
        let made = told.made(&mug(n)).await;
        rows.push(row(&made, 0, Some(0), 7));
    }
    told.recorder.take();
    assert_eq!(set(&told, &rows).await, vec![StockOutcome::Set; 100]);
    assert_eq!(told.recorder.take().len(), 2);
    rows[3].product = ShopProductId::new("77").unwrap();
    rows[3].variant = ShopVariantId::new("77").unwrap();
    rows[5].product = ShopProductId::new("no id").unwrap();
    for row in &mut rows {
        row.expected = Some(7);
        row.key = Uuid::from_u128(1);
    }
    let told_again = set(&told, &rows).await;
    let missing = told_again
        .iter()
        .filter(|told| **told == StockOutcome::Missing);
    assert_eq!(missing.count(), 2);
    assert_eq!(told_again[3], StockOutcome::Missing);
}

#[tokio::test]
async fn r_04_what_was_sold_in_between_is_not_given_back() {
    let told = Told::new().await;
    let made = told.made(&mug(7)).await;
    assert_eq!(
        set(&told, &[row(&made, 0, None, 5)]).await,
        [StockOutcome::Set]
    );
    let path = format!("products/{}", made.id.as_str());
    let sold = json!({"inventory_delta": -2});
    told.staff(Method::PUT, &path, Some(sold)).await;
    // The answer to five was lost, and is asked for once more: it was told, and two are sold since.
    assert_eq!(
        set(&told, &[row(&made, 0, None, 5)]).await,
        [StockOutcome::Set]
    );
    assert_eq!(told.read(&made).await.variants[0].quantity, Some(3));
    let stale = StockOutcome::Stale { found: 3 };
    assert_eq!(set(&told, &[row(&made, 0, Some(5), 4)]).await, [stale]);
    assert_eq!(told.read(&made).await.variants[0].quantity, Some(3));
}

/// What its product counts for all is told to each variation once it is counted for itself, which the first telling does.
#[tokio::test]
async fn ec_01_variations_are_counted_each_for_itself() {
    let told = Told::new().await;
    let made = told.made(&shirt(3, &["P", "M"])).await;
    let path = format!("products/{}", made.id.as_str());
    let by_parent = json!({"manage_stock": true, "stock_quantity": 40});
    told.staff(Method::PUT, &path, Some(by_parent)).await;
    let own = format!("{path}/variations/{}", made.variants[0].id);
    told.staff(Method::PUT, &own, Some(json!({"manage_stock": false})))
        .await;
    let shop = told.read(&made).await;
    assert_eq!(shop.variants[0].quantity, Some(40));
    match &set(&told, &[row(&shop, 0, Some(40), 4)]).await[..] {
        [StockOutcome::Refused(refusal)] => assert_eq!(refusal.why, PushReason::NotSettable),
        other => panic!("{other:?}"),
    }
    assert_eq!(
        set(&told, &[row(&shop, 0, None, 4)]).await,
        [StockOutcome::Set]
    );
    let shop = told.read(&made).await;
    assert_eq!(shop.variants[0].quantity, Some(4));
    told.staff(Method::PUT, &own, Some(json!({"manage_stock": false})))
        .await;
    told.staff(Method::PUT, &path, Some(json!({"manage_stock": false})))
        .await;
    match &set(&told, &[row(&shop, 0, Some(4), 3)]).await[..] {
        [StockOutcome::Refused(refusal)] => assert_eq!(refusal.why, PushReason::NotCounted),
        other => panic!("{other:?}"),
    }
}

/// Two products' variations are two requests each: what came before the lost answer is sure.
#[tokio::test]
async fn what_the_answer_does_not_tell_is_unsure_and_told_once() {
    let told = Told::new().await;
    let one = told.made(&shirt(3, &["P"])).await;
    let two = told.made(&shirt(4, &["P"])).await;
    let rows = [row(&one, 0, Some(0), 3), row(&two, 0, Some(0), 4)];
    told.recorder.lose(2);
    assert_eq!(
        set(&told, &rows).await,
        [StockOutcome::Set, StockOutcome::Unsure]
    );
    told.writes();
    assert_eq!(
        set(&told, &rows).await,
        [StockOutcome::Set, StockOutcome::Set]
    );
    assert!(told.writes().is_empty(), "both had been told");
}
