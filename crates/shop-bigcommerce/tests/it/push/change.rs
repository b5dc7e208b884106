use http::Method;
use retail::listing::{Field, Ownership, Rule, ShopListing, change};
use retail::{Barcode, ProductId, Sku};
use serde_json::{Value, json};
use shop::push::{ChangeRow, Outcome, Push as _, PushReason};
use shop_bigcommerce::sim::Trouble;
use uuid::Uuid;

use super::{World, euros, hashes, image, mug, row, shirt, sized};

#[tokio::test]
async fn ec_03_only_what_differs_is_sent() {
    let world = World::open().await;
    let made = world.create(&mug()).await;
    let mut wanted = mug();
    wanted.is_on_sale = false;
    wanted.variants[0].price = euros(2_150);
    let before = world.asked();
    assert!(matches!(world.save(&wanted, &made).await, Outcome::Done(_)));
    let written = world.written(before);
    assert_eq!(written.len(), 1);
    let id: u64 = made.id.as_str().parse().unwrap();
    assert_eq!(written[0].body, json!([{"id": id, "price": 21.5}]));
}

#[tokio::test]
async fn ec_03_a_save_without_a_change_writes_nothing() {
    let world = World::open().await;
    for mut wanted in [mug(), shirt()] {
        wanted.images = vec![image(1)];
        wanted.variants[0].image = Some(image(1).hash);
        let made = world.create(&wanted).await;
        assert!(matches!(world.save(&wanted, &made).await, Outcome::Done(_)));
        let before = world.asked();
        let read = world.read(&made).await;
        assert!(
            row(&wanted, &read).change.is_empty(),
            "{:?}",
            row(&wanted, &read).change
        );
        assert!(matches!(world.save(&wanted, &made).await, Outcome::Done(_)));
        assert!(
            world.written(before).is_empty(),
            "{:?}",
            world.written(before)
        );
    }
}

#[tokio::test]
async fn ec_04_an_edit_in_the_store_lives_until_the_next_save_and_what_is_not_ours_beyond() {
    let world = World::open().await;
    let made = world.create(&mug()).await;
    let path = format!("/v3/catalog/products/{}", made.id.as_str());
    let edit = json!({"name": "Sale!", "price": 1, "search_keywords": "cup", "page_title": "Cups",
        "availability": "preorder", "cost_price": 4});
    world.by_hand(Method::PUT, &path, edit);
    assert_eq!(&*world.read(&made).await.title, "Sale!");
    assert!(matches!(world.save(&mug(), &made).await, Outcome::Done(_)));
    let shown = &world.by_hand(Method::GET, &path, Value::Null)["data"];
    assert_eq!(
        (&shown["name"], &shown["price"]),
        (&json!("Mug"), &json!(19.9))
    );
    assert_eq!(shown["search_keywords"], "cup");
    assert_eq!(shown["page_title"], "Cups");
    assert_eq!(shown["availability"], "preorder");
    assert_eq!(shown["cost_price"], 4);
}

#[tokio::test]
async fn ec_02_no_request_ever_names_what_is_not_synced() {
    let world = World::open().await;
    let made = world.create(&mug()).await;
    let mut wanted = mug();
    wanted.title = "Cup".into();
    wanted.brand = "Other".into();
    wanted.images = vec![image(1)];
    world.save(&wanted, &made).await;
    for asked in world.written(0) {
        let text = asked.body.to_string();
        for field in [
            "categories",
            "cost_price",
            "sale_price",
            "retail_price",
            "tax_class_id",
            "custom_url",
            "warning_level",
            "search_keywords",
            "related_products",
        ] {
            assert!(!text.contains(field), "{field}: {text}");
        }
    }
}

#[tokio::test]
async fn ec_06_products_and_single_variants_go_on_and_off_sale() {
    let world = World::open().await;
    let made = world.create(&shirt()).await;
    let mut wanted = shirt();
    wanted.variants[1].is_on_sale = false;
    assert!(matches!(world.save(&wanted, &made).await, Outcome::Done(_)));
    let read = world.read(&made).await;
    assert!(read.is_on_sale && read.variants[0].is_on_sale && !read.variants[1].is_on_sale);
    wanted.is_on_sale = false;
    wanted.variants[1].is_on_sale = true;
    assert!(matches!(world.save(&wanted, &made).await, Outcome::Done(_)));
    let read = world.read(&made).await;
    assert!(!read.is_on_sale && read.variants[1].is_on_sale);
    let simple = world.create(&mug()).await;
    let mut wanted = mug();
    wanted.variants[0].is_on_sale = false;
    assert!(matches!(
        world.save(&wanted, &simple).await,
        Outcome::Done(_)
    ));
    assert!(!world.read(&simple).await.variants[0].is_on_sale);
}

