//! Images are sent once and named by their hash.

use serde_json::json;
use shop::push::PushReason;

use super::*;

fn images(bench: &Bench, id: &ShopProductId) -> Vec<(String, bool)> {
    let told = bench.product(id);
    let images = told["media"]["images"].as_array().unwrap();
    let images = images.iter().map(|image| {
        let address = image["imageOriginalUrl"].as_str().unwrap();
        let name = address.rsplit('/').next().unwrap().to_owned();
        (name, image["isMain"] == true)
    });
    images.collect()
}

fn named(names: &[&str]) -> Vec<(String, bool)> {
    let names = names.iter().enumerate();
    names
        .map(|(place, name)| ((*name).to_owned(), place == 0))
        .collect()
}

fn sent(bench: &Bench) -> Vec<(String, Value)> {
    let writes = bench.writes().into_iter();
    let sent = writes.filter(|(_, path, _)| path.ends_with("/async"));
    sent.map(|(_, path, body)| (path.split('/').nth(3).unwrap().to_owned(), body))
        .collect()
}

#[tokio::test]
async fn ec_03_an_image_is_sent_once_by_its_hash() {
    let bench = Bench::open().await;
    let mut wanted = bowl(1);
    wanted.images = vec![image(1), image(2)];
    wanted.images[0].alt = "Un bol".into();
    let id = bench.create(&wanted).await.id;
    let first = json!({
        "url": "https://pos.example/images/1.jpg", "width": 1200, "height": 800,
        "externalId": hex(1), "alt": {"main": "Un bol"},
    });
    let second = json!({
        "url": "https://pos.example/images/2.jpg", "width": 1200, "height": 800, "externalId": hex(2),
    });
    assert_eq!(
        sent(&bench),
        [("image".to_owned(), first), ("gallery".to_owned(), second)]
    );
    assert_eq!(images(&bench, &id), named(&["1.jpg", "2.jpg"]));
    wanted.title = "Autre".into();
    bench.save(&id, &wanted).await;
    assert_eq!(sent(&bench), []);
    wanted.images = vec![image(3), image(1)];
    bench.save(&id, &wanted).await;
    assert_eq!(sent(&bench).len(), 1, "only what is not there");
    assert_eq!(images(&bench, &id), named(&["3.jpg", "1.jpg"]));
    bench.assert_shows(&id, &wanted).await;
    wanted.images.reverse();
    bench.save(&id, &wanted).await;
    assert_eq!(sent(&bench), []);
    assert_eq!(images(&bench, &id), named(&["1.jpg", "3.jpg"]));
    bench.assert_shows(&id, &wanted).await;
}

fn hex(n: u8) -> String {
    format!("{n:02x}").repeat(32)
}

#[tokio::test]
async fn ec_05_images_of_the_merchants_own_stay_after_ours() {
    let bench = Bench::open().await;
    let mut wanted = bowl(1);
    let id = bench.create(&wanted).await.id;
    let path = format!("/products/{}", id.as_str());
    let theirs = json!({"url": "https://merchant.example/own.png", "width": 10, "height": 10});
    bench.panel(&Method::POST, &format!("{path}/image/async"), &theirs);
    for _ in 0..2 {
        bench.read(&id).await;
    }
    assert_eq!(images(&bench, &id), named(&["own.png"]));
    bench.requests();
    wanted.images = vec![image(1)];
    bench.save(&id, &wanted).await;
    assert_eq!(sent(&bench)[0].0, "gallery", "the main one is not replaced");
    assert_eq!(images(&bench, &id), named(&["1.jpg", "own.png"]));
    wanted.images = vec![image(2)];
    bench.save(&id, &wanted).await;
    assert_eq!(images(&bench, &id), named(&["2.jpg", "own.png"]));
    bench.assert_shows(&id, &wanted).await;
    bench.requests();
}

#[tokio::test]
async fn ec_03_an_image_that_is_there_after_a_lost_answer_is_not_sent_again() {
    let bench = Bench::open().await;
    let mut wanted = bowl(1);
    let id = bench.create(&wanted).await.id;
    let before = bench.linked(&id, &wanted).await;
    wanted.images = vec![image(1)];
    bench.live.lose_answers(1);
    let lost = bench
        .platform
        .change(bench.to(), &[row(before.clone(), &wanted)])
        .await;
    assert!(matches!(lost, Err(FetchError::TryLater { .. })));
    for _ in 0..2 {
        bench.read(&id).await;
    }
    sent(&bench);
    let told = bench.tell(before, &wanted).await;
    let Outcome::Done(Changed { images: ids, .. }) = told else {
        panic!("{told:?}");
    };
    assert_eq!(ids.len(), 1, "and its id is told");
    assert_eq!(sent(&bench), []);
    assert_eq!(images(&bench, &id), named(&["1.jpg"]));
}

#[tokio::test]
async fn ec_03_a_store_that_tells_no_names_is_told_apart_by_what_is_new() {
    let bench = Bench::open().await;
    bench.live.tell_image_names(false);
    let mut wanted = bowl(1);
    wanted.images = vec![image(1), image(2)];
    let shop = bench.create(&wanted).await;
    let hashes: Vec<Option<ImageHash>> = shop.images.iter().map(|image| image.hash).collect();
    assert_eq!(hashes, [Some(image(1).hash), Some(image(2).hash)]);
    // Who keeps that link need send nothing again.
    wanted.is_on_sale = false;
    let left = listing::change(&wanted, &shop, &Ownership::default());
    assert!(left.is_empty(), "{left:?}");
    wanted.images = vec![image(3), image(2)];
    let told = bench.tell(shop, &wanted).await;
    let Outcome::Done(Changed { images: ids, .. }) = told else {
        panic!("{told:?}");
    };
    assert_eq!(ids.len(), 1);
    assert_eq!(
        images(&bench, &shop_id(&bench, &wanted).await),
        named(&["3.jpg", "2.jpg"])
    );
}

async fn shop_id(bench: &Bench, wanted: &Listing) -> ShopProductId {
    bench.pass(2);
    let sought = Sought {
        products: vec![wanted.product],
        skus: Vec::new(),
    };
    bench.find(sought).await.remove(0).id
}

#[tokio::test]
async fn ec_03_an_image_that_does_not_come_is_a_refusal_of_that_listing_alone() {
    let bench = Bench::open().await;
    let mut rows = Vec::new();
    for n in 1..=2 {
        let mut wanted = bowl(n);
        let shop = bench.create(&wanted).await;
        wanted.title = "Autre".into();
        wanted.images = vec![image(1)];
        if n == 1 {
            wanted.images[0].url = "https://pos.example/images/1.svg".into();
        }
        rows.push(row(shop, &wanted));
    }
    let outcomes = bench.platform.change(bench.to(), &rows).await.unwrap();
    let [Outcome::Refused(refusal), Outcome::Done(changed)] = outcomes.as_slice() else {
        panic!("{outcomes:?}");
    };
    assert_eq!(refusal.why, PushReason::Image);
    assert_eq!(changed.images.len(), 1);
    assert_eq!(
        bench.product(&rows[0].shop.id)["name"],
        "Autre",
        "the rest is done"
    );
}
