use http::Method;
use retail::Sku;
use retail::listing::{Listing, ShopListing};
use serde_json::{Value, json};
use shop::push::{Changed, Outcome, PushReason};

use super::{World, image, mug, row, shirt, sized, variant_id};

async fn saved(world: &World, wanted: &Listing, made: &ShopListing) -> Changed {
    let changed = match world.save(wanted, made).await {
        Outcome::Done(changed) => changed,
        other => panic!("{other:?}"),
    };
    let read = world.read(made).await;
    let left = row(wanted, &read).change;
    assert!(left.is_empty(), "{left:?}");
    changed
}

#[tokio::test]
async fn ec_05_a_variant_that_is_added_in_the_pos_is_added_in_the_store_once() {
    let world = World::open().await;
    let made = world.create(&shirt()).await;
    let mut wanted = shirt();
    wanted.variants.push(sized(4, "L"));
    let changed = saved(&world, &wanted, &made).await;
    let read = world.read(&made).await;
    assert_eq!(changed.variants.len(), 1);
    assert_eq!(changed.variants[0].1, read.variants[2].id);
    assert_eq!(read.variants.len(), 3);
    assert_eq!(
        variant_id(&read, 0),
        variant_id(&made, 0),
        "the others stay who they were"
    );
    let before = world.asked();
    saved(&world, &wanted, &made).await;
    assert!(world.written(before).is_empty());
}

#[tokio::test]
async fn ec_05_a_variant_made_in_the_store_stays_and_one_of_ours_goes() {
    let world = World::open().await;
    let made = world.create(&shirt()).await;
    let product = made.id.as_str();
    let options = format!("/v3/catalog/products/{product}/options");
    let option = world.by_hand(Method::GET, &options, Value::Null)["data"][0]["id"].clone();
    let value = world.by_hand(
        Method::POST,
        &format!("{options}/{option}/values"),
        json!({"label": "XXL", "sort_order": 9}),
    )["data"]["id"]
        .clone();
    let variants = format!("/v3/catalog/products/{product}/variants");
    let own = json!({"sku": "OWN", "option_values": [{"option_id": option, "id": value}]});
    world.by_hand(Method::POST, &variants, own);
    let mut wanted = shirt();
    wanted.variants.remove(0);
    saved(&world, &wanted, &made).await;
    let read = world.read(&made).await;
    let skus: Vec<&str> = read
        .variants
        .iter()
        .filter_map(|variant| variant.sku.as_ref().map(Sku::as_str))
        .collect();
    assert_eq!(skus, ["SHIRT-M", "OWN"]);
    assert_eq!(read.variants[1].item, None);
    // Other options would take it away with the rest.
    wanted.options.push("Colour".into());
    wanted.variants[0].values.push("Red".into());
    match world.save(&wanted, &made).await {
        Outcome::Refused(refusal) => assert_eq!(refusal.why, PushReason::Invalid),
        other => panic!("{other:?}"),
    }
    assert_eq!(world.read(&made).await.variants.len(), 2);
}

#[tokio::test]
async fn ec_01_options_and_values_are_renamed_in_their_places() {
    let world = World::open().await;
    let made = world.create(&shirt()).await;
    let mut wanted = shirt();
    wanted.options = vec!["Taille".into()];
    wanted.variants[0].values = vec!["Petit".into()];
    let changed = saved(&world, &wanted, &made).await;
    assert_eq!(changed.variants, [], "the same variants");
    let read = world.read(&made).await;
    assert_eq!(variant_id(&read, 0), variant_id(&made, 0));
}

#[tokio::test]
async fn ec_01_a_variant_that_takes_anothers_value_is_made_anew_and_told() {
    let world = World::open().await;
    let mut wanted = shirt();
    wanted.variants = vec![sized(2, "S"), sized(3, "M")];
    let made = world.create(&wanted).await;
    wanted.variants[0].values = vec!["M".into()];
    wanted.variants[1].values = vec!["L".into()];
    let changed = saved(&world, &wanted, &made).await;
    let read = world.read(&made).await;
    for (item, id, _) in &changed.variants {
        let shown = read
            .variants
            .iter()
            .find(|variant| variant.item == Some(*item));
        assert_eq!(&shown.unwrap().id, id);
    }
    assert!(!changed.variants.is_empty());
}

