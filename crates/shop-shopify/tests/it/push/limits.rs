use std::time::Duration;

use retail::listing::{Field, ShopProductId};
use secrecy::SecretString;
use shop::FetchError;
use shop::push::{Push as _, StockRow};
use shop_shopify::sim::Plan;
use uuid::Uuid;

use super::world::{shirt, world, world_on};

#[tokio::test]
async fn bounds_are_those_of_the_platform() {
    let world = world().await;
    let bounds = world.shopify.bounds();
    assert_eq!(
        (bounds.options, bounds.variants, bounds.images),
        (3, 2_048, 250)
    );
    assert_eq!((bounds.stock_rows, bounds.title), (250, 255));
    assert_eq!(bounds.lacks, [Field::Dimensions]);
}

#[tokio::test]
async fn r_04_as_many_rows_of_stock_as_fit_are_one_request() {
    let world = world().await;
    let made = world.create(&shirt()).await;
    let rows: Vec<StockRow> = (0..250)
        .map(|n| StockRow {
            product: made.id.clone(),
            variant: made.variants[0].id.clone(),
            stock_id: Some((1_000_000 + n).to_string().into()),
            expected: Some(0),
            wanted: 1,
            key: Uuid::from_u128(n),
        })
        .collect();
    let (outcomes, asked) = world
        .asked(world.shopify.set_stock(world.to(), &rows))
        .await;
    assert_eq!(outcomes.unwrap().len(), 250);
    assert_eq!(asked.len(), 1, "all of them unknown, and said to be");
}

/// The shop says when: nobody asks it before.
#[tokio::test]
async fn a_shop_that_is_asked_too_much_is_left_alone_for_as_long_as_it_says() {
    let world = world_on(Plan::Standard).await;
    let id = [ShopProductId::new("404").unwrap()];
    let mut asked = 0;
    let error = loop {
        if let Err(error) = world.shopify.read(world.to(), &id).await {
            break error;
        }
        asked += 1;
        assert!(asked < 3_000, "2,000 points are not without end");
    };
    let FetchError::TryLater {
        after: Some(after), ..
    } = error
    else {
        panic!("{error:?}");
    };
    assert!(after >= Duration::from_secs(1));
    assert_eq!(world.purse.waits(), [after]);
    world.pass(2);
    assert!(world.shopify.read(world.to(), &id).await.is_ok());
}

#[tokio::test]
async fn a_refused_key_is_no_word_on_any_product() {
    let mut world = world().await;
    let made = world.create(&shirt()).await;
    world.connection.api.as_mut().unwrap().secret = SecretString::from("shpat_wrong");
    let refused = FetchError::Refused { status: 401 };
    let read = world
        .shopify
        .read(world.to(), std::slice::from_ref(&made.id))
        .await;
    assert_eq!(read.unwrap_err(), refused);
    assert_eq!(
        world
            .shopify
            .delete(world.to(), &[made.id])
            .await
            .unwrap_err(),
        refused
    );
}
