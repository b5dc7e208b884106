//! What is said to the shop, word for word.

use http::Method;
use retail::listing::{Field, Ownership, Rule};
use serde_json::{Value, json};
use shop::push::{Outcome, Push as _};

use super::goods::{dollars, image, mug, shirt};
use super::shop::Told;

fn note(key: &str, value: &str) -> Value {
    json!({"key": key, "value": value})
}

const MUG: &str = "00000000-0000-0000-0000-000000000007";
const MUG_ITEM: &str = "00000000-0000-0000-0000-0000000003ef";

#[tokio::test]
async fn ec_08_one_thing_is_made_as_a_draft_by_one_request() {
    let told = Told::new().await;
    let made = told.made(&mug(7)).await;
    assert!(!made.is_on_sale);
    let expected = json!({
        "name": "Mug &lt;7&gt; &amp; saucer",
        "description": "<p>White</p>",
        "slug": "comptoir-00000000000000000000000000000007",
        "type": "simple",
        "status": "draft",
        "sku": "MUG-7",
        "global_unique_id": "4000000000007",
        "regular_price": "12.50",
        "weight": "0.3",
        "dimensions": {"length": "10", "width": "8.25", "height": "9.5"},
        "manage_stock": true,
        "stock_quantity": 0,
        "meta_data": [note("_comptoir_product", MUG), note("_comptoir_item", MUG_ITEM)],
    });
    assert_eq!(told.writes(), [("POST products".to_owned(), expected)]);
}

#[tokio::test]
async fn ec_01_one_in_sizes_is_made_with_its_options_and_then_its_variations() {
    let told = Told::new().await;
    let mut wanted = shirt(3, &["P", "M"]);
    wanted.variants[1].is_on_sale = false;
    wanted.images = vec![image(1)];
    wanted.variants[0].image = Some(wanted.images[0].hash);
    let made = told.made(&wanted).await;
    let writes = told.writes();
    let paths: Vec<&str> = writes.iter().map(|(path, _)| path.as_str()).collect();
    let id = made.id.as_str();
    assert_eq!(
        paths,
        [
            "POST products".to_owned(),
            format!("PUT products/{id}"),
            format!("POST products/{id}/variations/batch"),
        ]
    );
    let hash = "01".repeat(32);
    let product = &writes[0].1;
    assert_eq!(product["type"], "variable");
    assert_eq!(
        product["attributes"],
        json!([{"name": "Taille", "position": 0, "visible": true, "variation": true, "options": ["P", "M"]}])
    );
    assert_eq!(
        product["images"],
        json!([{"src": "https://pos.example/images/1.jpg"}])
    );
    assert_eq!(
        product["meta_data"][1],
        note("_comptoir_images", &format!("#0/1={hash}"))
    );
    assert_eq!(product.get("sku").or(product.get("manage_stock")), None);
    let picture = &made.images[0].id;
    assert_eq!(
        writes[1].1,
        json!({"meta_data": [note("_comptoir_images", &format!("{picture}={hash}"))]})
    );
    let variations = writes[2].1["create"].as_array().unwrap();
    assert_eq!(
        variations[0],
        json!({
            "sku": "SHIRT-3-P",
            "regular_price": "45.00",
            "image": {"id": picture.parse::<u64>().unwrap()},
            "status": "publish",
            "attributes": [{"name": "Taille", "option": "P"}],
            "manage_stock": true,
            "stock_quantity": 0,
            "meta_data": [note("_comptoir_item", "00000000-0000-0000-0000-00000000012d")],
        })
    );
    assert_eq!(
        variations[1]["status"], "private",
        "an inactive variant is not sold"
    );
}

#[tokio::test]
async fn ec_03_what_differs_is_said_and_what_is_the_shops_never() {
    let told = Told::new().await;
    let (mut one, mut two) = (mug(7), shirt(3, &["P", "M"]));
    let (first, second) = (told.made(&one).await, told.made(&two).await);
    told.writes();
    one.is_on_sale = false;
    two.is_on_sale = false;
    one.variants[0].price = dollars(1_300);
    two.variants[1].price = dollars(4_600);
    two.title = "Shirt, ironed".into();
    let rows = [
        super::shop::row(&one, &first),
        super::shop::row(&two, &second),
    ];
    let done = told.platform().change(told.to(), &rows).await.unwrap();
    assert!(
        done.iter().all(|done| matches!(done, Outcome::Done(_))),
        "{done:?}"
    );
    let id = |id: &str| id.parse::<u64>().unwrap();
    let (mug, shirt) = (id(first.id.as_str()), id(second.id.as_str()));
    let variation = id(second.variants[1].id.as_str());
    let product = |n: &str| note("_comptoir_product", n);
    let item = |n: &str| note("_comptoir_item", n);
    let shirt_item = "00000000-0000-0000-0000-00000000012e";
    assert_eq!(
        told.writes(),
        [
            (
                "POST products/batch".to_owned(),
                json!({"update": [
                    {"id": mug, "regular_price": "13.00", "meta_data": [item(MUG_ITEM), product(MUG)]},
                    {"id": shirt, "name": "Shirt, ironed",
                        "meta_data": [product("00000000-0000-0000-0000-000000000003")]},
                ]})
            ),
            (
                format!("POST products/{shirt}/variations/batch"),
                json!({"update": [
                    {"id": variation, "regular_price": "46.00", "meta_data": [item(shirt_item)]},
                ]})
            ),
        ]
    );
}

