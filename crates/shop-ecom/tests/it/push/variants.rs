//! Variations come, go, change their names and are put away.

use serde_json::json;

use super::*;

async fn on_sale(bench: &Bench, wanted: &Listing) -> ShopProductId {
    let shop = bench.create(wanted).await;
    bench.save(&shop.id, wanted).await;
    bench.requests();
    shop.id
}

fn variations(bench: &Bench, id: &ShopProductId) -> Vec<Value> {
    bench.product(id)["combinations"]
        .as_array()
        .unwrap()
        .clone()
}

fn changed(outcome: Outcome<Changed>) -> Changed {
    match outcome {
        Outcome::Done(changed) => changed,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn ec_05_a_variant_added_in_the_pos_is_added_there_after_its_choice() {
    let bench = Bench::open().await;
    let mut wanted = shirt(1);
    let id = on_sale(&bench, &wanted).await;
    wanted.variants.push(variant(7, &["XL"]));
    let told = changed(bench.save(&id, &wanted).await);
    let [(added, variation, None)] = told.variants.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!(*added, item(7));
    let read = bench.read(&id).await.unwrap();
    assert_eq!(read.variants[2].id, *variation);
    assert_eq!(read.variants[2].quantity, Some(0), "stock follows");
    let paths: Vec<String> = bench
        .writes()
        .into_iter()
        .map(|(_, path, _)| path)
        .collect();
    assert_eq!(paths.len(), 2);
    assert!(
        paths[0].contains("keepOptionDisplaySettings=true"),
        "options first: {paths:?}"
    );
    bench.assert_shows(&id, &wanted).await;
}

#[tokio::test]
async fn ec_05_a_variant_is_added_once_though_the_answer_is_lost() {
    let bench = Bench::open().await;
    let mut wanted = shirt(1);
    let id = on_sale(&bench, &wanted).await;
    let before = bench.linked(&id, &wanted).await;
    let mut added = variant(7, &["XL"]);
    added.sku = None;
    wanted.variants.push(added);
    bench.live.lose_answers(1);
    let lost = bench
        .platform
        .change(bench.to(), &[row(before.clone(), &wanted)])
        .await;
    assert!(matches!(lost, Err(FetchError::TryLater { .. })));
    let told = changed(bench.tell(before, &wanted).await);
    assert_eq!(told.variants.len(), 1, "and its id is told");
    assert_eq!(variations(&bench, &id).len(), 3);
    bench.assert_shows(&id, &wanted).await;
    bench.requests();
}

#[tokio::test]
async fn ec_05_a_variant_made_in_the_shop_is_neither_taken_over_nor_deleted() {
    let bench = Bench::open().await;
    let mut wanted = shirt(1);
    let id = on_sale(&bench, &wanted).await;
    let path = format!("/products/{}/combinations", id.as_str());
    let theirs = json!({
        "options": [{"name": "Taille", "value": "Sur mesure"}], "sku": "MTM", "price": 99.0, "quantity": 3,
    });
    bench.panel(&Method::POST, &path, &theirs);
    let read = bench.read(&id).await.unwrap();
    assert_eq!(read.variants[2].item, None);
    wanted.variants.remove(1);
    wanted.variants.push(variant(7, &["XL"]));
    bench.save(&id, &wanted).await;
    let left = variations(&bench, &id);
    let skus: Vec<&Value> = left.iter().map(|one| &one["sku"]).collect();
    assert_eq!(skus, ["POS-100", "MTM", "POS-7"]);
    assert_eq!(left[1]["quantity"], 3);
    assert_eq!(left[1].get("externalReferenceId"), None);
    bench.assert_shows(&id, &wanted).await;
    bench.requests();
}

#[tokio::test]
async fn ec_05_a_sku_goes_from_one_variant_to_the_next_in_one_save() {
    let bench = Bench::open().await;
    let mut wanted = shirt(1);
    let id = on_sale(&bench, &wanted).await;
    let gone = wanted.variants.remove(1);
    wanted.variants.push(Variant {
        sku: gone.sku,
        ..variant(7, &["M"])
    });
    changed(bench.save(&id, &wanted).await);
    bench.assert_shows(&id, &wanted).await;
    assert_eq!(variations(&bench, &id).len(), 2);
}

#[tokio::test]
async fn ec_05_a_choice_that_the_merchant_made_too_is_the_poss_when_the_pos_has_it() {
    let bench = Bench::open().await;
    let mut wanted = shirt(1);
    let id = on_sale(&bench, &wanted).await;
    let path = format!("/products/{}/combinations", id.as_str());
    let theirs = json!({"options": [{"name": "Taille", "value": "XL"}], "warningLimit": 4});
    bench.panel(&Method::POST, &path, &theirs);
    let number = variations(&bench, &id)[2]["id"].clone();
    wanted.variants.push(variant(7, &["XL"]));
    let told = changed(bench.save(&id, &wanted).await);
    assert_eq!(
        told.variants[0].1.as_str(),
        format!("{}:{number}", id.as_str())
    );
    assert_eq!(variations(&bench, &id)[2]["warningLimit"], 4);
    bench.assert_shows(&id, &wanted).await;
    bench.requests();
}

#[tokio::test]
async fn ec_05_a_choice_goes_from_one_variant_to_a_new_one() {
    let bench = Bench::open().await;
    let mut wanted = shirt(1);
    let id = on_sale(&bench, &wanted).await;
    wanted.variants[0].values = vec!["XS".into()];
    wanted.variants.insert(0, variant(7, &["S"]));
    changed(bench.save(&id, &wanted).await);
    bench.assert_shows(&id, &wanted).await;
    assert_eq!(variations(&bench, &id).len(), 3);
}

#[tokio::test]
async fn ec_06_a_variant_that_is_put_away_comes_back_unchanged() {
    let bench = Bench::open().await;
    assert!(bench.platform.hides_variants_by_stock());
    for shown in [None, Some("ALLOW_PREORDER"), Some("HIDE")] {
        let mut wanted = shirt(1);
        wanted.product =
            product(shown.map_or(50, |shown| 51 + u128::try_from(shown.len()).unwrap()));
        wanted
            .variants
            .iter_mut()
            .for_each(|variant| variant.sku = None);
        let id = on_sale(&bench, &wanted).await;
        let number = variations(&bench, &id)[0]["id"].clone();
        let path = format!("/products/{}/combinations/{number}", id.as_str());
        bench.panel(&Method::PUT, &path, &json!({"warningLimit": 2}));
        if let Some(shown) = shown {
            bench.panel(
                &Method::PUT,
                &path,
                &json!({"outOfStockVisibilityBehaviour": shown}),
            );
        }
        let before = variations(&bench, &id);
        wanted.variants[0].is_on_sale = false;
        for _ in 0..2 {
            bench.save(&id, &wanted).await;
            let away = &variations(&bench, &id)[0];
            assert_eq!(away["outOfStockVisibilityBehaviour"], "HIDE");
            assert_eq!(away["id"], number, "it keeps its id");
            bench.assert_shows(&id, &wanted).await;
        }
        assert_eq!(
            variations(&bench, &id)[1],
            before[1],
            "the other is not touched"
        );
        wanted.variants[0].is_on_sale = true;
        bench.save(&id, &wanted).await;
        let mut after = variations(&bench, &id);
        if shown.is_none() {
            // What the shop does where nothing is said, in so many words.
            let said = after[0]
                .as_object_mut()
                .unwrap()
                .remove("outOfStockVisibilityBehaviour");
            assert_eq!(said, Some(json!("SHOW")));
        }
        assert_eq!(after, before);
        bench.requests();
    }
}

#[tokio::test]
async fn ec_06_a_variant_can_be_made_put_away() {
    let bench = Bench::open().await;
    let mut wanted = shirt(1);
    wanted.variants[1].is_on_sale = false;
    let shop = bench.create(&wanted).await;
    assert!(shop.variants[0].is_on_sale && !shop.variants[1].is_on_sale);
    assert_eq!(shop.variants[1].item, Some(item(101)));
    wanted.is_on_sale = false;
    bench.assert_shows(&shop.id, &wanted).await;
    bench.requests();
}

#[tokio::test]
async fn ec_06_the_one_variant_of_a_product_is_switched_with_it() {
    let bench = Bench::open().await;
    let mut wanted = bowl(1);
    let id = on_sale(&bench, &wanted).await;
    wanted.variants[0].is_on_sale = false;
    bench.save(&id, &wanted).await;
    assert_eq!(bench.product(&id)["enabled"], false);
    bench.requests();
}

#[tokio::test]
async fn ec_01_values_and_options_are_renamed() {
    let bench = Bench::open().await;
    let mut wanted = shirt(1);
    let id = on_sale(&bench, &wanted).await;
    let numbers = |all: Vec<Value>| {
        all.into_iter()
            .map(|one| one["id"].clone())
            .collect::<Vec<_>>()
    };
    let before = numbers(variations(&bench, &id));
    wanted.options = vec!["Size".into()];
    wanted.variants[0].values = vec!["Small".into()];
    bench.save(&id, &wanted).await;
    bench.assert_shows(&id, &wanted).await;
    let told = bench.product(&id);
    assert_eq!(told["options"][0]["name"], "Size");
    assert_eq!(told["options"].as_array().unwrap().len(), 1);
    assert_eq!(
        numbers(variations(&bench, &id)),
        before,
        "they keep their ids"
    );
    bench.requests();
}

#[tokio::test]
async fn ec_05_a_product_gets_variations_and_loses_them() {
    let bench = Bench::open().await;
    let simple = bowl(1);
    let id = on_sale(&bench, &simple).await;
    let mut varied = simple.clone();
    varied.options = vec!["Taille".into()];
    varied.variants[0].values = vec!["Petit".into()];
    varied.variants.push(variant(7, &["Grand"]));
    let told = changed(bench.save(&id, &varied).await);
    let items: Vec<ItemId> = told.variants.iter().map(|(item, _, _)| *item).collect();
    assert_eq!(
        items,
        [item(100), item(7)],
        "the first goes by another id now"
    );
    bench.assert_shows(&id, &varied).await;
    let told = bench.product(&id);
    assert_eq!((&told["sku"], &told["quantity"]), (&json!(""), &json!(0)));
    let told = changed(bench.save(&id, &simple).await);
    let [(back, base, None)] = told.variants.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!((*back, base.as_str()), (item(100), id.as_str()));
    assert!(variations(&bench, &id).is_empty());
    bench.assert_shows(&id, &simple).await;
    bench.requests();
}
