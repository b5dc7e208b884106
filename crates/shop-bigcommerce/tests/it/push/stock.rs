use http::Method;
use retail::listing::{ShopListing, ShopProductId};
use serde_json::{Value, json};
use shop::FetchError;
use shop::push::{Push as _, PushReason, StockOutcome, StockRow};
use shop_bigcommerce::sim::Trouble;
use uuid::Uuid;

use super::{World, mug, shirt, variant_id};

fn told(listing: &ShopListing, place: usize, expected: Option<i64>, wanted: i64) -> StockRow {
    let variant = &listing.variants[place];
    StockRow {
        product: listing.id.clone(),
        variant: variant.id.clone(),
        stock_id: variant.stock_id.clone(),
        expected,
        wanted,
        key: Uuid::from_u128(9),
    }
}

async fn set(world: &World, rows: &[StockRow]) -> Vec<StockOutcome> {
    world.platform.set_stock(world.to(), rows).await.unwrap()
}

/// Requests that set stock.
fn adjustments(world: &World) -> Vec<Value> {
    let written = world.written(0).into_iter();
    let set = written.filter(|asked| asked.path.ends_with("/adjustments/absolute"));
    set.map(|asked| asked.body["items"].clone()).collect()
}

#[tokio::test]
async fn pos_06_stock_is_told_by_product_and_by_variant_in_one_request() {
    let world = World::open().await;
    let (mug, shirt) = (world.create(&mug()).await, world.create(&shirt()).await);
    let rows = [
        told(&mug, 0, None, 7),
        told(&shirt, 0, Some(0), 3),
        told(&shirt, 1, Some(0), 0),
    ];
    assert_eq!(set(&world, &rows).await, vec![StockOutcome::Set; 3]);
    let mug_id: u64 = mug.id.as_str().parse().unwrap();
    assert_eq!(
        adjustments(&world),
        [
            json!([{"location_id": 1, "product_id": mug_id, "quantity": 7},
            {"location_id": 1, "variant_id": variant_id(&shirt, 0), "quantity": 3}])
        ],
        "what is as wanted is not told"
    );
    assert_eq!(world.read(&mug).await.variants[0].quantity, Some(7));
    // The same again changes nothing.
    assert_eq!(
        set(&world, &[told(&mug, 0, Some(7), 7)]).await,
        [StockOutcome::Set]
    );
    assert_eq!(adjustments(&world).len(), 1);
}

#[tokio::test]
async fn r_04_what_is_not_as_expected_is_told_nothing() {
    let world = World::open().await;
    let made = world.create(&mug()).await;
    set(&world, &[told(&made, 0, None, 5)]).await;
    let shown = json!({"is_visible": true});
    let path = format!("/v3/catalog/products/{}", made.id.as_str());
    world.by_hand(Method::PUT, &path, shown);
    // A buyer was faster than we heard.
    assert!(world.store.sell(variant_id(&made, 0), 1).is_some());
    let outcomes = set(&world, &[told(&made, 0, Some(5), 4)]).await;
    assert_eq!(outcomes, [StockOutcome::Stale { found: 4 }]);
    assert_eq!(world.store.level(variant_id(&made, 0)), Some(4));
    let outcomes = set(&world, &[told(&made, 0, Some(4), 3)]).await;
    assert_eq!(outcomes, [StockOutcome::Set]);
}

#[tokio::test]
async fn r_04_what_is_not_there_yet_is_waited_for_and_never_taken_for_done() {
    let slow = World::of(|options| {
        options.quota = 100_000;
        options.inventory_lag = 2;
    })
    .await;
    let made = slow.create(&mug()).await;
    assert_eq!(
        set(&slow, &[told(&made, 0, None, 5)]).await,
        [StockOutcome::Set]
    );
    let stuck = World::of(|options| {
        options.quota = 100_000;
        options.inventory_lag = 100;
    })
    .await;
    let made = stuck.create(&mug()).await;
    assert_eq!(
        set(&stuck, &[told(&made, 0, None, 5)]).await,
        [StockOutcome::Unsure]
    );
}

#[tokio::test]
async fn what_the_store_keeps_back_is_not_for_sale() {
    let world = World::open().await;
    let made = world.create(&mug()).await;
    world.store.keep_back(made.id.as_str().parse().unwrap(), 2);
    assert_eq!(
        set(&world, &[told(&made, 0, Some(-2), 5)]).await,
        [StockOutcome::Set]
    );
    assert_eq!(adjustments(&world)[0][0]["quantity"], 7);
    assert_eq!(world.store.level(variant_id(&made, 0)), Some(5));
}

