//! What differs is told, and nothing else.

use retail::ShopVariantId;
use retail::listing::{Field, Rule};
use serde_json::json;
use shop::push::PushReason;

use super::*;

type Edit = fn(&mut Variant);

/// A bowl that is there, as it is wanted.
async fn on_sale(bench: &Bench, wanted: &Listing) -> ShopProductId {
    let shop = bench.create(wanted).await;
    let done = bench.save(&shop.id, wanted).await;
    assert!(matches!(done, Outcome::Done(_)), "{done:?}");
    bench.assert_shows(&shop.id, wanted).await;
    bench.requests();
    shop.id
}

#[tokio::test]
async fn ec_03_only_what_differs_is_sent() {
    let bench = Bench::open().await;
    let mut wanted = bowl(1);
    let id = on_sale(&bench, &wanted).await;
    let path = format!("/products/{}", id.as_str());
    wanted.title = "Grand bol".into();
    wanted.variants[0].price = euros(2_550);
    bench.save(&id, &wanted).await;
    let put = (
        "PUT".to_owned(),
        path,
        json!({"name": "Grand bol", "price": 25.50}),
    );
    assert_eq!(bench.writes(), [put]);
    bench.assert_shows(&id, &wanted).await;
    bench.requests();
    bench.save(&id, &wanted).await;
    assert_eq!(bench.writes(), [], "what is equal is not sent");
}

#[tokio::test]
async fn ec_03_every_field_of_a_variation_goes_by_itself() {
    let bench = Bench::open().await;
    let wanted = shirt(1);
    let id = on_sale(&bench, &wanted).await;
    let edits: [(Edit, Value); 5] = [
        (|v| v.sku = Sku::new("NEW").ok(), json!({"sku": "NEW"})),
        (
            |v| v.barcode = Barcode::new("4006381333931").ok(),
            json!({"attributes": [{"alias": "UPC", "value": "4006381333931"}]}),
        ),
        (|v| v.price = euros(1), json!({"price": 0.01})),
        (|v| v.weight = Some(Measure(1_250)), json!({"weight": 1.25})),
        (
            |v| {
                let side = Measure(10_000);
                v.dimensions = Some(Dimensions {
                    length: side,
                    width: side,
                    height: side,
                });
            },
            json!({"dimensions": {"length": 10, "width": 10, "height": 10}}),
        ),
    ];
    let mut wanted = wanted;
    for (edit, body) in edits {
        edit(&mut wanted.variants[1]);
        bench.save(&id, &wanted).await;
        let writes = bench.writes();
        let [(method, path, sent)] = writes.as_slice() else {
            panic!("{writes:?}");
        };
        assert_eq!((method.as_str(), sent), ("PUT", &body));
        assert!(path.contains("/combinations/"), "{path}");
        bench.assert_shows(&id, &wanted).await;
        bench.requests();
    }
}

#[tokio::test]
async fn ec_02_what_is_the_merchants_is_never_sent_and_stays() {
    let bench = Bench::open().await;
    let mut wanted = shirt(1);
    let id = on_sale(&bench, &wanted).await;
    let path = format!("/products/{}", id.as_str());
    let theirs = json!({
        "compareToPrice": 39.9, "subtitle": "Fait main", "warningLimit": 3, "costPrice": 4.2,
        "categoryIds": [7], "tax": {"taxable": true},
    });
    bench.panel(&Method::PUT, &path, &theirs);
    let variation = bench.product(&id)["combinations"][0]["id"].clone();
    let of_variation = json!({"compareToPrice": 49.9, "warningLimit": 1});
    bench.panel(
        &Method::PUT,
        &format!("{path}/combinations/{variation}"),
        &of_variation,
    );
    // All that a save can change, and a variant put away and sold again.
    wanted.title = "Autre".into();
    wanted.description = "<p>Autre</p>".into();
    wanted.brand = "Autre".into();
    wanted.images = vec![image(1)];
    wanted.variants.push(variant(7, &["XL"]));
    wanted.variants[0].price = euros(9_900);
    wanted.variants[0].is_on_sale = false;
    bench.save(&id, &wanted).await;
    wanted.variants[0].is_on_sale = true;
    bench.save(&id, &wanted).await;
    bench.assert_shows(&id, &wanted).await;
    // Each of these was held against the merchant's list by `requests`.
    assert!(bench.requests().len() > 5);
    let told = bench.product(&id);
    for (name, value) in theirs.as_object().unwrap() {
        assert_eq!(told[name], *value, "{name}");
    }
    for (name, value) in of_variation.as_object().unwrap() {
        assert_eq!(told["combinations"][0][name], *value, "{name}");
    }
}