#[tokio::test]
async fn ec_01_two_variants_that_swap_their_values_are_both_made_anew() {
    let world = World::open().await;
    let made = world.create(&shirt()).await;
    let mut wanted = shirt();
    wanted.variants[0].values = vec!["M".into()];
    wanted.variants[1].values = vec!["S".into()];
    let changed = saved(&world, &wanted, &made).await;
    assert_eq!(changed.variants.len(), 2);
}

#[tokio::test]
async fn ec_05_an_item_that_takes_anothers_place_keeps_its_variant() {
    let world = World::open().await;
    let made = world.create(&shirt()).await;
    let mut wanted = shirt();
    wanted.variants[0].item = super::item(55);
    let changed = saved(&world, &wanted, &made).await;
    assert_eq!(changed.variants.len(), 1);
    assert_eq!(
        variant_id(&world.read(&made).await, 0),
        variant_id(&made, 0)
    );
}

#[tokio::test]
async fn ec_01_a_product_gets_options_and_loses_them_again() {
    let world = World::open().await;
    let mut simple = shirt();
    simple.options = Vec::new();
    simple.variants = vec![retail::listing::Variant {
        values: Vec::new(),
        ..sized(2, "S")
    }];
    simple.images = vec![image(1)];
    let made = world.create(&simple).await;
    let mut wanted = shirt();
    wanted.images = vec![image(1)];
    wanted.options = vec!["Size".into(), "Colour".into()];
    for variant in &mut wanted.variants {
        variant.values.push("Red".into());
    }
    wanted.variants[0].image = Some(image(1).hash);
    let changed = saved(&world, &wanted, &made).await;
    assert_eq!(changed.variants.len(), 2);
    assert!(
        changed
            .variants
            .iter()
            .all(|(_, _, stock_id)| stock_id.is_none())
    );
    let read = world.read(&made).await;
    assert!(
        read.variants
            .iter()
            .all(|variant| variant.quantity == Some(0)),
        "{read:?}"
    );
    let changed = saved(&world, &simple, &made).await;
    assert_eq!(changed.variants.len(), 1);
    let read = world.read(&made).await;
    assert_eq!(read.variants[0].stock_id.as_deref(), Some(made.id.as_str()));
    assert_eq!(changed.variants[0].2, read.variants[0].stock_id);
    assert_eq!(read.product, Some(wanted.product));
}

#[tokio::test]
async fn the_one_variant_of_a_product_without_options_may_become_another_item() {
    let world = World::open().await;
    let made = world.create(&mug()).await;
    let mut wanted = mug();
    wanted.variants[0].item = super::item(77);
    wanted.variants[0].sku = Some(Sku::new("MUG-2").unwrap());
    let changed = saved(&world, &wanted, &made).await;
    assert_eq!(changed.variants[0].0, super::item(77));
    assert_eq!(
        variant_id(&world.read(&made).await, 0),
        variant_id(&made, 0)
    );
}

#[tokio::test]
async fn ec_05_a_sku_that_another_product_has_stands_alone() {
    let world = World::open().await;
    let made = world.create(&shirt()).await;
    let mut wanted = shirt();
    wanted.variants[0].sku = Some(Sku::new("sim-1").unwrap());
    wanted.variants[1].price = super::euros(3_000);
    match world.save(&wanted, &made).await {
        Outcome::Refused(refusal) => assert_eq!(refusal.why, PushReason::SkuTaken),
        other => panic!("{other:?}"),
    }
    let read = world.read(&made).await;
    assert_eq!(
        read.variants[1].price,
        Some(super::euros(3_000)),
        "the other is done"
    );
}