#[tokio::test]
async fn r_11_what_is_empty_in_the_pos_wipes_only_where_it_is_told_to() {
    let world = World::open().await;
    let mut wanted = mug();
    wanted.variants[0].barcode = Some(Barcode::new("3770001234567").unwrap());
    let made = world.create(&wanted).await;
    world.save(&wanted, &made).await;
    wanted.description = "".into();
    wanted.brand = "".into();
    wanted.variants[0].barcode = None;
    let before = world.asked();
    assert!(matches!(world.save(&wanted, &made).await, Outcome::Done(_)));
    assert!(world.written(before).is_empty());
    let wipes = [Field::Description, Field::Brand, Field::Barcode]
        .into_iter()
        .fold(Ownership::default(), |all, field| {
            all.with(field, Rule::PosWipes)
        });
    let shop = world.read(&made).await;
    let row = ChangeRow {
        change: change(&wanted, &shop, &wipes),
        shop,
        wanted,
    };
    assert!(matches!(world.change(&[row]).await[0], Outcome::Done(_)));
    let read = world.read(&made).await;
    assert_eq!((&*read.description, &*read.brand), ("", ""));
    assert_eq!(read.variants[0].barcode, None);
}

#[tokio::test]
async fn ec_07_what_was_deleted_in_the_store_is_missing_and_not_made_again() {
    let world = World::open().await;
    let made = world.create(&mug()).await;
    let shop = world.read(&made).await;
    let path = format!("/v3/catalog/products/{}", made.id.as_str());
    world.by_hand(Method::DELETE, &path, Value::Null);
    let mut wanted = mug();
    wanted.title = "Cup".into();
    wanted.images = vec![image(1)];
    assert_eq!(
        world.change(&[row(&wanted, &shop)]).await,
        [Outcome::Missing]
    );
    assert!(!world.is_there(&made));
    assert!(
        world
            .platform
            .read(world.to(), &[made.id])
            .await
            .unwrap()
            .is_empty()
    );
}

/// Ten products in a request; of a batch that is refused for one of them, the others are done.
#[tokio::test]
async fn ec_11_a_refused_row_stands_alone_whatever_the_size_of_the_batch() {
    let world = World::open().await;
    let mut rows = Vec::new();
    for number in 0..10 {
        let mut wanted = mug();
        wanted.product = ProductId::new(Uuid::from_u128(1_000 + number));
        wanted.title = format!("Mug {number}").into();
        wanted.variants[0].item = super::item(1_000 + number);
        wanted.variants[0].sku = Some(Sku::new(&format!("MUG-{number}")).unwrap());
        let made = world.create(&wanted).await;
        wanted.title = match number {
            3 => "T-shirt 1".into(),
            _ => format!("Cup {number}").into(),
        };
        rows.push(row(&wanted, &world.read(&made).await));
    }
    let gone = format!("/v3/catalog/products/{}", rows[7].shop.id.as_str());
    world.by_hand(Method::DELETE, &gone, Value::Null);
    let outcomes = world.change(&rows).await;
    for (number, (outcome, row)) in outcomes.iter().zip(&rows).enumerate() {
        match (number, outcome) {
            (3, Outcome::Refused(refusal)) => assert_eq!(refusal.why, PushReason::TitleTaken),
            (7, Outcome::Missing) | (_, Outcome::Done(_)) => {}
            other => panic!("{other:?}"),
        }
        if ![3, 7].contains(&number) {
            assert_eq!(world.read(&row.shop).await.title, row.wanted.title);
        }
    }
}

#[tokio::test]
async fn a_part_that_is_not_done_is_a_refusal() {
    let world = World::open().await;
    let made = world.create(&mug()).await;
    let mut wanted = mug();
    wanted.title = "Cup".into();
    world
        .store
        .trouble(Method::PUT, "/products", Trouble::Partly);
    assert!(matches!(
        world.save(&wanted, &made).await,
        Outcome::Refused(_)
    ));
    assert!(matches!(world.save(&wanted, &made).await, Outcome::Done(_)));
}

