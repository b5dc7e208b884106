use std::collections::BTreeMap;

use super::super::tests::{example, shape};
use super::*;

/// Fields that the contract's example of a product has not, and whose names are in the client that it was written from.
const BEYOND_THE_EXAMPLE: [&str; 11] = [
    ".compareToPrice",
    ".subtitle",
    ".warningLimit",
    ".combinations[].warningLimit",
    ".combinations[].outOfStockVisibilityBehaviour",
    ".combinations[].dimensions",
    ".dimensions",
    ".media.images[].externalId",
    ".media.images[].alt",
    ".media.videos[]",
    ".categoryIds[]",
];

fn at() -> Timestamp {
    "2026-11-21T14:00:00Z".parse().unwrap()
}

fn ask(goods: &mut Goods, method: &Method, path: &str, body: &Value) -> (u16, Value) {
    let asked = Asked {
        method,
        path,
        query: "",
        body,
        now: at(),
        indexed: None,
    };
    let (status, body) = goods.perform(&asked).unwrap();
    (status.as_u16(), body)
}

#[test]
fn r_12_products_have_the_shape_of_the_contracts_example() {
    let catalogue = Catalogue::new(40);
    let mut goods = Goods::new(&catalogue, at());
    let documented = example("products/{productId}");
    let image =
        json!({"url": "https://pos.example/1.png", "width": 1, "height": 1, "externalId": "7"});
    for product in catalogue.products() {
        let path = format!("/products/{}", product.product_id);
        let said = ask(
            &mut goods,
            &Method::POST,
            &format!("{path}/image/async"),
            &image,
        );
        assert_eq!(
            said,
            (200, example_of("post", "products/{productId}/image/async"))
        );
    }
    ask(&mut goods, &Method::GET, "/products", &Value::Null);
    let (mut known, mut simulated) = (BTreeMap::new(), BTreeMap::new());
    shape("", &documented, &mut known);
    for product in catalogue.products() {
        let path = format!("/products/{}", product.product_id);
        let (status, told) = ask(&mut goods, &Method::GET, &path, &Value::Null);
        assert_eq!(status, 200);
        shape("", &told, &mut simulated);
    }
    for (path, kinds) in &simulated {
        let is_beyond = BEYOND_THE_EXAMPLE
            .iter()
            .any(|beyond| path.starts_with(beyond));
        assert!(
            is_beyond || known.get(path).is_some_and(|known| kinds.is_subset(known)),
            "{path} is {kinds:?}"
        );
    }
    let read = [
        ".id",
        ".name",
        ".sku",
        ".enabled",
        ".quantity",
        ".unlimited",
        ".price",
        ".attributes[].type",
        ".options[].choices[].text",
        ".combinations[].options[].value",
        ".combinations[].quantity",
        ".externalReferenceId",
        ".media.images[].isMain",
    ];
    for path in read {
        assert!(
            known.contains_key(path),
            "{path} is not in the contract's example"
        );
        assert!(simulated.contains_key(path), "{path} is never simulated");
    }
}

/// What an operation answers when it is done, as the contract's example shows.
fn example_of(method: &str, path: &str) -> Value {
    let contract: Value =
        serde_json::from_str(include_str!("../../../fixtures/contract.json")).unwrap();
    let path = format!("/api/v3/{{storeId}}/{path}");
    contract["paths"][path][method]["responses"]["200"]["content"]["application/json"]["example"]
        .clone()
}

#[test]
fn r_12_what_is_written_is_answered_as_the_contract_says() {
    let mut goods = Goods::new(&Catalogue::new(1), at());
    let create = include_str!("../../../fixtures/push/product_create.request.json");
    let create: Value = serde_json::from_str(create).unwrap();
    let (status, made) = ask(&mut goods, &Method::POST, "/products", &create);
    assert_eq!(status, 200);
    let product = format!("/products/{}", made["id"]);
    let variation = include_str!("../../../fixtures/push/variation_create.request.json");
    let variation: Value = serde_json::from_str(variation).unwrap();
    let (status, made) = ask(
        &mut goods,
        &Method::POST,
        &format!("{product}/combinations"),
        &variation,
    );
    assert_eq!(status, 200);
    let variation_path = format!("{product}/combinations/{}", made["id"]);
    let fields = include_str!("../../../fixtures/push/product_update_fields.request.json");
    let fields: Value = serde_json::from_str(fields).unwrap();
    let updated = include_str!("../../../fixtures/push/product_update.response.json");
    let updated: Value = serde_json::from_str(updated).unwrap();
    for (path, body) in [
        (product.clone(), fields),
        (product.clone(), json!({"enabled": true})),
        (variation_path.clone(), json!({"quantity": 4})),
        (format!("{product}/inventory"), json!({"quantityDelta": 2})),
        (
            format!("{variation_path}/inventory"),
            json!({"quantityDelta": -2}),
        ),
    ] {
        assert_eq!(
            ask(&mut goods, &Method::PUT, &path, &body),
            (200, updated.clone()),
            "{path}"
        );
    }
    let below = json!({"quantityDelta": -9});
    let (_, said) = ask(
        &mut goods,
        &Method::PUT,
        &format!("{variation_path}/inventory"),
        &below,
    );
    let negative = include_str!("../../../fixtures/push/stock_delta_negative.response.json");
    assert_eq!(said, serde_json::from_str::<Value>(negative).unwrap());
    for (body, status) in [
        (json!({"price": "24.00"}), 400),
        (json!({"enabled": "true"}), 400),
        (json!({"quantity": 1.5}), 400),
        (json!({"price": -1}), 400),
        (json!({"name": ""}), 400),
    ] {
        assert_eq!(
            ask(&mut goods, &Method::PUT, &product, &body).0,
            status,
            "{body}"
        );
    }
    let twin = ask(
        &mut goods,
        &Method::POST,
        "/products",
        &json!({"name": "x", "sku": "TEE-S"}),
    );
    let taken = include_str!("../../../fixtures/push/error_409_sku.response.json");
    assert_eq!(twin, (409, serde_json::from_str(taken).unwrap()));
    let again = ask(
        &mut goods,
        &Method::POST,
        &format!("{product}/combinations"),
        &json!({
            "options": variation["options"],
        }),
    );
    assert_eq!(again.0, 400, "no two variations are the same choices");
    let deleted = include_str!("../../../fixtures/push/product_delete.response.json");
    let deleted: Value = serde_json::from_str(deleted).unwrap();
    assert_eq!(
        ask(&mut goods, &Method::DELETE, &product, &Value::Null),
        (200, deleted)
    );
    assert_eq!(
        ask(&mut goods, &Method::DELETE, &product, &Value::Null).0,
        404
    );
    let (_, gone) = ask(&mut goods, &Method::GET, "/products/deleted", &Value::Null);
    assert_eq!(gone["total"], 1);
}
