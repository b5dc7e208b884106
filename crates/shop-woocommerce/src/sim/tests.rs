use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

use super::*;

fn shop() -> Shop {
    Shop::open(&Options::new(7, 400))
}

fn bodies(shop: &Shop) -> Vec<Value> {
    let orders = shop.orders().iter().flatten();
    orders
        .map(|order| serde_json::from_slice(&shop.body(order)).unwrap())
        .collect()
}

/// Every path of keys, and the kinds of value met there.
fn shape(path: &str, value: &Value, into: &mut BTreeMap<String, BTreeSet<&'static str>>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(items) => {
            for item in items {
                shape(&format!("{path}[]"), item, into);
            }
            "list"
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                shape(&format!("{path}.{key}"), value, into);
            }
            "object"
        }
    };
    into.entry(path.to_owned()).or_default().insert(kind);
}

/// The orders among the deliveries captured from a real shop of the simulated version.
fn captured() -> Option<Vec<Value>> {
    let beside = [
        "fixtures/webhooks",
        "../../../shared/contracts/woocommerce/webhooks",
    ];
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = beside
        .iter()
        .map(|path| root.join(path))
        .find(|path| path.is_dir())?;
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let is_order = |path: &PathBuf| {
        let name = path.to_string_lossy();
        name.ends_with(".order.created.body") || name.ends_with(".order.updated.body")
    };
    let bodies = files
        .filter(is_order)
        .map(|path| std::fs::read(path).unwrap());
    let orders = bodies.map(|body| serde_json::from_slice::<Value>(&body).unwrap());
    Some(
        orders
            .filter(|order| order.get("status").is_some())
            .collect(),
    )
}

#[test]
fn r_12_a_simulated_body_has_the_shape_of_captured_ones() {
    let Some(captured) = captured() else {
        eprintln!("skipped: no captured deliveries beside this checkout");
        return;
    };
    let shop = shop();
    let (mut real, mut simulated) = (BTreeMap::new(), BTreeMap::new());
    for body in &captured {
        shape("", body, &mut real);
    }
    for body in &bodies(&shop) {
        shape("", body, &mut simulated);
    }
    for (path, kinds) in &simulated {
        let known = real
            .get(path)
            .unwrap_or_else(|| panic!("{path} is in no captured order"));
        assert!(
            kinds.is_subset(known),
            "{path} is {kinds:?}, captured as {known:?}"
        );
    }
    // What a real order always has, every simulated one has: the fields at the top.
    let always = |bodies: &[Value]| -> BTreeSet<String> {
        let keys = |body: &Value| -> BTreeSet<String> {
            body.as_object().unwrap().keys().cloned().collect()
        };
        let first = keys(&bodies[0]);
        bodies.iter().map(keys).fold(first, |all, own| &all & &own)
    };
    assert_eq!(always(&captured), always(&bodies(&shop)));
    for path in real.keys().filter(|path| !path.contains("meta_data")) {
        assert!(simulated.contains_key(path), "{path} is never simulated");
    }
}

