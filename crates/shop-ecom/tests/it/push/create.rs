//! A listing is made once, hidden, and whole.

use serde_json::json;
use shop::push::{PushReason, Refusal};

use super::*;

#[tokio::test]
async fn ec_01_a_listing_is_made_with_all_that_the_pos_says_of_it() {
    let bench = Bench::open().await;
    let mut wanted = shirt(1);
    wanted.images = vec![image(1), image(2)];
    let shop = bench.create(&wanted).await;
    let told = bench.product(&shop.id);
    assert_eq!(told["name"], "Chemise 1");
    assert_eq!(told["description"], "<p>Grès</p>");
    assert_eq!(told["attributes"][1]["value"], "Argile");
    assert_eq!(told["price"], 24.0);
    assert_eq!(told["externalReferenceId"], wanted.product.to_string());
    assert_eq!(
        told["options"][0]["choices"],
        json!([{"text": "S"}, {"text": "M"}])
    );
    let variations = told["combinations"].as_array().unwrap();
    assert_eq!(variations.len(), 2);
    assert_eq!(
        variations[1]["options"],
        json!([{"name": "Taille", "value": "M"}])
    );
    assert_eq!(variations[1]["sku"], "POS-101");
    assert_eq!(variations[1]["weight"], 0.3);
    assert_eq!(variations[1]["attributes"][0]["value"], "036000290101");
    assert_eq!(variations[1]["externalReferenceId"], item(101).to_string());
    assert_eq!(told["media"]["images"].as_array().unwrap().len(), 2);
    // And what the call tells is what is read.
    assert_eq!(Some(&shop), bench.read(&shop.id).await.as_ref());
    assert_eq!(shop.product, Some(wanted.product));
    wanted.is_on_sale = false;
    bench.assert_shows(&shop.id, &wanted).await;
    bench.requests();
}

#[tokio::test]
async fn ec_01_a_product_without_variations_is_one_request() {
    let bench = Bench::open().await;
    let wanted = bowl(2);
    let shop = bench.create(&wanted).await;
    let writes = bench.writes();
    assert_eq!(writes.len(), 1, "{writes:?}");
    let (method, path, body) = &writes[0];
    assert_eq!((method.as_str(), path.as_str()), ("POST", "/products"));
    assert_eq!(
        *body,
        json!({
            "name": "Bol 2",
            "description": "<p>Grès</p>",
            "sku": "POS-200",
            "enabled": false,
            "quantity": 0,
            "unlimited": false,
            "price": 24.00,
            "weight": 0.3,
            "dimensions": {"length": 30, "width": 20.5, "height": 2},
            "attributes": [
                {"alias": "BRAND", "value": "Argile"},
                {"alias": "UPC", "value": "036000290200"},
            ],
            "externalReferenceId": wanted.product.to_string(),
        })
    );
    assert_eq!(shop.variants[0].item, Some(wanted.variants[0].item));
    assert_eq!(shop.variants[0].quantity, Some(0), "stock follows");
}

#[tokio::test]
async fn ec_08_a_new_listing_is_disabled_whatever_is_wanted() {
    let bench = Bench::open().await;
    for wanted in [bowl(1), shirt(2)] {
        assert!(wanted.is_on_sale);
        let shop = bench.create(&wanted).await;
        assert!(!shop.is_on_sale);
        assert_eq!(bench.product(&shop.id)["enabled"], false);
    }
    let made = bench
        .writes()
        .into_iter()
        .filter(|(_, path, _)| path == "/products");
    assert!(
        made.into_iter()
            .all(|(_, _, body)| body["enabled"] == false),
        "in so many words"
    );
}

#[tokio::test]
async fn ec_08_a_lost_answer_makes_no_twin() {
    let bench = Bench::open().await;
    for (n, lost) in [(1, 1), (2, 2), (3, 3)] {
        let mut wanted = shirt(n);
        // Nothing to find a twin by but our own note.
        wanted
            .variants
            .iter_mut()
            .for_each(|variant| variant.sku = None);
        bench.live.lose_answers(lost);
        let mut tries = 0;
        let shop = loop {
            tries += 1;
            match bench.try_create(&wanted).await {
                Ok(Outcome::Done(shop)) => break shop,
                Ok(other) => panic!("{other:?}"),
                Err(FetchError::TryLater { .. }) => assert!(tries < 9),
                Err(error) => panic!("{error}"),
            }
        };
        assert!(tries > 1, "an answer was lost");
        assert_eq!(shop.variants.len(), 2);
        bench.pass(2);
        let sought = Sought {
            products: vec![wanted.product],
            skus: Vec::new(),
        };
        let found = bench.find(sought).await;
        assert_eq!(found, [shop], "and no other");
    }
}

#[tokio::test]
async fn ec_08_what_the_search_does_not_know_yet_is_not_made_again() {
    let bench = Bench::open().await;
    let wanted = bowl(1);
    let shop = bench.create(&wanted).await;
    let sought = Sought {
        products: vec![wanted.product],
        skus: Vec::new(),
    };
    assert!(bench.find(sought).await.is_empty(), "the index is behind");
    assert_eq!(bench.create(&wanted).await.id, shop.id);
}

#[tokio::test]
async fn ec_07_a_listing_that_was_deleted_there_is_made_anew_when_somebody_asks_for_it() {
    let bench = Bench::open().await;
    let wanted = bowl(1);
    let mut seen = Vec::new();
    for _ in 0..3 {
        let shop = bench.create(&wanted).await;
        assert!(!seen.contains(&shop.id));
        bench.panel(
            &Method::DELETE,
            &format!("/products/{}", shop.id.as_str()),
            &Value::Null,
        );
        seen.push(shop.id);
    }
}

#[tokio::test]
async fn a_taken_sku_is_refused_and_no_refusal_is_for_ever() {
    let bench = Bench::open().await;
    let first = bench.create(&bowl(1)).await;
    let mut twin = bowl(2);
    twin.variants[0].sku = Sku::new("POS-100").ok();
    let refused = bench.try_create(&twin).await.unwrap();
    let Outcome::Refused(Refusal { why, says }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(why, PushReason::SkuTaken);
    assert_eq!(&*says, "The product with such SKU already exists");
    let path = format!("/products/{}", first.id.as_str());
    bench.panel(&Method::PUT, &path, &json!({"sku": "X"}));
    bench.create(&twin).await;
}

#[tokio::test]
async fn a_plan_that_is_full_says_so() {
    let bench = Bench::open().await;
    bench.live.limit_products(0);
    let refused = bench.try_create(&bowl(1)).await.unwrap();
    let Outcome::Refused(Refusal { why, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(why, PushReason::PlanLimit);
}

#[tokio::test]
async fn r_11_what_the_shop_decides_is_not_said_at_the_making_either() {
    use retail::listing::{Field, Rule};

    let bench = Bench::open().await;
    let shops = [
        Field::Description,
        Field::Brand,
        Field::Sku,
        Field::Barcode,
        Field::Weight,
        Field::Dimensions,
    ];
    let ownership = shops.into_iter().fold(Ownership::default(), |all, field| {
        all.with(field, Rule::Shop)
    });
    let made = bench
        .platform
        .create(bench.to(), &bowl(1), &ownership)
        .await
        .unwrap();
    assert!(matches!(made, Outcome::Done(_)));
    let (_, _, body) = bench.writes().remove(0);
    let fields: Vec<&str> = body
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        fields,
        [
            "enabled",
            "externalReferenceId",
            "name",
            "price",
            "quantity",
            "unlimited"
        ]
    );
}
