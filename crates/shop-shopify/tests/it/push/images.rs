use shop::FetchError;
use shop::push::{Changed, Outcome};

use super::world::{image, operations, shirt, world};

fn done(outcome: Outcome<Changed>) -> Changed {
    match outcome {
        Outcome::Done(changed) => changed,
        other => panic!("{other:?}"),
    }
}

fn name(n: u8) -> String {
    format!("{}.jpg", format!("{n:02x}").repeat(32))
}

#[tokio::test]
async fn ec_03_an_image_is_sent_once_and_the_shops_own_stays_after_ours() {
    let world = world().await;
    let mut wanted = shirt();
    wanted.is_on_sale = false;
    let made = world.create(&wanted).await;
    world.pass(5);
    let id = world.shelf(shop_shopify::sim::Shelf::id);
    world.edit(&made, |ware| {
        let mut own = ware.media[0].clone();
        (own.id, own.name) = (id, "vitrine.jpg".to_owned());
        ware.media.insert(0, own);
    });
    wanted.images = vec![image(3), image(2)];
    let read = world.read(&made).await;
    let (changed, asked) = world.asked(world.save(&read, &wanted)).await;
    let changed = done(changed);
    assert_eq!(changed.images.len(), 1);
    assert_eq!(changed.images[0].0, image(3).hash);
    let media = world.ware(&made).media;
    let names: Vec<&str> = media.iter().map(|media| media.name.as_str()).collect();
    assert_eq!(names, [name(3).as_str(), &name(2), "vitrine.jpg"]);
    assert_eq!(
        operations(&asked),
        [
            "ProductMedia",
            "ProductAddMedia",
            "Existing",
            "FileUpdate",
            "ProductReorderMedia"
        ]
    );
    let told = asked
        .iter()
        .find(|asked| asked.operation() == "ProductAddMedia")
        .unwrap();
    assert_eq!(
        told.variables["media"].as_array().unwrap().len(),
        1,
        "unchanged ones are not sent"
    );
    world.pass(5);
    let read = world.read(&made).await;
    assert_eq!(read.images[0].hash, Some(image(3).hash));
    assert_eq!(read.images[2].hash, None);
    let (_, asked) = world.asked(world.save(&read, &wanted)).await;
    assert!(asked.is_empty(), "{:?}", operations(&asked));
}

#[tokio::test]
async fn ec_03_an_image_whose_answer_was_lost_is_not_sent_twice() {
    let world = world().await;
    let mut wanted = shirt();
    wanted.is_on_sale = false;
    let made = world.create(&wanted).await;
    wanted.images.push(image(3));
    world.server.lose_answer("ProductAddMedia");
    assert!(world.try_save(&made, &wanted).await.is_err());
    // It is being fetched, and has no name yet.
    match world.try_save(&made, &wanted).await {
        Err(FetchError::TryLater { after: Some(_), .. }) => {}
        other => panic!("{other:?}"),
    }
    world.pass(5);
    let changed = done(world.save(&made, &wanted).await);
    assert_eq!(changed.images.len(), 1);
    assert_eq!(world.ware(&made).media.len(), 3);
}

/// Read so soon that the shop has no names for them yet.
#[tokio::test]
async fn ec_03_images_that_are_being_fetched_are_waited_for() {
    let world = world().await;
    let mut wanted = shirt();
    wanted.is_on_sale = false;
    let made = world.create(&wanted).await;
    let read = world.read(&made).await;
    assert!(read.images.iter().all(|image| image.hash.is_none()));
    match world.try_save(&read, &wanted).await {
        Err(FetchError::TryLater { after: Some(_), .. }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(world.ware(&made).media.len(), 2);
    world.pass(5);
    let read = world.read(&made).await;
    let (_, asked) = world.asked(world.save(&read, &wanted)).await;
    assert!(asked.is_empty(), "{:?}", operations(&asked));
}

#[tokio::test]
async fn ec_01_a_variant_shows_its_own_image() {
    let world = world().await;
    let mut wanted = shirt();
    wanted.is_on_sale = false;
    wanted.variants[1].image = Some(image(2).hash);
    let made = world.create(&wanted).await;
    assert_eq!(made.variants[1].image, Some(made.images[1].id.clone()));
    wanted.images.push(image(3));
    wanted.variants[0].image = Some(image(3).hash);
    world.pass(5);
    done(world.save(&made, &wanted).await);
    let ware = world.ware(&made);
    assert_eq!(ware.variants[0].media, Some(ware.media[2].id));
    assert_eq!(ware.variants[1].media, Some(ware.media[1].id));
}

/// The shop says so only later: it is as if it had never been sent.
#[tokio::test]
async fn an_image_that_the_shop_cannot_fetch_is_not_there() {
    let world = world().await;
    let mut wanted = shirt();
    wanted.images[1].url = "https://pos.example/broken.jpg".into();
    let made = world.create(&wanted).await;
    assert_eq!(made.images.len(), 2);
    world.pass(5);
    assert_eq!(world.read(&made).await.images.len(), 1);
}
