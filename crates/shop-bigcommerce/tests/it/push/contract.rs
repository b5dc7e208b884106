//! What is sent and answered, against what is documented.

use std::collections::BTreeSet;

use http::Method;
use retail::listing::Dimensions;
use retail::listing::Measure;
use serde_json::{Value, json};
use shop::push::{Outcome, Push as _, StockRow};
use uuid::Uuid;

use super::schema::Contract;
use super::watch::Exchange;
use super::{World, image, mug, shirt, sized, variant_id};

/// Everything that is ever said to a store.
async fn everything() -> World {
    let world = World::open().await;
    world.platform.terms(world.to()).await.unwrap();
    let mut wanted = shirt();
    wanted.images = vec![image(1), image(2)];
    wanted.variants[0].image = Some(image(1).hash);
    wanted.variants[1].sku = None;
    let shirt_made = world.create(&wanted).await;
    let mug_made = world.create(&mug()).await;
    world.find(wanted.product, &["SHIRT-S", "MUG"]).await;
    world.platform.pages(world.to(), None).await.unwrap();
    wanted.title = "Blouse".into();
    wanted.options = vec!["Taille".into()];
    wanted.images = vec![image(3), image(1)];
    wanted.variants[0].values = vec!["Petit".into()];
    wanted.variants[0].dimensions = Some(Dimensions {
        length: Measure(10_000),
        width: Measure(20_500),
        height: Measure(1),
    });
    wanted.variants.push(sized(9, "L"));
    assert!(matches!(
        world.save(&wanted, &shirt_made).await,
        Outcome::Done(_)
    ));
    wanted.variants.remove(1);
    wanted.options.push("Colour".into());
    for variant in &mut wanted.variants {
        variant.values.push("Red".into());
    }
    assert!(matches!(
        world.save(&wanted, &shirt_made).await,
        Outcome::Done(_)
    ));
    let shop = world.read(&shirt_made).await;
    let rows: Vec<StockRow> = [&shop, &mug_made]
        .into_iter()
        .map(|listing| StockRow {
            product: listing.id.clone(),
            variant: listing.variants[0].id.clone(),
            stock_id: listing.variants[0].stock_id.clone(),
            expected: None,
            wanted: 4,
            key: Uuid::from_u128(1),
        })
        .collect();
    world.platform.set_stock(world.to(), &rows).await.unwrap();
    let products = [shop.id, mug_made.id];
    world.platform.delete(world.to(), &products).await.unwrap();
    world
}

#[tokio::test]
async fn what_is_sent_and_what_the_simulator_answers_is_as_documented() {
    let Some(contract) = Contract::at_hand() else {
        return;
    };
    let world = everything().await;
    let judged = judge(&contract, &world.seen.lock().unwrap());
    assert!(judged.len() >= 20, "{judged:#?}");
}

/// Holds all that was sent, and all that was answered, against what is documented. What that was.
pub fn judge(contract: &Contract, seen: &[Exchange]) -> BTreeSet<String> {
    let mut faults = Vec::new();
    let mut judged = BTreeSet::new();
    let mut unknown = BTreeSet::new();
    for exchange in seen {
        let Some((name, operation)) = contract.operation(&exchange.method, &exchange.path) else {
            let words = exchange
                .path
                .split('/')
                .filter(|part| part.parse::<u64>().is_err());
            unknown.insert(words.skip(5).collect::<Vec<_>>().join("/"));
            continue;
        };
        let at = format!("{} {name}", exchange.method);
        match Contract::body(operation) {
            Some(schema) => faults.extend(contract.faults(schema, &exchange.sent, &at)),
            None => assert_eq!(exchange.sent, Value::Null, "{at}"),
        }
        match contract.answer(operation, exchange.status) {
            Some(schema) => {
                let at = format!("{at} {}", exchange.status);
                faults.extend(contract.faults(schema, &exchange.answered, &at));
            }
            None => faults.push(format!("{at}: {} is not documented", exchange.status)),
        }
        judged.insert(at);
    }
    assert!(faults.is_empty(), "{faults:#?}");
    // The contract is of fewer paths than the API has.
    for words in &unknown {
        let known = ["products/metafields", "products/options/values"];
        assert!(known.contains(&words.as_str()), "{words}");
    }
    judged
}

/// The contract with the paths that it has not, for a judge who lets nothing else pass.
pub fn with_other_paths(contract: &Contract) -> String {
    let mut whole: Value = serde_json::from_str(&contract.to_json()).unwrap();
    let any = json!({"responses": {"default": {"description": "whatever it is"}}});
    let mut told = any.clone();
    told["requestBody"] = json!({"content": {"application/json": {"schema": {}}}});
    let methods = json!({"get": any, "post": told, "put": told, "delete": any});
    let products = "/stores/{store_hash}/v3/catalog/products";
    for path in [
        "metafields",
        "{product_id}/options/{option_id}/values/{value_id}",
    ] {
        let mut methods = methods.clone();
        let named = path.split(['{', '}']).skip(1).step_by(2);
        let parameters = std::iter::once("store_hash").chain(named).map(|name| {
            json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}})
        });
        methods["parameters"] = parameters.collect();
        whole["paths"][format!("{products}/{path}")] = methods;
    }
    // Schemas that are one of several overlap: an image is of more than one of them.
    whole.to_string().replace("\"oneOf\"", "\"anyOf\"")
}