#[tokio::test]
async fn r_11_what_the_shop_decides_is_not_made_either() {
    let told = Told::new().await;
    let shops = [
        Field::Description,
        Field::Brand,
        Field::Sku,
        Field::Barcode,
        Field::Price,
        Field::Weight,
        Field::Dimensions,
        Field::Images,
    ];
    let ownership = (shops.into_iter()).fold(Ownership::default(), |all, field| {
        all.with(field, Rule::Shop)
    });
    let mut wanted = mug(7);
    wanted.images = vec![image(1)];
    wanted.brand = "Lin".into();
    let made = told.platform().create(told.to(), &wanted, &ownership).await;
    assert!(matches!(made, Ok(Outcome::Done(_))), "{made:?}");
    let writes = told.writes();
    let fields: Vec<&String> = writes[0].1.as_object().unwrap().keys().collect();
    let expected = [
        "manage_stock",
        "meta_data",
        "name",
        "slug",
        "status",
        "stock_quantity",
        "type",
    ];
    assert_eq!(fields, expected);
}

/// Its own pictures, what describes it without being an option, its offer and its categories are the shop's.
#[tokio::test]
async fn ec_02_what_is_the_shops_own_survives_lists_that_are_sent_whole() {
    let told = Told::new().await;
    let mut wanted = shirt(3, &["P", "M"]);
    wanted.images = vec![image(1)];
    let made = told.made(&wanted).await;
    let path = format!("products/{}", made.id.as_str());
    let mut known = told.staff(Method::GET, &path, None).await;
    let images = known["images"].as_array_mut().unwrap();
    images.push(json!({"src": "https://shop.example/own.png"}));
    let attributes = known["attributes"].as_array_mut().unwrap();
    attributes
        .push(json!({"name": "Matière", "visible": true, "variation": false, "options": ["Lin"]}));
    let body = json!({"images": known["images"], "attributes": known["attributes"], "short_description": "Own"});
    told.staff(Method::PUT, &path, Some(body)).await;
    wanted.images = vec![image(2)];
    let wider = shirt(3, &["P", "M", "G"]);
    wanted.variants.push(wider.variants[2].clone());
    let shop = told.read(&made).await;
    let shop = told.changed(&wanted, &shop).await;
    let now = told.staff(Method::GET, &path, None).await;
    let sources: Vec<&str> = (now["images"].as_array().unwrap().iter())
        .map(|image| image["src"].as_str().unwrap().rsplit('/').next().unwrap())
        .collect();
    assert_eq!(sources, ["2.jpg", "own.png"], "ours first");
    assert_eq!(now["attributes"][0]["options"], json!(["P", "M", "G"]));
    assert_eq!(now["attributes"][1]["name"], "Matière");
    assert_eq!(now["attributes"][1]["variation"], false);
    assert_eq!(now["attributes"][1]["options"], json!(["Lin"]));
    assert_eq!(now["short_description"], "Own");
    assert_eq!(shop.variants.len(), 3);
}

#[tokio::test]
async fn ec_03_a_picture_that_the_shop_has_is_not_copied_again() {
    let told = Told::new().await;
    let mut wanted = mug(7);
    wanted.images = vec![image(1), image(2)];
    let made = told.made(&wanted).await;
    told.writes();
    wanted.images = vec![image(2), image(3), image(1)];
    let shop = told.changed(&wanted, &made).await;
    let hashes: Vec<_> = shop.images.iter().map(|image| image.hash).collect();
    assert_eq!(hashes, [2, 3, 1].map(|n| Some(image(n).hash)));
    let writes = told.writes();
    let sent = writes[0].1["images"].to_string();
    assert_eq!(sent.matches("src").count(), 1, "{sent}");
    let again = told.change(&wanted, &shop).await;
    assert!(matches!(again, Outcome::Done(_)));
    assert_eq!(told.writes().len(), 0, "nothing differs, nothing is said");
}

#[tokio::test]
async fn ec_01_a_brand_is_made_once_and_named_by_its_id() {
    let told = Told::new().await;
    let mut brands = Vec::new();
    for n in [7, 8] {
        let mut wanted = mug(n);
        wanted.brand = "Lin & Fils".into();
        let made = told.made(&wanted).await;
        assert_eq!(&*made.brand, "Lin & Fils");
        let writes = told.writes();
        let made = writes
            .iter()
            .filter(|(path, _)| path == "POST products/brands");
        brands.push((made.count(), writes.last().unwrap().1["brands"].clone()));
    }
    let id = brands[0].1.clone();
    assert!(id[0]["id"].as_u64().is_some(), "{id}");
    assert_eq!(brands, [(1, id.clone()), (0, id)]);
}
