//! What people say while a shop is told.

use std::sync::Arc;
use std::time::Duration;

use catalog_push::store::{self, NewListing, Standing, Store};
use retail::ProductId;
use service::clock::SystemClock;

use crate::make::{RETAILER, SHOP, id, product_id};
use crate::running::{app, database, shop1, sql};

#[tokio::test]
async fn what_a_person_said_meanwhile_is_not_written_over() {
    let database = database().await;
    let product = product_id(1);
    let made = format!(
        "insert into catalog.connection values ('{SHOP}', '{RETAILER}', '{}', true, true, 0, 1, 'pos_created');
        insert into catalog.product (product_id, retailer_id, revision, name, description, brand, category, supplier,
            handle, tags, tax_millipercent, options, is_in_store, is_from_order, changed_at)
        values ('{product}', '{RETAILER}', 1, 'Mug', '', '', '', '', '', '{{}}', 0, '{{}}', true, false, now());
        insert into catalog.listing (connection_id, product_id, standing) values ('{SHOP}', '{product}', 'wanted')",
        shop1()
    );
    sql(&database, &made);
    let pool = store::own_pool(&app(&database));
    let store = Store::new(pool.clone(), Arc::new(SystemClock));
    let life = Duration::from_mins(1);
    let held = store.claim(id(9), &[shop1()], life, 1).await.unwrap();
    let [held] = held.as_slice() else {
        panic!("{held:?}");
    };
    let kept = store
        .kept_listings(RETAILER, SHOP, &[product])
        .await
        .unwrap();
    sql(
        &database,
        "update catalog.listing set standing = 'apart', words = words + 1",
    );
    let new = NewListing {
        product: ProductId::new(product),
        standing: Standing::Refused,
        shop: None,
        pushed_revision: None,
        refusal: None,
        review: None,
        words: kept[0].words,
        told: Vec::new(),
    };
    assert!(store.keep_listing(held.fence, &new).await.unwrap());
    let standing = "select standing from catalog.listing";
    assert_eq!(sql(&database, standing), "apart");
    let new = NewListing {
        words: kept[0].words + 1,
        ..new
    };
    assert!(store.keep_listing(held.fence, &new).await.unwrap());
    assert_eq!(sql(&database, standing), "refused");
    pool.close().await;
}