#[tokio::test]
async fn ec_03_an_image_is_sent_once_moved_by_its_hash_and_the_stores_own_stay_behind() {
    let world = World::open().await;
    let mut wanted = mug();
    wanted.images = vec![image(1), image(2)];
    let made = world.create(&wanted).await;
    let images = format!("/v3/catalog/products/{}/images", made.id.as_str());
    world.by_hand(
        Method::POST,
        &images,
        json!({"image_url": "https://shop.example/own.jpg", "sort_order": 0}),
    );
    wanted.images = vec![image(3), image(1)];
    let before = world.asked();
    let Outcome::Done(changed) = world.save(&wanted, &made).await else {
        panic!("not done");
    };
    assert_eq!(changed.images.len(), 1);
    let added = world.written(before);
    let added = added
        .iter()
        .filter(|asked| asked.body.get("image_url").is_some());
    assert_eq!(added.count(), 1, "what is there is not sent again");
    let read = world.read(&made).await;
    assert_eq!(hashes(&read), [Some(3), Some(1), None]);
    let id = made.id.as_str().parse().unwrap();
    assert_eq!(
        world.store.pictures(id),
        [
            "https://pos.example/3.jpg",
            "https://pos.example/1.jpg",
            "https://shop.example/own.jpg"
        ]
    );
}

#[tokio::test]
async fn ec_03_an_image_whose_answer_was_lost_is_not_added_twice() {
    let world = World::open().await;
    let made = world.create(&mug()).await;
    let mut wanted = mug();
    wanted.images = vec![image(1), image(2), image(3)];
    let shop: ShopListing = world.read(&made).await;
    // The first comes, the second comes and its answer does not.
    let images = format!("{}/images", made.id.as_str());
    world.store.trouble(Method::POST, "never", Trouble::Away);
    let mut first = wanted.clone();
    first.images.truncate(1);
    world.change(&[row(&first, &shop)]).await;
    world
        .store
        .trouble(Method::POST, &images, Trouble::LostAnswer);
    let shop = world.read(&made).await;
    let lost = world
        .platform
        .change(world.to(), &[row(&wanted, &shop)])
        .await;
    assert!(lost.is_err(), "{lost:?}");
    assert_eq!(hashes(&world.read(&made).await), [Some(1), Some(2)]);
    // Also for whoever saves by what was read before.
    let changed = world.change(&[row(&wanted, &shop)]).await;
    assert!(matches!(changed[0], Outcome::Done(_)), "{changed:?}");
    assert_eq!(
        hashes(&world.read(&made).await),
        [Some(1), Some(2), Some(3)]
    );
}

#[tokio::test]
async fn ec_01_a_variant_shows_one_of_the_products_images() {
    let world = World::open().await;
    let mut wanted = shirt();
    wanted.images = vec![image(1), image(2)];
    wanted.variants[1].image = Some(image(2).hash);
    let made = world.create(&wanted).await;
    let shown = made.variants[1].image.clone();
    assert_eq!(shown, Some(made.images[1].id.clone()));
    wanted.variants[1].image = Some(image(1).hash);
    assert!(matches!(world.save(&wanted, &made).await, Outcome::Done(_)));
    let read = world.read(&made).await;
    assert_eq!(read.variants[1].image, Some(read.images[0].id.clone()));
}

/// What is linked by hand or by SKU gets its note with the first save.
#[tokio::test]
async fn wc_07_a_product_of_the_stores_that_is_linked_says_so_from_then_on() {
    let world = World::open().await;
    let mut found = world.find(mug().product, &["SIM-1"]).await.remove(0);
    assert_eq!(found.product, None);
    let mut wanted = mug();
    wanted.title = found.title.clone();
    wanted.variants[0].sku = found.variants[0].sku.clone();
    found.variants[0].item = Some(wanted.variants[0].item);
    let changed = world.change(&[row(&wanted, &found)]).await;
    assert!(matches!(changed[0], Outcome::Done(_)), "{changed:?}");
    let again = world.find(mug().product, &[]).await.remove(0);
    assert_eq!(again.id.as_str(), "70001");
    assert_eq!(again.variants[0].item, Some(wanted.variants[0].item));
    assert_eq!(
        again.variants[0].price,
        Some(wanted.variants[0].price),
        "overwritten"
    );
}

#[tokio::test]
async fn two_sizes_in_one_request() {
    let world = World::open().await;
    let mut wanted = shirt();
    wanted.variants = (0..60).map(|n| sized(10 + n, &format!("{n}"))).collect();
    let made = world.create(&wanted).await;
    for variant in &mut wanted.variants {
        variant.price = euros(2_000);
    }
    let before = world.asked();
    assert!(matches!(world.save(&wanted, &made).await, Outcome::Done(_)));
    let batches = world.written(before);
    let batches = batches
        .iter()
        .filter(|asked| asked.path.ends_with("/catalog/variants"));
    let sizes: Vec<usize> = batches
        .map(|asked| asked.body.as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [50, 10], "fifty variants of a request");
    let read = world.read(&made).await;
    assert!(
        read.variants
            .iter()
            .all(|variant| variant.price == Some(euros(2_000)))
    );
}
