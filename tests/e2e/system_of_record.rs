//! What people do in a shop to its products is the shop's affair.

use std::collections::BTreeSet;

use shop::sim::ProductEdit;
use shop_sim::Platform;

use crate::four_shops::{FourShops, Shop};

/// In each shop, before the edit and after it.
const ORDERS: usize = 30;
/// In hundredths, what nothing in any shop costs.
const PRICE: i64 = 98_765;
/// What somebody counted; no sale left as much.
const STOCK: i64 = 987;

/// Everything of an item but when it was last looked at.
const ITEMS: &str = "select item_id, sku, barcode, name from ledger.item order by item_id";
const LEVELS: &str =
    "select item_id, outlet_id, on_hand_milli, version from ledger.stock_level order by 1, 2";
const MOVEMENTS: &str = "select * from ledger.stock_movement order by movement_id";

fn edit(platform: Platform) -> ProductEdit {
    ProductEdit {
        // The one that sells best.
        product: 0,
        name: format!("Renamed in the shop of {}", platform.code()),
        sku: format!("EDITED-{}", platform.code()),
        barcode: "4006381333931".to_owned(),
        price_cents: PRICE,
        stock: STOCK,
    }
}

/// Deliveries that such an edit leads to.
const fn deliveries(platform: Platform) -> u64 {
    match platform {
        Platform::Shopify => 3,
        Platform::BigCommerce => 4,
        Platform::WooCommerce | Platform::Ecom => 1,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pos_01_a_product_edited_in_a_shop_is_here_what_it_was_and_its_next_orders_are_sales_alone()
{
    let four = FourShops::open(4 * ORDERS).await;
    four.trade(ORDERS).await;
    for shop in &four.shops {
        let run = shop.runner.shop();
        four.until(shop, || run.status().next_delivery.is_none())
            .await;
    }
    four.agree().await;
    let [items, levels, movements] = [ITEMS, LEVELS, MOVEMENTS].map(|query| four.rows(query));
    assert!(items.len() > four.shops.len() && !movements.is_empty());

    for shop in &four.shops {
        let run = shop.runner.shop();
        let taken = run.counts().deliveries.taken;
        run.edit_product(edit(shop.platform));
        let told = taken + deliveries(shop.platform);
        four.until(shop, || run.counts().deliveries.taken >= told)
            .await;
    }
    let now = [ITEMS, LEVELS, MOVEMENTS].map(|query| four.rows(query));
    assert_eq!(now, [items.clone(), levels, movements.clone()]);

    // What comes after it in each shop's inbox is booked: so what the edit told was read by then.
    // A busy machine lets a shop go on for longer than it was to: from where it stopped, it has as much to sell again.
    let placed = four
        .shops
        .iter()
        .map(|shop| shop.runner.shop().status().placed);
    let placed = placed.max().unwrap_or_default();
    four.trade(placed + ORDERS).await;
    let now: BTreeSet<String> = four.rows(ITEMS).into_iter().collect();
    let lost: Vec<&String> = items.iter().filter(|item| !now.contains(*item)).collect();
    assert_eq!(lost, Vec::<&String>::new(), "items are as they were");
    let now: BTreeSet<String> = four.rows(MOVEMENTS).into_iter().collect();
    assert!(movements.iter().all(|movement| now.contains(movement)));

    // The books agree: everything that moved since is what sales took, from the items there were.
    let told = four.told().await;
    for shop in &four.shops {
        let edit = edit(shop.platform);
        let of_shop =
            |sale: &&proto::ledger::Sale| sale.connection_id == shop.connection.to_string();
        let lines = told
            .sales
            .iter()
            .filter(of_shop)
            .flat_map(|sale| &sale.lines);
        let edited: Vec<_> = lines.filter(|line| line.name == edit.name).collect();
        assert!(
            !edited.is_empty(),
            "{:?}: sold by its new name",
            shop.platform
        );
        for line in edited {
            let level = told
                .levels
                .iter()
                .find(|level| level.item_id == line.item_id);
            let level = level.unwrap();
            assert_ne!(line.sku, edit.sku, "{:?}", shop.platform);
            assert_ne!(level.name, edit.name, "{:?}", shop.platform);
        }
    }
    assert!(
        told.levels
            .iter()
            .all(|level| !level.sku.starts_with("EDITED"))
    );
    for Shop { runner, .. } in four.shops {
        runner.stop().await;
    }
}
