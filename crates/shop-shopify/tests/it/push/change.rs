use retail::listing::{Ownership, change};
use shop::push::{Outcome, Push as _, PushReason, Sought};

use super::world::{euros, operations, product, shirt, world};

#[tokio::test]
async fn ec_03_only_what_changed_is_sent_and_nothing_the_second_time() {
    let world = world().await;
    let mut wanted = shirt();
    wanted.is_on_sale = false;
    let made = world.create(&wanted).await;
    wanted.variants[1].price = euros(2_500);
    let (done, asked) = world.asked(world.save(&made, &wanted)).await;
    assert!(matches!(done, Outcome::Done(_)), "{done:?}");
    let [told] = asked.as_slice() else {
        panic!("{:?}", operations(&asked));
    };
    assert_eq!(told.operation(), "ProductVariantsBulkUpdate");
    let id = &made.variants[1].id;
    let only = serde_json::json!([{
        "id": format!("gid://shopify/ProductVariant/{id}"), "price": "25.00",
    }]);
    assert_eq!(told.variables["variants"], only);
    world.pass(5);
    let read = world.read(&made).await;
    assert!(change(&wanted, &read, &Ownership::default()).is_empty());
    let (_, asked) = world.asked(world.save(&read, &wanted)).await;
    assert!(asked.is_empty());
}

#[tokio::test]
async fn ec_04_what_somebody_edits_in_the_shop_stays_until_the_next_save_of_it() {
    let world = world().await;
    let mut wanted = shirt();
    wanted.is_on_sale = false;
    let made = world.create(&wanted).await;
    world.edit(&made, |ware| {
        ware.title = "En solde".to_owned();
        ware.variants[0].price = "1.00".to_owned();
    });
    wanted.brand = "Atelier".into();
    // By what is known, the title is as it was.
    world.save(&made, &wanted).await;
    let ware = world.ware(&made);
    assert_eq!(
        (ware.vendor.as_str(), ware.title.as_str()),
        ("Atelier", "En solde")
    );
    world.pass(5);
    let read = world.read(&made).await;
    world.save(&read, &wanted).await;
    let ware = world.ware(&made);
    assert_eq!(ware.title, "Chemise « Été »");
    assert_eq!(ware.variants[0].price, "19.99");
}

#[tokio::test]
async fn a_repeated_call_changes_nothing() {
    let world = world().await;
    let made = world.create(&shirt()).await;
    let mut wanted = shirt();
    wanted.title = "Chemise".into();
    wanted.options = vec!["Size".into()];
    wanted.variants.remove(1);
    wanted.variants.push(super::world::variant(13, "L"));
    wanted.images = vec![super::world::image(3), super::world::image(1)];
    world.pass(5);
    assert!(matches!(world.save(&made, &wanted).await, Outcome::Done(_)));
    world.pass(5);
    let before = world.ware(&made);
    let again = world.save(&made, &wanted).await;
    assert!(matches!(again, Outcome::Done(_)), "{again:?}");
    let mut after = world.ware(&made);
    after.changed_at = before.changed_at;
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
}

#[tokio::test]
async fn wc_07_a_listing_of_the_shops_own_is_linked_and_says_so_from_then_on() {
    let world = world().await;
    world.pass(5);
    let sought = Sought {
        products: Vec::new(),
        skus: vec![retail::Sku::new("SIM-00001").unwrap()],
    };
    let mut found = world
        .shopify
        .find(world.to(), &sought)
        .await
        .unwrap()
        .remove(0);
    let mut wanted = super::world::plain(5);
    wanted.is_on_sale = true;
    wanted.variants[0].sku.clone_from(&found.variants[0].sku);
    found.variants[0].item = Some(wanted.variants[0].item);
    let done = world.save(&found, &wanted).await;
    assert!(matches!(done, Outcome::Done(_)), "{done:?}");
    let by_id = Sought {
        products: vec![product(5)],
        skus: Vec::new(),
    };
    let linked = world.shopify.find(world.to(), &by_id).await.unwrap();
    assert_eq!(linked.len(), 1);
    assert_eq!(linked[0].id, found.id);
    assert_eq!(linked[0].variants[0].item, Some(wanted.variants[0].item));
    assert_eq!(
        &*linked[0].title, "Affiche 5",
        "overwritten with what the POS has"
    );
    let (_, asked) = world.asked(world.save(&linked[0], &wanted)).await;
    assert!(asked.is_empty(), "{:?}", operations(&asked));
}

#[tokio::test]
async fn wc_07_two_listings_are_never_the_same_product() {
    let world = world().await;
    world.create(&shirt()).await;
    world.pass(5);
    let page = world.shopify.pages(world.to(), None).await.unwrap();
    let other = &page.listings[0];
    let mut wanted = shirt();
    wanted.title = "Autre".into();
    match world.save(other, &wanted).await {
        Outcome::Refused(refusal) => assert_eq!(refusal.why, PushReason::Invalid),
        done => panic!("{done:?}"),
    }
}

#[tokio::test]
async fn ec_07_what_was_deleted_in_the_shop_is_missing_and_not_made_again() {
    let world = world().await;
    let made = world.create(&shirt()).await;
    world.shelf(|shelf| shelf.wares.clear());
    let mut title = shirt();
    title.title = "Chemise".into();
    let mut price = shirt();
    price.variants[0].price = euros(1);
    let mut added = shirt();
    added.variants.push(super::world::variant(13, "L"));
    for wanted in [title, price, added] {
        assert_eq!(world.save(&made, &wanted).await, Outcome::Missing);
    }
    assert_eq!(world.shelf(|shelf| shelf.wares.len()), 0);
}

/// Linked, and deleted before it could be told whose it is.
#[tokio::test]
async fn ec_07_what_was_deleted_before_it_was_noted_is_missing() {
    let world = world().await;
    let page = world.shopify.pages(world.to(), None).await.unwrap();
    let other = &page.listings[0];
    world.shelf(|shelf| shelf.wares.clear());
    assert_eq!(world.save(other, &shirt()).await, Outcome::Missing);
}

/// The shop's own screen shows the same shelf.
#[tokio::test]
async fn r_12_what_somebody_edits_in_the_shop_is_read() {
    use shop::sim::{ProductEdit, SimShop as _};

    let world = world().await;
    let page = world.shopify.pages(world.to(), None).await.unwrap();
    world.server.edit_product(ProductEdit {
        product: 0,
        name: "En solde".to_owned(),
        sku: "SOLDE".to_owned(),
        barcode: "5400000000003".to_owned(),
        price_cents: 150,
        stock: 3,
    });
    let read = world.read(&page.listings[0]).await;
    let [variant] = read.variants.as_slice() else {
        panic!("{read:?}");
    };
    assert_eq!(&*read.title, "En solde");
    assert_eq!(variant.sku.as_ref().map(retail::Sku::as_str), Some("SOLDE"));
    assert_eq!(
        (variant.price, variant.quantity),
        (Some(euros(150)), Some(3))
    );
}

#[tokio::test]
async fn ec_07_a_listing_is_deleted_and_one_that_is_not_there_is_deleted_too() {
    let world = world().await;
    let made = world.create(&shirt()).await;
    let ids = [
        made.id.clone(),
        retail::listing::ShopProductId::new("404").unwrap(),
    ];
    for _ in 0..2 {
        let deleted = world.shopify.delete(world.to(), &ids).await.unwrap();
        assert_eq!(deleted, [Outcome::Done(()), Outcome::Done(())]);
    }
    assert!(
        world
            .shopify
            .read(world.to(), &ids)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(world.shelf(|shelf| shelf.wares.len()), 30);
}