/// The requests that the contract comes with, right ones and wrong ones, against the simulator.
#[tokio::test]
async fn documented_requests_about_the_catalogue_are_answered_as_documented() {
    let requests: Value =
        serde_json::from_str(include_str!("../../../fixtures/requests.json")).unwrap();
    let mut asked = 0;
    for request in requests.as_array().unwrap() {
        let name = request["id"].as_str().unwrap();
        let is_ours = ["p-", "v-", "opt-", "brand-by", "i-abs", "i-items", "l-list"]
            .iter()
            .any(|ours| name.starts_with(ours));
        if !is_ours {
            continue;
        }
        let world = World::open().await;
        let mut text = request.to_string().replace("/stores/abc123", "");
        if !name.starts_with("p-create") {
            text = furnished(&world, &text);
        }
        let request: Value = serde_json::from_str(&text).unwrap();
        let method: Method = request["method"].as_str().unwrap().parse().unwrap();
        let path = request["path"].as_str().unwrap();
        let body = repeated(&request["body"]);
        let (status, answer) = world.store.by_hand(method, path, body);
        let documented = request["real_status"].as_u64().unwrap();
        assert_eq!(u64::from(status.as_u16()), documented, "{name}: {answer}");
        asked += 1;
    }
    assert!(asked >= 45, "{asked}");
}

/// Has the store have what the requests speak of, and has them speak of it.
fn furnished(world: &World, text: &str) -> String {
    let sizes = ["S", "M"].map(|size| {
        json!({"sku": format!("TEE-{size}"), "price": 19.9,
            "option_values": [{"option_display_name": "Colour", "label": size}]})
    });
    let tee = json!({"name": "T", "type": "physical", "weight": 0.3, "price": 19.9,
        "inventory_tracking": "variant", "variants": sizes});
    let made = world.by_hand(Method::POST, "/v3/catalog/products", tee)["data"].clone();
    let product = made["id"].to_string();
    let options = format!("/v3/catalog/products/{product}/options");
    let option = world.by_hand(Method::GET, &options, Value::Null)["data"][0]["id"].to_string();
    let values = format!("{options}/{option}/values");
    let large = json!({"label": "L", "sort_order": 2});
    let value = world.by_hand(Method::POST, &values, large)["data"]["id"].to_string();
    let variant = made["variants"][0]["id"].to_string();
    text.replace("/77", &format!("/{product}"))
        .replace("\"id\":77,", &format!("\"id\":{product},"))
        .replace("\"product_id\":77", &format!("\"product_id\":{product}"))
        .replace("\"id\":509", &format!("\"id\":{variant}"))
        .replace("\"variant_id\":509", &format!("\"variant_id\":{variant}"))
        .replace("\"id\":146", &format!("\"id\":{value}"))
        .replace("\"option_id\":151", &format!("\"option_id\":{option}"))
}

/// Rows that are written once and meant many times.
fn repeated(body: &Value) -> Value {
    let Value::Object(fields) = body else {
        return body.clone();
    };
    if let Some(times) = fields.get("$repeat").and_then(Value::as_u64) {
        let first = fields["first"].as_object().unwrap();
        let mut names = ["id", "variant_id"].into_iter();
        let numbered = names.find(|name| first.contains_key(*name)).unwrap();
        let row = |number: u64| {
            let mut row = first.clone();
            row.insert(numbered.to_owned(), json!(number));
            Value::Object(row)
        };
        return (1..=times).map(row).collect();
    }
    let fields = fields.iter();
    let fields = fields.map(|(name, value)| (name.clone(), repeated(value)));
    Value::Object(fields.collect())
}

#[tokio::test]
async fn a_sale_of_the_stores_names_what_was_pushed_and_takes_its_stock() {
    use shop::Platform as _;

    let world = World::open().await;
    let made = world.create(&shirt()).await;
    assert!(matches!(
        world.save(&shirt(), &made).await,
        Outcome::Done(_)
    ));
    let variant = variant_id(&made, 0);
    assert_eq!(world.store.sell(variant, 1), None, "nothing is there");
    let stock = StockRow {
        product: made.id.clone(),
        variant: made.variants[0].id.clone(),
        stock_id: None,
        expected: Some(0),
        wanted: 2,
        key: Uuid::from_u128(1),
    };
    world
        .platform
        .set_stock(world.to(), &[stock])
        .await
        .unwrap();
    let order = world.store.sell(variant, 2).unwrap();
    assert_eq!(world.store.level(variant), Some(0));
    let order = retail::ShopOrderId::new(&order.to_string()).unwrap();
    let body = world
        .platform
        .fetch(&world.connection, &order)
        .await
        .unwrap();
    let reading = shop::Platform::read(
        &world.platform,
        &world.connection,
        shop::Source::Fetched,
        &body,
    );
    let shop::Reading::Order { order, .. } = reading else {
        panic!("{reading:?}");
    };
    let retail::LineKind::Product(item) = &order.lines[0].kind else {
        panic!("{order:?}");
    };
    assert_eq!(item.variant, Some(made.variants[0].id.clone()));
    assert_eq!(item.sku, made.variants[0].sku);
    assert_eq!(order.total, super::euros(3_980));
}
