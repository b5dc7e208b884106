//! What a store has: by its ids, by ours, by SKU, and all of it.

use std::collections::BTreeSet;

use shop::PageToken;
use shop::push::Listings;

use super::*;

#[tokio::test]
async fn ec_01_a_store_says_in_what_it_counts() {
    let bench = Bench::open().await;
    assert_eq!(
        bench.platform.terms(bench.to()).await,
        Ok(bench.terms.clone())
    );
    assert_eq!(bench.purse.units.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn listings_are_found_by_our_ids_and_by_sku_in_one_batch() {
    let bench = Bench::open().await;
    let one = bench.create(&bowl(1)).await;
    let other = bench.create(&shirt(2)).await;
    bench.pass(2);
    bench.requests();
    let sought = Sought {
        products: vec![product(1), product(2), product(3)],
        skus: ["POS-201", "ECO-00001", "none & none"]
            .map(|sku| Sku::new(sku).unwrap())
            .into(),
    };
    let found = bench.find(sought).await;
    let skus = found.iter().flat_map(|shop| &shop.variants);
    let skus: BTreeSet<&str> = skus
        .filter_map(|v| Some(v.sku.as_ref()?.as_str()))
        .collect();
    assert_eq!(found.len(), 3, "each once");
    assert!(skus.contains("ECO-00001"));
    let by_note = |n| found.iter().find(|shop| shop.product == Some(product(n)));
    assert_eq!(by_note(2), Some(&other));
    let mut found = by_note(1).unwrap().clone();
    // No place in the shop says which item the product itself is.
    found.variants[0].item = one.variants[0].item;
    assert_eq!(found, one);
    let posts = bench
        .requests()
        .into_iter()
        .filter(|request| request.method == Method::POST);
    assert_eq!(posts.count(), 1);
}

#[tokio::test]
async fn what_is_not_there_is_not_among_them() {
    let bench = Bench::open().await;
    let shop = bench.create(&bowl(1)).await;
    let ids = [
        "7",
        shop.id.as_str(),
        "not-a-number",
        "99999999999999999999999",
    ];
    let ids = ids.map(|id| ShopProductId::new(id).unwrap());
    let read = bench.platform.read(bench.to(), &ids).await.unwrap();
    assert_eq!(
        read.iter().map(|shop| &shop.id).collect::<Vec<_>>(),
        [&shop.id]
    );
}

/// All pages, while `something` happens between them.
async fn all(bench: &Bench, mut something: impl FnMut(usize)) -> Vec<ShopProductId> {
    let mut ids = Vec::new();
    let mut after: Option<PageToken> = None;
    for page in 0.. {
        let told = bench
            .platform
            .pages(bench.to(), after.as_ref())
            .await
            .unwrap();
        let Listings { listings, next } = told;
        ids.extend(listings.into_iter().map(|listing| listing.id));
        match next {
            Some(next) => after = Some(next),
            None => break,
        }
        something(page);
    }
    ids
}

#[tokio::test]
async fn r_05_pages_hold_every_listing_once() {
    let bench = Bench::open().await;
    let ids = all(&bench, |_| {}).await;
    let unique: BTreeSet<&ShopProductId> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
    let things = bench.live.shop().catalogue().products();
    let known: BTreeSet<u64> = things.iter().map(|thing| thing.product_id).collect();
    assert!(known.len() > 100, "more than a page");
    assert_eq!(ids.len(), known.len());
    bench.requests();
}

#[tokio::test]
async fn r_05_no_listing_is_passed_over_while_others_are_deleted() {
    for gone in [1, 99, 100] {
        let bench = Bench::open().await;
        let things = bench.live.shop().catalogue().products();
        let known: BTreeSet<u64> = things.iter().map(|thing| thing.product_id).collect();
        let known: Vec<u64> = known.into_iter().collect();
        let ids = all(&bench, |page| {
            if page == 0 {
                for id in &known[..gone] {
                    bench.panel(&Method::DELETE, &format!("/products/{id}"), &Value::Null);
                }
            }
        });
        let ids: BTreeSet<ShopProductId> = ids.await.into_iter().collect();
        for id in &known[gone..] {
            let id = ShopProductId::new(&id.to_string()).unwrap();
            assert!(ids.contains(&id), "{gone} gone: {id:?}");
        }
    }
}

#[tokio::test]
async fn a_token_that_is_none_of_ours_is_refused() {
    let bench = Bench::open().await;
    for text in ["7", "x:7", ""] {
        let Some(token) = PageToken::new(text) else {
            continue;
        };
        let told = bench.platform.pages(bench.to(), Some(&token)).await;
        assert!(matches!(told, Err(FetchError::Unreadable { .. })), "{text}");
    }
}

#[tokio::test]
async fn a_run_that_changes_nothing_writes_nothing() {
    let bench = Bench::open().await;
    let mut rows = Vec::new();
    for n in 1..=10 {
        let mut wanted = if n % 2 == 0 { bowl(n) } else { shirt(n) };
        wanted.images = vec![image(1)];
        let id = bench.create(&wanted).await.id;
        bench.save(&id, &wanted).await;
        rows.push((id, wanted));
    }
    bench.requests();
    let mut again = Vec::new();
    for (id, wanted) in &rows {
        again.push(row(bench.linked(id, wanted).await, wanted));
    }
    let outcomes = bench.platform.change(bench.to(), &again).await.unwrap();
    assert_eq!(outcomes, vec![Outcome::Done(Changed::default()); 10]);
    assert_eq!(bench.writes(), []);
}
