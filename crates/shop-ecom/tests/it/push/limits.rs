//! A store's limits: how often it is asked, how much at once, and what it makes of trouble.

use http::HeaderMap;
use shop::push::PushReason;

use super::*;

#[tokio::test]
async fn who_asks_too_often_is_told_how_long_to_wait_and_nothing_is_gone() {
    let bench = Bench::with_limit(3).await;
    let mut last = None;
    for _ in 0..5 {
        last = Some(bench.platform.terms(bench.to()).await);
    }
    let Some(Err(FetchError::TryLater { after, .. })) = last else {
        panic!("{last:?}");
    };
    let refused = bench.purse.refused.lock().unwrap().clone();
    assert_eq!(refused.len(), 2, "each time");
    assert_eq!(refused.last().copied(), after);
    let id = ShopProductId::new("1").unwrap();
    let sought = Sought {
        products: vec![product(1)],
        skus: Vec::new(),
    };
    let row = StockRow {
        product: id.clone(),
        variant: retail::ShopVariantId::new("1").unwrap(),
        stock_id: None,
        expected: Some(1),
        wanted: 2,
        key: Uuid::from_u128(1),
    };
    let ids = std::slice::from_ref(&id);
    let to = bench.to();
    let all = [
        bench.platform.find(to, &sought).await.map(drop),
        bench.platform.read(to, ids).await.map(drop),
        bench.platform.pages(to, None).await.map(drop),
        bench.try_create(&bowl(1)).await.map(drop),
        bench.platform.set_stock(to, &[row]).await.map(drop),
        bench.platform.delete(to, ids).await.map(drop),
    ];
    for said in all {
        assert!(matches!(said, Err(FetchError::TryLater { .. })), "{said:?}");
    }
    assert_eq!(
        bench.purse.units.load(Ordering::Relaxed),
        11,
        "each request was paid for"
    );
}

#[tokio::test]
async fn a_change_of_more_than_a_batch_is_more_than_one() {
    let bench = Bench::open().await;
    let mut rows = Vec::new();
    for n in 1..=3_u128 {
        let mut wanted = shirt(n);
        wanted.variants = (0..190)
            .map(|v| variant(n * 1_000 + v, &[&format!("taille {v}")]))
            .collect();
        let shop = bench.create(&wanted).await;
        wanted
            .variants
            .iter_mut()
            .for_each(|variant| variant.price = euros(7));
        rows.push(row(shop, &wanted));
    }
    bench.requests();
    let outcomes = bench.platform.change(bench.to(), &rows).await.unwrap();
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome, Outcome::Done(_)))
    );
    let requests = bench.requests();
    let sizes = requests
        .iter()
        .filter_map(|request| request.body.as_array());
    let sizes: Vec<usize> = sizes.map(Vec::len).collect();
    // Each product is switched on as well.
    assert_eq!(sizes, [500, 73]);
    for row in &rows {
        let told = bench.product(&row.shop.id);
        let variations = told["combinations"].as_array().unwrap();
        assert!(variations.iter().all(|one| one["price"] == 0.07));
    }
}

#[tokio::test]
async fn a_batch_that_is_refused_whole_is_halved_until_the_bad_row_stands_alone() {
    let bench = Bench::open().await;
    let mut rows = Vec::new();
    for n in 1..=9 {
        let mut wanted = bowl(n);
        let shop = bench.create(&wanted).await;
        wanted.title = "Autre".into();
        rows.push(row(shop, &wanted));
    }
    let bad = rows[4].shop.id.clone();
    bench.live.refuse_batches_with(Some(bad.as_str()));
    let outcomes = bench.platform.change(bench.to(), &rows).await.unwrap();
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome, Outcome::Done(_)))
    );
    for row in &rows {
        assert_eq!(bench.product(&row.shop.id)["name"], "Autre");
    }
}

#[tokio::test]
async fn a_row_that_the_store_cannot_do_holds_up_no_other() {
    let bench = Bench::open().await;
    let mut rows = Vec::new();
    for n in 1..=3 {
        let mut wanted = bowl(n);
        let shop = bench.create(&wanted).await;
        wanted.title = "Autre".into();
        rows.push(row(shop, &wanted));
    }
    bench.live.fail_at(Some(rows[1].shop.id.as_str()));
    let outcomes = bench.platform.change(bench.to(), &rows).await.unwrap();
    let [
        Outcome::Done(_),
        Outcome::Refused(refusal),
        Outcome::Done(_),
    ] = outcomes.as_slice()
    else {
        panic!("{outcomes:?}");
    };
    assert_eq!(refusal.why, PushReason::Invalid);
    bench.live.fail_at(Some(rows[2].shop.id.as_str()));
    let outcomes = bench.platform.change(bench.to(), &rows).await.unwrap();
    assert!(
        matches!(outcomes.last(), Some(Outcome::Refused(_))),
        "also where it comes last: {outcomes:?}"
    );
    // A store that can do nothing is asked later.
    bench.live.fail_at(Some("/products"));
    let later = bench.platform.change(bench.to(), &rows).await;
    assert!(
        matches!(later, Err(FetchError::TryLater { .. })),
        "{later:?}"
    );
}

#[tokio::test]
async fn a_token_that_is_worth_nothing_is_a_refusal_of_the_connection() {
    let bench = Bench::open().await;
    bench.live.uninstall();
    let refused = bench.platform.terms(bench.to()).await;
    assert_eq!(refused, Err(FetchError::Refused { status: 403 }));
    let refused = bench.try_create(&bowl(1)).await;
    assert_eq!(refused, Err(FetchError::Refused { status: 403 }));
    let mut alone = bench.connection.clone();
    alone.api = None;
    let to = To {
        connection: &alone,
        ..bench.to()
    };
    assert_eq!(bench.platform.terms(to).await, Err(FetchError::NoAccess));
}

/// A store that is down behind a page of somebody's.
#[tokio::test]
async fn a_page_that_is_no_answer_says_nothing_of_the_listing() {
    for status in [200_u16, 400, 404, 502] {
        let router = axum::Router::new().fallback(move || async move {
            let status = http::StatusCode::from_u16(status).unwrap();
            (status, HeaderMap::new(), "<html>Maintenance</html>")
        });
        let mut bench = Bench::open().await;
        let url = format!("{}/api/v3/1003", serve(router).await);
        bench.connection = connection_to(&url, &["any"]);
        let id = ShopProductId::new("1").unwrap();
        let ids = std::slice::from_ref(&id);
        let deleted = bench.platform.delete(bench.to(), ids).await;
        assert!(
            matches!(deleted, Err(FetchError::TryLater { .. })),
            "{status}: {deleted:?}"
        );
        let read = bench.platform.read(bench.to(), ids).await;
        assert!(
            matches!(read, Err(FetchError::TryLater { .. })),
            "{status}: {read:?}"
        );
    }
}
