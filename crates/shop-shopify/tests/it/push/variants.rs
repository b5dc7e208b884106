use shop::push::{Changed, Outcome, PushReason};

use super::world::{World, euros, item, operations, plain, shirt, variant, world};
use retail::listing::ShopListing;

fn done(outcome: Outcome<Changed>) -> Changed {
    match outcome {
        Outcome::Done(changed) => changed,
        other => panic!("{other:?}"),
    }
}

/// Somebody adds a variant in the shop.
fn add_in_shop(world: &World, listing: &ShopListing, value: &str) {
    let id = world.shelf(shop_shopify::sim::Shelf::id);
    world.edit(listing, |ware| {
        let mut added = ware.variants[0].clone();
        (added.id, added.item_id, added.note) = (id, id, None);
        "SHOP-1".clone_into(&mut added.sku);
        added.values = vec![value.to_owned()];
        ware.variants.push(added);
    });
}

#[tokio::test]
async fn ec_05_a_variant_made_in_the_shop_stays_whatever_comes_and_goes() {
    let world = world().await;
    let mut wanted = shirt();
    let made = world.create(&wanted).await;
    add_in_shop(&world, &made, "XL");
    wanted.variants.push(variant(13, "L"));
    wanted.variants.remove(0);
    world.pass(5);
    let read = world.read(&made).await;
    let changed = done(world.save(&read, &wanted).await);
    let ware = world.ware(&made);
    let values: Vec<&str> = ware
        .variants
        .iter()
        .map(|variant| variant.values[0].as_str())
        .collect();
    assert_eq!(values, ["M", "XL", "L"]);
    let [(added, id, stock_id)] = changed.variants.as_slice() else {
        panic!("{changed:?}");
    };
    assert_eq!(*added, item(13));
    assert_eq!(id.as_str(), ware.variants[2].id.to_string());
    assert_eq!(
        stock_id.as_deref(),
        Some(ware.variants[2].item_id.to_string().as_str())
    );
    let read = world.read(&made).await;
    assert_eq!(read.variants[1].item, None);
    assert_eq!(read.variants[2].item, Some(item(13)));
}

#[tokio::test]
async fn ec_05_a_variant_whose_answer_was_lost_is_not_made_twice() {
    let world = world().await;
    let mut wanted = shirt();
    let made = world.create(&wanted).await;
    wanted.variants.push(variant(13, "L"));
    world.server.lose_answer("ProductVariantsBulkCreate");
    assert!(world.try_save(&made, &wanted).await.is_err());
    wanted.variants.push(variant(14, "XL"));
    let changed = done(world.save(&made, &wanted).await);
    let added: Vec<_> = changed.variants.iter().map(|(item, ..)| *item).collect();
    assert_eq!(added, [item(13), item(14)]);
    assert_eq!(world.ware(&made).variants.len(), 4);
}

#[tokio::test]
async fn a_variant_that_is_refused_holds_up_no_other() {
    let world = world().await;
    let mut wanted = shirt();
    wanted.is_on_sale = false;
    let made = world.create(&wanted).await;
    wanted.variants[0].price = euros(-1);
    wanted.variants[1].price = euros(2_500);
    match world.save(&made, &wanted).await {
        Outcome::Refused(refusal) => assert_eq!(refusal.why, PushReason::Invalid),
        other => panic!("{other:?}"),
    }
    let ware = world.ware(&made);
    assert_eq!(ware.variants[0].price, "19.99");
    assert_eq!(ware.variants[1].price, "25.00");
}

#[tokio::test]
async fn ec_07_a_variant_that_was_deleted_in_the_shop_is_missing() {
    let world = world().await;
    let mut wanted = shirt();
    wanted.is_on_sale = false;
    let made = world.create(&wanted).await;
    world.edit(&made, |ware| {
        ware.variants.remove(1);
    });
    wanted.variants[1].price = euros(1);
    assert_eq!(world.save(&made, &wanted).await, Outcome::Missing);
    // Gone already: there is nothing to remove.
    wanted.variants.remove(1);
    let (_, asked) = world.asked(world.save(&made, &wanted)).await;
    assert_eq!(operations(&asked), ["Existing"]);
}

#[tokio::test]
async fn r_11_a_code_is_emptied_only_when_it_is_told_to_be() {
    use retail::listing::{Field, Ownership, Rule, change};

    let world = world().await;
    let mut wanted = shirt();
    wanted.is_on_sale = false;
    let made = world.create(&wanted).await;
    wanted.variants[0].sku = None;
    assert!(change(&wanted, &made, &Ownership::default()).is_empty());
    let wipes = Ownership::default().with(Field::Sku, Rule::PosWipes);
    let told = change(&wanted, &made, &wipes);
    done(world.tell(&made, &wanted, told).await.unwrap());
    assert_eq!(world.ware(&made).variants[0].sku, "");
    assert_eq!(world.read(&made).await.variants[0].sku, None);
}

/// A unit of its own is the same weight.
#[tokio::test]
async fn ec_01_a_weight_is_compared_in_the_shops_unit() {
    let world = world().await;
    let made = world.create(&shirt()).await;
    for (unit, value, thousandths) in [
        ("GRAMS", serde_json::json!(250), 250),
        ("POUNDS", serde_json::json!(0.551), 250),
        ("KILOGRAMS", serde_json::json!(0.25), 250),
        ("KILOGRAMS", serde_json::json!(1.5), 1_500),
    ] {
        world.edit(&made, |ware| {
            ware.variants[0].weight = (unit.to_owned(), value);
        });
        let weight = world.read(&made).await.variants[0].weight;
        assert_eq!(
            weight,
            Some(retail::listing::Measure(thousandths)),
            "{unit}"
        );
    }
}

#[tokio::test]
async fn ec_01_a_listing_without_options_is_one_variant_without_values() {
    let world = world().await;
    let made = world.create(&plain(4)).await;
    let ware = world.ware(&made);
    assert_eq!(ware.options[0].name, "Title");
    assert!(made.options.is_empty() && made.variants[0].values.is_empty());
    let mut wanted = plain(4);
    wanted.variants[0].price = euros(500);
    done(world.save(&made, &wanted).await);
    assert_eq!(world.ware(&made).variants[0].price, "5.00");
}
