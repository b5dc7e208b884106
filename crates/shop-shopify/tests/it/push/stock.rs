use retail::ShopVariantId;
use retail::listing::ShopListing;
use shop::push::{Push as _, PushReason, StockOutcome, StockRow};
use shop::sim::SimShop as _;
use uuid::Uuid;

use super::world::{World, operations, plain, shirt, world};

fn row(
    listing: &ShopListing,
    place: usize,
    expected: Option<i64>,
    wanted: i64,
    key: u128,
) -> StockRow {
    let variant = &listing.variants[place];
    StockRow {
        product: listing.id.clone(),
        variant: variant.id.clone(),
        stock_id: variant.stock_id.clone(),
        expected,
        wanted,
        key: Uuid::from_u128(key),
    }
}

async fn told(world: &World, rows: &[StockRow]) -> Vec<StockOutcome> {
    world.shopify.set_stock(world.to(), rows).await.unwrap()
}

fn available(world: &World, listing: &ShopListing) -> Vec<i64> {
    let ware = world.ware(listing);
    ware.variants
        .iter()
        .map(shop_shopify::sim::WareVariant::available)
        .collect()
}

/// The first ten things that the shop sells, of which each has a thousand.
async fn ten(world: &World) -> Vec<ShopListing> {
    let page = world.shopify.pages(world.to(), None).await.unwrap();
    let counted = page
        .listings
        .into_iter()
        .filter(|listing| listing.variants[0].quantity.is_some());
    counted.take(10).collect()
}

#[tokio::test]
async fn ec_18_stock_is_set_by_comparison_under_the_rows_key_and_null_only_the_first_time() {
    let world = world().await;
    let made = world.create(&shirt()).await;
    let (first, asked) = world
        .asked(told(&world, &[row(&made, 0, None, 5, 1)]))
        .await;
    assert_eq!(first, [StockOutcome::Set]);
    assert_eq!(
        operations(&asked),
        ["InventoryLevels", "InventorySetQuantities"]
    );
    let entry = &asked[1].variables["input"]["quantities"][0];
    assert!(
        entry
            .get("changeFromQuantity")
            .is_some_and(serde_json::Value::is_null),
        "{entry}"
    );
    let (then, asked) = world
        .asked(told(&world, &[row(&made, 0, Some(5), 4, 2)]))
        .await;
    assert_eq!(then, [StockOutcome::Set]);
    assert_eq!(
        asked[0].variables["input"]["quantities"][0]["changeFromQuantity"],
        5
    );
    assert_eq!(asked[0].variables["key"], Uuid::from_u128(2).to_string());
    assert_eq!(available(&world, &made), [4, 0]);
    assert_eq!(world.read(&made).await.variants[0].quantity, Some(4));
}

#[tokio::test]
async fn r_04_what_an_order_took_meanwhile_is_not_given_back() {
    let world = world().await;
    let made = world.create(&shirt()).await;
    told(&world, &[row(&made, 0, None, 5, 1)]).await;
    world.server.sell_units("POS-11", 2);
    // A till sold one; the shop sold two, of which nobody here has heard.
    let outcome = told(&world, &[row(&made, 0, Some(5), 4, 2)]).await;
    assert_eq!(outcome, [StockOutcome::Stale { found: 3 }]);
    assert_eq!(available(&world, &made)[0], 3, "nothing was told");
}

#[tokio::test]
async fn a_refused_row_stands_alone_whatever_the_shop_says_of_where_it_is() {
    for names_entries in [true, false] {
        let world = world().await;
        let listings = ten(&world).await;
        world.shelf(|shelf| shelf.names_entries = names_entries);
        world.edit(&listings[2], |ware| ware.variants[0].is_bundle = true);
        world.server.sell_units("SIM-00005", 1);
        let mut rows: Vec<StockRow> = (listings.iter().zip(100..))
            .map(|(listing, key)| row(listing, 0, Some(1_000), 7, key))
            .collect();
        rows[6].stock_id = Some("404".into());
        rows[8].wanted = -1;
        let (outcomes, asked) = world.asked(told(&world, &rows)).await;
        for (place, outcome) in outcomes.iter().enumerate() {
            match (place, outcome) {
                (2, StockOutcome::Refused(refusal)) => {
                    assert_eq!(refusal.why, PushReason::NotSettable);
                }
                (5, StockOutcome::Stale { found: 999 }) | (6, StockOutcome::Missing) => {}
                (8, StockOutcome::Refused(refusal)) => assert_eq!(refusal.why, PushReason::Invalid),
                (2 | 5 | 6 | 8, other) => panic!("{place}: {other:?}"),
                (_, outcome) => assert_eq!(*outcome, StockOutcome::Set, "{place}"),
            }
        }
        let requests = asked.len();
        assert!(
            requests <= if names_entries { 3 } else { 18 },
            "{:?}",
            operations(&asked)
        );
        let stocks: Vec<i64> = listings
            .iter()
            .map(|listing| available(&world, listing)[0])
            .collect();
        assert_eq!(stocks, [7, 7, 1_000, 7, 7, 999, 1_000, 7, 1_000, 7]);
        for asked in asked
            .iter()
            .filter(|asked| asked.operation() == "InventorySetQuantities")
        {
            let entries = asked.variables["input"]["quantities"].as_array().unwrap();
            assert!(
                entries
                    .iter()
                    .all(|entry| entry["quantity"].as_i64().unwrap() >= 0)
            );
        }
    }
}