#[tokio::test]
async fn ec_04_an_edit_in_the_shop_lasts_until_the_next_save_of_that_field() {
    let bench = Bench::open().await;
    let mut wanted = bowl(1);
    let id = on_sale(&bench, &wanted).await;
    let path = format!("/products/{}", id.as_str());
    let known = bench.linked(&id, &wanted).await;
    bench.panel(
        &Method::PUT,
        &path,
        &json!({"name": "Soldes !", "price": 9.9, "subtitle": "Promo"}),
    );
    // Told by what was known before: the edit is not touched.
    wanted.description = "<p>Neuf</p>".into();
    bench.tell(known, &wanted).await;
    let told = bench.product(&id);
    assert_eq!(told["name"], "Soldes !");
    assert_eq!(told["price"], 9.9);
    assert_eq!(told["description"], "<p>Neuf</p>");
    // A save reads first and puts right what is the POS's.
    bench.save(&id, &wanted).await;
    let told = bench.product(&id);
    assert_eq!(
        (&told["name"], &told["price"]),
        (&json!("Bol 1"), &json!(24.0))
    );
    assert_eq!(told["subtitle"], "Promo");
}

#[tokio::test]
async fn ec_06_a_product_is_switched_on_and_off() {
    let bench = Bench::open().await;
    let mut wanted = shirt(1);
    let id = on_sale(&bench, &wanted).await;
    for is_on_sale in [false, true] {
        wanted.is_on_sale = is_on_sale;
        bench.save(&id, &wanted).await;
        let writes = bench.writes();
        assert_eq!(writes.len(), 1);
        assert_eq!(writes[0].2, json!({"enabled": is_on_sale}));
        assert_eq!(bench.product(&id)["enabled"], is_on_sale);
    }
}

#[tokio::test]
async fn ec_07_a_listing_that_the_shop_has_no_more_is_missing_and_not_made_again() {
    let bench = Bench::open().await;
    let wanted = shirt(1);
    let id = on_sale(&bench, &wanted).await;
    let shop = bench.linked(&id, &wanted).await;
    bench.panel(
        &Method::DELETE,
        &format!("/products/{}", id.as_str()),
        &Value::Null,
    );
    let edits: [fn(&mut Listing); 4] = [
        |wanted| wanted.title = "Autre".into(),
        |wanted| wanted.variants[0].price = euros(1),
        |wanted| wanted.variants.push(variant(9, &["XL"])),
        |wanted| wanted.images.push(image(1)),
    ];
    for edit in edits {
        let mut wanted = wanted.clone();
        edit(&mut wanted);
        assert_eq!(bench.tell(shop.clone(), &wanted).await, Outcome::Missing);
    }
    assert!(bench.read(&id).await.is_none());
    let posts = bench
        .writes()
        .into_iter()
        .filter(|(method, _, _)| method == "POST");
    assert_eq!(posts.count(), 0);
}