#[test]
fn a_body_is_written_as_php_writes_it() {
    let shop = shop();
    let text = |order| String::from_utf8(shop.body(order)).unwrap();
    let first = text(&shop.orders()[0][0]);
    assert!(
        first.starts_with(r#"{"id":1001,"parent_id":0,"status":""#),
        "{first}"
    );
    assert!(first.contains(r#""href":"http:\/\/127.0.0.1:8088\/wp-json\/wc\/v3\/orders\/1001""#));
    assert!(first.contains(r#""rate_percent":5,"#) || first.contains(r#""rate_percent":20,"#));
    let all: String = shop.orders().iter().flatten().map(text).collect();
    assert!(all.is_ascii());
    assert!(all.contains(r"T-shirt \u00ab \u00c9t\u00e9 \u00bb &amp; caf\u00e9 "));
    assert!(all.contains(r"svp \ud83c\udf81"));
    let average = all.len() / shop.orders().iter().flatten().count();
    assert!((2500..5000).contains(&average), "{average} bytes");
}

#[test]
fn parts_add_up_to_the_total_but_for_rounding() {
    let cents =
        |value: &Value| -> i64 { value.as_str().unwrap().replace('.', "").parse().unwrap() };
    for body in bodies(&shop()) {
        let parts: i64 = ["line_items", "shipping_lines", "fee_lines"]
            .iter()
            .flat_map(|list| body[*list].as_array().unwrap())
            .map(|line| cents(&line["total"]) + cents(&line["total_tax"]))
            .sum();
        let gap = cents(&body["total"]) - parts;
        assert!(gap.abs() <= 2, "order {} is off by {gap}", body["id"]);
        let taxes: i64 = body["tax_lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| cents(&line["tax_total"]) + cents(&line["shipping_tax_total"]))
            .sum();
        assert_eq!(taxes, cents(&body["total_tax"]));
    }
}

#[test]
fn versions_of_an_order_lie_in_seconds_of_their_own() {
    for versions in shop().orders() {
        assert!(
            versions
                .windows(2)
                .all(|pair| pair[0].modified_at < pair[1].modified_at)
        );
        assert!(
            versions
                .iter()
                .all(|order| order.modified_at.subsec_nanosecond() == 0)
        );
    }
}

#[test]
fn every_turn_of_a_shops_life_is_met() {
    let shop = shop();
    let orders = || shop.orders().iter().flatten();
    for status in [
        Status::CheckoutDraft,
        Status::Pending,
        Status::OnHold,
        Status::Processing,
        Status::Completed,
        Status::Refunded,
        Status::Cancelled,
        Status::Failed,
        Status::Packing,
    ] {
        assert!(orders().any(|order| order.status == status), "{status:?}");
    }
    assert!(orders().any(|order| order.refunds.len() > 1));
    assert!(
        orders()
            .flat_map(|order| &order.lines)
            .any(|line| line.restocked > 0)
    );
    assert!(
        orders()
            .flat_map(|order| &order.lines)
            .any(|line| line.product.is_none())
    );
    assert!(
        orders()
            .flat_map(|order| &order.lines)
            .any(|line| line.is_forgotten)
    );
    assert!(orders().any(|order| order.gap != 0));
    assert!(orders().any(|order| order.fees.iter().any(|fee| fee.total < 0)));
    let books = shop.books();
    assert!(
        books.sales.len() < shop.orders().len(),
        "some orders stay drafts"
    );
    assert!(
        books
            .sales
            .values()
            .any(|sale| sale.voided && sale.received > 0)
    );
    assert!(
        books
            .sold
            .keys()
            .any(|thing| matches!(thing, Stocked::Name(_)))
    );
}

#[test]
fn a_line_that_was_forgotten_stays_so_and_names_nothing() {
    let shop = shop();
    for versions in shop.orders() {
        for pair in versions.windows(2) {
            let forgotten = pair[0].lines.iter().filter(|line| line.is_forgotten);
            for line in forgotten {
                let later = pair[1].lines.iter().find(|later| later.id == line.id);
                assert!(later.is_none_or(|later| later.is_forgotten));
            }
        }
        for order in versions {
            let body: Value = serde_json::from_slice(&shop.body(order)).unwrap();
            let told = body["line_items"].as_array().unwrap();
            for (line, told) in order.lines.iter().zip(told) {
                let product = line.product(shop.catalogue());
                let parent = product.and_then(|product| product.parent_sku.as_deref());
                let is_lost = line.is_forgotten || line.product.is_none();
                let is_nameless = told["product_id"] == 0 && told["sku"].is_null();
                let is_parent = parent.is_some_and(|sku| told["sku"] == sku);
                assert_eq!(is_nameless, is_lost && parent.is_none());
                assert_eq!(is_parent, is_lost && parent.is_some());
                assert!(!is_parent || told["variation_id"] == 0);
                assert!(told["name"].as_str().is_some_and(|name| !name.is_empty()));
            }
        }
    }
}

#[test]
fn money_never_goes_back_twice() {
    let shop = shop();
    for order in shop.orders().iter().flatten() {
        let total = order.total(shop.catalogue());
        assert!(total > 0 && order.refunded() <= total, "order {}", order.id);
        assert!(
            order
                .lines
                .iter()
                .all(|line| (0..=line.quantity).contains(&line.restocked))
        );
    }
}

#[test]
fn a_seed_decides_everything() {
    let bodies = |seed| {
        let shop = Shop::open(&Options::new(seed, 30));
        let orders = shop.orders().iter().flatten();
        orders.map(|order| shop.body(order)).collect::<Vec<_>>()
    };
    assert_eq!(bodies(1), bodies(1));
    assert_ne!(bodies(1), bodies(2));
}

#[test]
fn a_signature_is_what_openssl_makes() {
    // Made with: printf '{"id":25}' | openssl dgst -sha256 -hmac secret-order-created -binary | base64
    assert_eq!(
        hook::signature("secret-order-created", br#"{"id":25}"#),
        SIGNATURE_BY_OPENSSL
    );
}

const SIGNATURE_BY_OPENSSL: &str = "MG+3bP9gjHxF8wpU4+0UtofwPlgpTEwIToAZ2LjljuY=";