#[tokio::test]
async fn stock_whose_answer_was_lost_is_told_once() {
    let world = world().await;
    let listings = ten(&world).await;
    let rows: Vec<StockRow> = (listings.iter().zip(100..))
        .map(|(listing, key)| row(listing, 0, Some(1_000), 7, key))
        .collect();
    for (rows, sku) in [(&rows[..1], "SIM-00000"), (&rows[1..], "SIM-00001")] {
        world.server.lose_answer("InventorySetQuantities");
        assert!(world.shopify.set_stock(world.to(), rows).await.is_err());
        world.server.sell_units(sku, 1);
        let again = told(&world, rows).await;
        assert!(
            again.iter().all(|outcome| *outcome == StockOutcome::Set),
            "{again:?}"
        );
    }
    let stocks: Vec<i64> = listings
        .iter()
        .map(|listing| available(&world, listing)[0])
        .collect();
    assert_eq!(stocks[..3], [6, 6, 7], "what was sold since is sold");
}

/// Nobody can tell whether what is there is what was told or what an order left.
#[tokio::test]
async fn what_a_call_did_that_was_cut_off_half_way_is_read_and_not_guessed() {
    let world = world().await;
    let listings = ten(&world).await;
    world.edit(&listings[0], |ware| ware.variants[0].is_bundle = true);
    let rows: Vec<StockRow> = (listings.iter().take(3).zip(100..))
        .map(|(listing, key)| row(listing, 0, Some(1_000), 7, key))
        .collect();
    let outcomes = told(&world, &rows).await;
    assert_eq!(outcomes[1..], [StockOutcome::Set, StockOutcome::Set]);
    let again = told(&world, &rows).await;
    assert!(
        matches!(again[0], StockOutcome::Refused(_) | StockOutcome::Unsure),
        "{again:?}"
    );
    for outcome in &again[1..] {
        assert!(
            matches!(outcome, StockOutcome::Set | StockOutcome::Unsure),
            "{again:?}"
        );
    }
    assert_eq!(available(&world, &listings[1]), [7]);
}

#[tokio::test]
async fn ec_18_the_first_stock_makes_an_item_counted_and_kept_at_the_location_alone() {
    /// Another of the shop's places.
    const ELSEWHERE: u64 = 70_000_000_099;

    let world = world().await;
    let made = world.create(&shirt()).await;
    world.edit(&made, |ware| {
        let variant = &mut ware.variants[0];
        variant.is_tracked = false;
        variant.levels = [(ELSEWHERE, 9)].into();
    });
    let (outcome, asked) = world
        .asked(told(&world, &[row(&made, 0, None, 5, 1)]))
        .await;
    assert_eq!(outcome, [StockOutcome::Set]);
    assert_eq!(
        operations(&asked),
        [
            "InventoryLevels",
            "InventoryItemUpdate",
            "InventoryActivate",
            "InventorySetQuantities"
        ]
    );
    let ware = world.ware(&made);
    assert!(ware.variants[0].is_tracked);
    assert_eq!(ware.variants[0].available(), 5);
    assert_eq!(ware.variants[0].levels[&ELSEWHERE], 9, "never zeroed");
}

#[tokio::test]
async fn ec_18_an_item_that_was_taken_from_the_location_comes_back_to_it_once() {
    let world = world().await;
    let made = world.create(&shirt()).await;
    world.edit(&made, |ware| ware.variants[0].levels.clear());
    let rows = [row(&made, 0, Some(0), 5, 1), row(&made, 1, Some(0), 6, 2)];
    let outcomes = told(&world, &rows).await;
    assert_eq!(outcomes, [StockOutcome::Set, StockOutcome::Set]);
    assert_eq!(available(&world, &made), [5, 6]);
}

#[tokio::test]
async fn stock_is_found_by_its_variant_where_nothing_else_is_known() {
    let world = world().await;
    let made = world.create(&plain(3)).await;
    let mut known = row(&made, 0, None, 5, 1);
    known.stock_id = None;
    let mut unknown = known.clone();
    unknown.variant = ShopVariantId::new("404").unwrap();
    unknown.key = Uuid::from_u128(2);
    let outcomes = told(&world, &[known, unknown]).await;
    assert_eq!(outcomes, [StockOutcome::Set, StockOutcome::Missing]);
    assert_eq!(available(&world, &made), [5]);
}

/// One shelf: what orders sell and what is told of it.
#[tokio::test]
async fn r_12_orders_take_from_the_stock_that_is_told() {
    let world = world().await;
    let all = |world: &World| -> i64 {
        world.shelf(|shelf| {
            let wares = shelf.wares.values().flat_map(|ware| &ware.variants);
            wares.map(shop_shopify::sim::WareVariant::available).sum()
        })
    };
    let before = all(&world);
    while world.server.step() {
        world.pass(2);
    }
    let held: i64 = world.server.books().sold.values().sum();
    assert!(held > 0 && before - all(&world) > 0);
}
