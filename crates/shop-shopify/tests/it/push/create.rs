use retail::listing::{Field, Ownership, Rule};
use shop::push::{Outcome, Push as _, PushReason, Sought};

use super::world::{image, item, operations, plain, product, shirt, variant, world};

#[tokio::test]
async fn ec_08_a_listing_is_made_hidden_with_all_that_the_pos_has_of_it() {
    let world = world().await;
    let wanted = shirt();
    let (made, asked) = world.asked(world.create(&wanted)).await;
    let ware = world.ware(&made);
    assert_eq!((ware.status.as_str(), ware.is_published), ("DRAFT", false));
    assert_eq!(ware.title, "Chemise « Été »");
    assert_eq!(ware.description_html, "<p>Lin</p>");
    assert_eq!(ware.vendor, "Maison");
    let [small, middle] = ware.variants.as_slice() else {
        panic!("{ware:?}");
    };
    assert_eq!(
        (small.sku.as_str(), small.price.as_str()),
        ("POS-11", "19.99")
    );
    assert_eq!(middle.values, ["M"]);
    assert!(small.is_tracked && small.available() == 0, "stock follows");
    assert_eq!(small.weight, ("KILOGRAMS".to_owned(), 0.25.into()));
    assert_eq!(made.product, Some(product(1)));
    let items: Vec<_> = made.variants.iter().map(|variant| variant.item).collect();
    assert_eq!(items, [Some(item(11)), Some(item(12))]);
    let hashes: Vec<_> = made.images.iter().map(|made| made.hash).collect();
    assert_eq!(hashes, [Some(image(1).hash), Some(image(2).hash)]);
    let told = asked
        .iter()
        .find(|asked| asked.operation() == "ProductSet")
        .unwrap();
    let input = &told.variables["input"];
    for never in ["tags", "productType", "collections", "seo", "handle"] {
        assert!(input.get(never).is_none(), "{never}");
    }
    assert!(input["variants"][0].get("inventoryQuantities").is_none());
    world.pass(5);
    let read = world.read(&made).await;
    assert_eq!(read, made, "as it was answered");
}

#[tokio::test]
async fn ec_08_a_listing_whose_answer_was_lost_is_not_made_twice() {
    for wanted in [shirt(), plain(2)] {
        let world = world().await;
        let before = world.shelf(|shelf| shelf.wares.len());
        world.server.lose_answer("ProductSet");
        assert!(world.try_create(&wanted).await.is_err());
        assert_eq!(world.shelf(|shelf| shelf.wares.len()), before + 1);
        // Found by our id: no index has heard of it yet, and there may be no SKU.
        let sought = Sought {
            products: vec![wanted.product],
            skus: Vec::new(),
        };
        let found = world.shopify.find(world.to(), &sought).await.unwrap();
        assert_eq!(found.len(), 1);
        let (again, asked) = world.asked(world.create(&wanted)).await;
        assert_eq!(again.id, found[0].id);
        assert!(
            !operations(&asked).contains(&"ProductSet"),
            "{:?}",
            operations(&asked)
        );
        assert_eq!(world.shelf(|shelf| shelf.wares.len()), before + 1);
    }
}

/// What somebody added to it meanwhile would be deleted by making it again.
#[tokio::test]
async fn ec_05_what_was_added_to_a_listing_whose_answer_was_lost_stays() {
    let world = world().await;
    world.server.lose_answer("ProductSet");
    assert!(world.try_create(&shirt()).await.is_err());
    world.shelf(|shelf| {
        let id = shelf.id();
        let ware = shelf.wares.values_mut().last().unwrap();
        let mut added = ware.variants[0].clone();
        (added.id, added.item_id, added.note) = (id, id, None);
        added.values = vec!["XL".to_owned()];
        ware.variants.push(added);
    });
    let made = world.create(&shirt()).await;
    assert_eq!(made.variants.len(), 3);
}

#[tokio::test]
async fn what_has_more_variants_and_images_than_one_request_may_tell_is_made_whole() {
    let world = world().await;
    let mut wanted = shirt();
    wanted.variants = (0..260)
        .map(|n| variant(1_000 + n, &format!("{n}")))
        .collect();
    wanted.images = (1..=12).map(image).collect();
    for variant in &mut wanted.variants {
        variant.image = Some(image(1).hash);
    }
    let (made, asked) = world.asked(world.create(&wanted)).await;
    assert_eq!(made.variants.len(), 260);
    assert!(made.variants.iter().all(|variant| variant.item.is_some()));
    let hashes: Vec<_> = made.images.iter().filter_map(|image| image.hash).collect();
    assert_eq!(hashes, (1..=12).map(|n| image(n).hash).collect::<Vec<_>>());
    let told = operations(&asked);
    for operation in ["ProductSet", "ProductVariantsBulkCreate", "ProductAddMedia"] {
        let count = told.iter().filter(|told| **told == operation).count();
        assert_eq!(count, 1, "{operation}: {told:?}");
    }
    assert!(
        world.purse.spent().iter().all(|points| *points < 250),
        "{:?}",
        world.purse.spent()
    );
    world.pass(5);
    assert_eq!(world.read(&made).await, made);
    assert!(
        retail::listing::change(&wanted_hidden(wanted), &made, &Ownership::default()).is_empty()
    );
}

fn wanted_hidden(mut wanted: retail::listing::Listing) -> retail::listing::Listing {
    wanted.is_on_sale = false;
    wanted
}

#[tokio::test]
async fn r_11_what_the_pos_does_not_own_is_not_said_of_a_new_listing() {
    let world = world().await;
    let fields = [
        Field::Description,
        Field::Brand,
        Field::Sku,
        Field::Weight,
        Field::Images,
    ];
    let ownership = (fields.into_iter()).fold(Ownership::default(), |all, field| {
        all.with(field, Rule::Shop)
    });
    let made = world
        .shopify
        .create(world.to(), &shirt(), &ownership)
        .await
        .unwrap();
    let Outcome::Done(made) = made else {
        panic!("{made:?}");
    };
    let ware = world.ware(&made);
    assert_eq!(ware.description_html, "");
    assert_ne!(ware.vendor, "Maison");
    assert!(ware.media.is_empty());
    assert!(ware.variants.iter().all(|variant| variant.sku.is_empty()));
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_a_reason() {
    let world = world().await;
    let mut options = shirt();
    options.options = ["A", "B", "C", "D"].map(Box::from).into();
    for variant in &mut options.variants {
        variant.values = vec![variant.values[0].clone(); 4];
    }
    let mut title = shirt();
    title.title = "x".repeat(256).into();
    for (wanted, why) in [(options, PushReason::TooMany), (title, PushReason::Invalid)] {
        match world.try_create(&wanted).await.unwrap() {
            Outcome::Refused(refusal) => assert_eq!(refusal.why, why, "{}", refusal.says),
            other => panic!("{other:?}"),
        }
    }
}
