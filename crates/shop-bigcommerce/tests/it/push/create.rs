use http::Method;
use retail::listing::{Field, Measure, Ownership, Rule};
use retail::{Barcode, ProductId};
use serde_json::{Value, json};
use shop::FetchError;
use shop::push::{Outcome, Push as _, PushReason};
use shop_bigcommerce::sim::Trouble;
use uuid::Uuid;

use super::{World, euros, hashes, image, item, mug, row, shirt, sized};

#[tokio::test]
async fn ec_08_a_product_is_made_hidden_and_says_whose_it_is() {
    let world = World::open().await;
    let made = world.create(&mug()).await;
    assert!(!made.is_on_sale);
    assert_eq!(made.product, Some(mug().product));
    assert_eq!(made.variants[0].item, Some(item(1)));
    assert_eq!(made.variants[0].quantity, Some(0), "stock follows");
    let posted = world.written(0).remove(0);
    assert_eq!(
        posted.body,
        json!({"name": "Mug", "type": "physical", "description": "<p>Blue</p>",
            "brand_name": "Acme", "is_visible": false, "inventory_tracking": "product",
            "sku": "MUG", "price": 19.9, "weight": 0.3})
    );
    assert_eq!(world.read(&made).await, made, "read as it was said to be");
}

#[tokio::test]
async fn ec_05_a_product_with_options_is_made_whole() {
    let world = World::open().await;
    let mut wanted = shirt();
    wanted.variants[1].price = euros(2_500);
    wanted.variants[1].weight = Some(Measure(350));
    wanted.variants[1].is_on_sale = false;
    wanted.variants[1].barcode = Some(Barcode::new("3770001234567").unwrap());
    let made = world.create(&wanted).await;
    assert_eq!(made.options, wanted.options);
    for (shown, wanted) in made.variants.iter().zip(&wanted.variants) {
        assert_eq!(shown.item, Some(wanted.item));
        assert_eq!(shown.values, wanted.values);
        assert_eq!(shown.sku, wanted.sku);
        assert_eq!(shown.barcode, wanted.barcode);
        assert_eq!(shown.price, Some(wanted.price));
        assert_eq!(shown.weight, wanted.weight);
        assert_eq!(shown.is_on_sale, wanted.is_on_sale);
    }
    assert_eq!(world.read(&made).await, made);
}

#[tokio::test]
async fn r_11_what_the_shop_decides_is_not_told_when_a_product_is_made() {
    let world = World::open().await;
    let ownership = [
        Field::Description,
        Field::Brand,
        Field::Weight,
        Field::Stock,
    ]
    .into_iter()
    .fold(Ownership::default(), |all, field| {
        all.with(field, Rule::Shop)
    });
    let made = world.platform.create(world.to(), &mug(), &ownership).await;
    assert!(matches!(made, Ok(Outcome::Done(_))), "{made:?}");
    let posted = world.written(0).remove(0);
    for field in ["description", "brand_name", "inventory_tracking"] {
        assert!(posted.body.get(field).is_none(), "{field}");
    }
    assert_eq!(posted.body["weight"], 0, "required, and nobody's yet");
}

#[tokio::test]
async fn ec_03_images_are_sent_once_and_one_that_cannot_be_fetched_holds_up_no_product() {
    let world = World::open().await;
    let mut wanted = mug();
    wanted.images = vec![image(1), image(2)];
    wanted.images[1].url = "https://unreachable.example/2.jpg".into();
    let made = world.create(&wanted).await;
    assert_eq!(hashes(&made), [Some(1)]);
    match world.save(&wanted, &made).await {
        Outcome::Refused(refusal) => assert_eq!(refusal.why, PushReason::Image),
        other => panic!("{other:?}"),
    }
    wanted.images[1] = image(2);
    assert!(matches!(world.save(&wanted, &made).await, Outcome::Done(_)));
    let read = world.read(&made).await;
    assert_eq!(hashes(&read), [Some(1), Some(2)]);
    let id = made.id.as_str().parse().unwrap();
    assert_eq!(
        world.store.pictures(id),
        ["https://pos.example/1.jpg", "https://pos.example/2.jpg"]
    );
}