#[tokio::test]
async fn stock_that_is_counted_in_another_way_is_told_in_that_way() {
    let world = World::open().await;
    let (mug, shirt) = (world.create(&mug()).await, world.create(&shirt()).await);
    let mut by_variant = told(&mug, 0, None, 5);
    by_variant.stock_id = None;
    let rows = [by_variant, told(&shirt, 0, None, 4)];
    assert_eq!(
        set(&world, &rows).await,
        [StockOutcome::Set, StockOutcome::Set]
    );
    let tracking = |listing: &ShopListing, tracking: &str| {
        let path = format!("/v3/catalog/products/{}", listing.id.as_str());
        world.by_hand(Method::PUT, &path, json!({"inventory_tracking": tracking}));
    };
    // One figure for all sizes is none of any size's.
    tracking(&shirt, "product");
    tracking(&mug, "none");
    let rows = [told(&mug, 0, None, 5), told(&shirt, 0, None, 3)];
    for outcome in set(&world, &rows).await {
        let StockOutcome::Refused(refusal) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(refusal.why, PushReason::NotCounted);
    }
}

#[tokio::test]
async fn ec_07_stock_of_what_is_gone_is_missing_and_holds_up_no_other() {
    let world = World::open().await;
    let (mug, shirt) = (world.create(&mug()).await, world.create(&shirt()).await);
    let path = format!("/v3/catalog/products/{}", mug.id.as_str());
    world.by_hand(Method::DELETE, &path, Value::Null);
    let mut odd = told(&shirt, 1, None, 1);
    odd.product = ShopProductId::new("gid://7").unwrap();
    let rows = [told(&mug, 0, None, 7), odd, told(&shirt, 0, None, 3)];
    assert_eq!(
        set(&world, &rows).await,
        [
            StockOutcome::Missing,
            StockOutcome::Missing,
            StockOutcome::Set
        ]
    );
}

#[tokio::test]
async fn a_lost_answer_about_stock_is_the_whole_calls_and_the_same_call_ends_it() {
    let world = World::open().await;
    let made = world.create(&mug()).await;
    world
        .store
        .trouble(Method::PUT, "/absolute", Trouble::LostAnswer);
    let rows = [told(&made, 0, Some(0), 5)];
    let lost = world.platform.set_stock(world.to(), &rows).await;
    assert!(matches!(lost, Err(FetchError::TryLater { .. })), "{lost:?}");
    // The old figure may be read once more; then it is found that it was done.
    let mut outcome = set(&world, &rows).await;
    if outcome == [StockOutcome::Stale { found: 5 }] {
        outcome = set(&world, &[told(&made, 0, Some(5), 5)]).await;
    }
    assert_eq!(outcome, [StockOutcome::Set]);
    assert_eq!(world.store.level(variant_id(&made, 0)), Some(5));
}

#[tokio::test]
async fn many_hundreds_of_rows_are_one_request() {
    let world = World::of(|options| {
        options.quota = 100_000;
        options.products = 700;
    })
    .await;
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let page = world
            .platform
            .pages(world.to(), after.as_ref())
            .await
            .unwrap();
        let counted = page
            .listings
            .iter()
            .filter(|listing| listing.variants[0].quantity.is_some());
        rows.extend(counted.map(|listing| told(listing, 0, Some(1_000), 900)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert!(rows.len() > 400, "{}", rows.len());
    let outcomes = set(&world, &rows).await;
    assert!(outcomes.iter().all(|outcome| *outcome == StockOutcome::Set));
    assert_eq!(adjustments(&world).len(), 1);
}

#[tokio::test]
async fn a_right_that_is_missing_is_the_connections_and_no_row_is_looked_for() {
    let world = World::open().await;
    let (mug, shirt) = (world.create(&mug()).await, world.create(&shirt()).await);
    let end = "/adjustments/absolute";
    world.store.trouble(Method::PUT, end, Trouble::NotGranted);
    let rows = [
        told(&mug, 0, Some(0), 7),
        told(&shirt, 0, Some(0), 3),
        told(&shirt, 1, Some(0), 2),
    ];
    let refused = world.platform.set_stock(world.to(), &rows).await;
    assert_eq!(refused, Err(FetchError::Refused { status: 403 }));
    assert_eq!(adjustments(&world).len(), 1);
}