#[tokio::test]
async fn ec_07_what_the_pos_deletes_is_deleted_and_once_is_enough() {
    let bench = Bench::open().await;
    let mut ids = Vec::new();
    for n in 1..=3 {
        ids.push(bench.create(&bowl(n)).await.id);
    }
    bench.panel(
        &Method::DELETE,
        &format!("/products/{}", ids[1].as_str()),
        &Value::Null,
    );
    ids.push(ShopProductId::new("gid://other/1").unwrap());
    for _ in 0..2 {
        let deleted = bench.platform.delete(bench.to(), &ids).await.unwrap();
        assert_eq!(deleted, vec![Outcome::Done(()); 4]);
    }
    assert!(
        bench
            .platform
            .read(bench.to(), &ids)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn ec_07_a_variation_that_the_shop_has_no_more_is_missing() {
    let bench = Bench::open().await;
    let mut wanted = shirt(1);
    let id = on_sale(&bench, &wanted).await;
    let shop = bench.linked(&id, &wanted).await;
    let variation = shop.variants[1].id.as_str().split_once(':').unwrap().1;
    let path = format!("/products/{}/combinations/{variation}", id.as_str());
    bench.panel(&Method::DELETE, &path, &Value::Null);
    wanted.variants[1].price = euros(1);
    assert_eq!(bench.tell(shop, &wanted).await, Outcome::Missing);
}

#[tokio::test]
async fn r_11_empty_codes_are_wiped_only_where_told_to() {
    let bench = Bench::open().await;
    let mut wanted = bowl(1);
    let id = on_sale(&bench, &wanted).await;
    wanted.variants[0].sku = None;
    wanted.variants[0].barcode = None;
    wanted.description = "".into();
    wanted.brand = "".into();
    bench.save(&id, &wanted).await;
    assert_eq!(bench.writes(), []);
    let wipes = [Field::Sku, Field::Barcode, Field::Description, Field::Brand];
    let wipes = wipes
        .into_iter()
        .fold(Ownership::default(), |all, f| all.with(f, Rule::PosWipes));
    let shop = bench.linked(&id, &wanted).await;
    let row = ChangeRow {
        change: listing::change(&wanted, &shop, &wipes),
        shop,
        wanted: wanted.clone(),
    };
    bench.platform.change(bench.to(), &[row]).await.unwrap();
    let told = bench.product(&id);
    assert_eq!(
        (&told["sku"], &told["description"]),
        (&json!(""), &json!(""))
    );
    let values: Vec<&Value> = told["attributes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| &a["value"])
        .collect();
    assert_eq!(values, [&json!(""), &json!("")]);
}

#[tokio::test]
async fn wc_07_a_product_of_the_shops_is_found_by_sku_and_overwritten() {
    let bench = Bench::open().await;
    let sku = Sku::new("ECO-00000").unwrap();
    let sought = Sought {
        products: Vec::new(),
        skus: vec![sku.clone()],
    };
    let found = bench.find(sought).await;
    let [shop] = found.as_slice() else {
        panic!("{found:?}");
    };
    let mut wanted = bowl(1);
    wanted.variants[0].sku = Some(sku);
    bench.save(&shop.id, &wanted).await;
    bench.assert_shows(&shop.id, &wanted).await;
    assert_eq!(bench.product(&shop.id)["subtitle"], "Fait main");
    assert_eq!(
        bench.product(&shop.id)["quantity"],
        100,
        "stock is told apart"
    );
}

#[tokio::test]
async fn ec_03_a_row_that_is_refused_stands_alone() {
    let bench = Bench::open().await;
    let mut rows = Vec::new();
    for n in 1..=5_u128 {
        let mut wanted = bowl(n);
        let id = on_sale(&bench, &wanted).await;
        wanted.title = "Autre".into();
        if n == 2 {
            wanted.variants[0].sku = Sku::new("POS-100").ok();
        }
        let shop = bench.linked(&id, &wanted).await;
        rows.push(row(shop, &wanted));
    }
    bench.panel(
        &Method::DELETE,
        &format!("/products/{}", rows[3].shop.id.as_str()),
        &Value::Null,
    );
    bench.requests();
    let outcomes = bench.platform.change(bench.to(), &rows).await.unwrap();
    for (n, outcome) in outcomes.iter().enumerate() {
        match (n, outcome) {
            (1, Outcome::Refused(refusal)) => assert_eq!(refusal.why, PushReason::SkuTaken),
            (3, Outcome::Missing) | (0 | 2 | 4, Outcome::Done(_)) => {}
            (n, other) => panic!("row {n}: {other:?}"),
        }
    }
    let batches = bench
        .requests()
        .into_iter()
        .filter(|r| r.method == Method::POST);
    assert_eq!(batches.count(), 1, "all in one");
    assert_eq!(bench.product(&rows[4].shop.id)["name"], "Autre");
}

#[tokio::test]
async fn an_id_that_is_none_of_ecoms_is_missing() {
    let bench = Bench::open().await;
    let wanted = bowl(1);
    let id = on_sale(&bench, &wanted).await;
    let mut shop = bench.linked(&id, &wanted).await;
    shop.id = ShopProductId::new("1/../2").unwrap();
    shop.variants[0].id = ShopVariantId::new("1/../2").unwrap();
    let mut other = wanted.clone();
    other.title = "Autre".into();
    assert_eq!(bench.tell(shop, &other).await, Outcome::Missing);
}