#[tokio::test]
async fn bc_01_a_name_a_sku_and_a_plan_that_take_no_more_are_told_apart() {
    let world = World::of(|options| options.product_limit = 45).await;
    let created = async |title: &str, sku: &str, number: u128| {
        let mut wanted = mug();
        wanted.product = ProductId::new(Uuid::from_u128(number));
        wanted.title = title.into();
        wanted.variants[0].sku = Some(retail::Sku::new(sku).unwrap());
        let made = world.try_to_create(&wanted).await;
        match made.unwrap() {
            Outcome::Refused(refusal) => Some(refusal.why),
            Outcome::Done(_) => None,
            Outcome::Missing => panic!("nothing was asked for that could be missing"),
        }
    };
    assert_eq!(
        created("T-shirt 1", "NEW", 1).await,
        Some(PushReason::TitleTaken)
    );
    assert_eq!(
        created("New", "sim-1", 2).await,
        Some(PushReason::SkuTaken),
        "in any case"
    );
    let mut made = 0;
    let refused = loop {
        match created(&format!("New {made}"), &format!("NEW-{made}"), 10 + made).await {
            Some(why) => break why,
            None => made += 1,
        }
    };
    assert_eq!(refused, PushReason::PlanLimit);
    assert!(made > 0);
}

/// Killed, or cut off, at each of the writes: found again, or made, and then whole, and no twin.
#[tokio::test]
async fn ec_08_a_lost_answer_makes_no_twin() {
    for wanted in [mug(), without_sku(mug()), shirt(), without_sku(shirt())] {
        for lost in [
            "/products",
            "/metafields",
            "/channel-assignments",
            "/images",
        ] {
            let method = match lost {
                "/channel-assignments" => Method::PUT,
                _ => Method::POST,
            };
            let mut wanted = wanted.clone();
            wanted.images = vec![image(1), image(2)];
            let world = World::open().await;
            world.store.trouble(method, lost, Trouble::LostAnswer);
            let lost_answer = world.try_to_create(&wanted).await;
            assert!(
                matches!(lost_answer, Err(FetchError::TryLater { .. })),
                "{lost}: {lost_answer:?}"
            );
            settled(&world, &wanted).await;
        }
    }
}

fn without_sku(mut wanted: retail::listing::Listing) -> retail::listing::Listing {
    for variant in &mut wanted.variants {
        variant.sku = None;
    }
    wanted
}

/// What the reconciler does after a crash: it looks, makes what is not there, links by SKU, and saves.
async fn settled(world: &World, wanted: &retail::listing::Listing) {
    let skus: Vec<&str> = wanted
        .variants
        .iter()
        .filter_map(|variant| variant.sku.as_ref().map(retail::Sku::as_str))
        .collect();
    let found = world.find(wanted.product, &skus).await;
    assert!(found.len() <= 1, "{found:?}");
    let mut shop = match found.into_iter().next() {
        Some(found) => found,
        None => world.create(wanted).await,
    };
    for variant in &mut shop.variants {
        let same = wanted
            .variants
            .iter()
            .find(|each| each.sku == variant.sku && each.sku.is_some());
        variant.item = variant.item.or(same.map(|each| each.item));
    }
    let changed = world.change(&[row(wanted, &shop)]).await.remove(0);
    assert!(matches!(changed, Outcome::Done(_)), "{changed:?}");
    let read = world.read(&shop).await;
    assert_eq!(read.product, Some(wanted.product));
    let items: Vec<_> = read.variants.iter().map(|variant| variant.item).collect();
    let wanted_items: Vec<_> = wanted.variants.iter().map(|each| Some(each.item)).collect();
    assert_eq!(items, wanted_items);
    assert_eq!(hashes(&read), [Some(1), Some(2)], "{}", wanted.title);
    assert!(
        row(wanted, &read).change.is_empty(),
        "{:?}",
        row(wanted, &read).change
    );
    let query = format!("/v3/catalog/products?name={}", wanted.title);
    let (_, all) = world.store.by_hand(Method::GET, &query, Value::Null);
    assert_eq!(all["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_product_that_was_made_in_part_is_mended_by_the_next_save() {
    let world = World::open().await;
    world
        .store
        .trouble(Method::POST, "/products", Trouble::Partly);
    let made = world.create(&shirt()).await;
    assert!(matches!(
        world.save(&shirt(), &made).await,
        Outcome::Done(_)
    ));
    assert!(world.read(&made).await.is_on_sale);
}

#[tokio::test]
async fn r_10_a_variant_without_a_sku_has_one_that_stands_in_for_it() {
    let world = World::open().await;
    let mut wanted = shirt();
    wanted.variants[0].sku = None;
    let made = world.create(&wanted).await;
    assert_eq!(made.variants[0].sku, None);
    assert!(matches!(world.save(&wanted, &made).await, Outcome::Done(_)));
    let before = world.asked();
    let read = world.read(&made).await;
    assert!(row(&wanted, &read).change.is_empty());
    assert!(world.written(before).is_empty());
    // One that it is given later takes the other's place.
    wanted.variants[0] = sized(2, "S");
    assert!(matches!(world.save(&wanted, &made).await, Outcome::Done(_)));
    assert_eq!(
        world.read(&made).await.variants[0].sku,
        wanted.variants[0].sku
    );
}
