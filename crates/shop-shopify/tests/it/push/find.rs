use retail::Currency;
use retail::Sku;
use retail::listing::{DimensionUnit, ShopProductId, Terms, WeightUnit};
use shop::push::{Push as _, Sought};

use super::world::{operations, plain, shirt, world};

fn skus(texts: &[&str]) -> Sought {
    Sought {
        products: Vec::new(),
        skus: texts.iter().map(|text| Sku::new(text).unwrap()).collect(),
    }
}

#[tokio::test]
async fn ec_18_the_shop_says_in_what_it_counts() {
    let world = world().await;
    let terms = Terms {
        currency: Currency::EUR,
        prices_include_tax: true,
        weight: WeightUnit::Kilogram,
        dimensions: DimensionUnit::Centimetre,
        location: "70000000001".into(),
    };
    assert_eq!(world.terms, terms);
}

#[tokio::test]
async fn wc_07_listings_are_found_by_sku_once_the_index_knows_them() {
    let world = world().await;
    let find = async |sought: &Sought| {
        let found = world.shopify.find(world.to(), sought).await.unwrap();
        found
            .into_iter()
            .map(|listing| listing.variants[0].sku.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        find(&skus(&["SIM-00001"])).await,
        [],
        "not in the index yet"
    );
    world.pass(5);
    assert_eq!(find(&skus(&["SIM-00001", "SIM-00002"])).await.len(), 2);
    assert_eq!(
        find(&skus(&["sim-00001"])).await.len(),
        1,
        "whoever asks compares again"
    );
    assert_eq!(find(&skus(&["SIM"])).await, [], "a word of a SKU is no SKU");
    assert_eq!(find(&skus(&["O'NEILL\\ OR sku:'SIM-00001'"])).await, []);
    world.shelf(|shelf| {
        let mut wares = shelf.wares.values_mut();
        wares.next().unwrap().variants[0].sku = "  SIM-00001 ".to_owned();
    });
    assert_eq!(
        find(&skus(&["SIM-00001"])).await.len(),
        2,
        "both that hold it"
    );
}

#[tokio::test]
async fn r_05_all_listings_are_read_a_page_at_a_time() {
    let world = world().await;
    let made = world.create(&shirt()).await;
    let mut after = None;
    let mut read = Vec::new();
    let mut pages = 0;
    loop {
        let page = world
            .shopify
            .pages(world.to(), after.as_ref())
            .await
            .unwrap();
        read.extend(page.listings);
        pages += 1;
        after = match page.next {
            Some(next) => Some(next),
            None => break,
        };
    }
    assert_eq!((read.len(), pages), (31, 2));
    let known = read.iter().find(|listing| listing.id == made.id).unwrap();
    assert_eq!(known.product, made.product);
    let card = read
        .iter()
        .find(|listing| listing.title.starts_with("Carte"))
        .unwrap();
    assert_eq!(card.variants[0].quantity, None, "it is not counted");
    let poster = read
        .iter()
        .find(|listing| listing.title.starts_with("Affiche"))
        .unwrap();
    assert_eq!(poster.variants[0].sku, None);
    assert!(poster.is_on_sale && poster.options.is_empty() && poster.variants[0].values.is_empty());
    assert_eq!(poster.variants[0].quantity, Some(1_000));
}

#[tokio::test]
async fn ec_07_what_the_shop_has_no_more_is_not_among_what_is_read() {
    let world = world().await;
    let made = world.create(&plain(3)).await;
    let ids = [
        made.id.clone(),
        ShopProductId::new("404").unwrap(),
        ShopProductId::new("no number").unwrap(),
    ];
    let read = world.shopify.read(world.to(), &ids).await.unwrap();
    assert_eq!(read.len(), 1);
}

#[tokio::test]
async fn every_request_is_paid_for_before_it_is_sent_and_settled_by_the_shops_word() {
    let world = world().await;
    let (_, asked) = world.asked(world.create(&shirt())).await;
    let (spent, settled) = (world.purse.spent(), world.purse.settled());
    assert_eq!(
        spent.len(),
        world.server.requests().len(),
        "{:?}",
        operations(&asked)
    );
    assert_eq!(
        spent,
        settled.iter().map(|(spent, _)| *spent).collect::<Vec<_>>()
    );
    assert!(
        settled.iter().all(|(spent, cost)| cost <= spent),
        "{settled:?}"
    );
    assert!(
        settled.iter().any(|(spent, cost)| cost < spent),
        "less came of it: {settled:?}"
    );
}
