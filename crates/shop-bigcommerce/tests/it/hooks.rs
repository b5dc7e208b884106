//! What a delivery leads to.

use std::fs;

use serde_json::{Value, json};
use shop::{Platform as _, Reading, Reason, ShopEvent, Source};
use shop_bigcommerce::APP_UNINSTALLED;

use crate::store::{connection, fixtures, platform};

fn read(topic: &str, body: &[u8]) -> Reading {
    let source = Source::Delivery { topic };
    platform().read(&connection(&["any"]), source, body)
}

#[test]
fn pos_01_every_delivery_about_an_order_is_a_hint_and_no_other_is() {
    let (mut hints, mut nothings) = (0, 0);
    for entry in fs::read_dir(fixtures().join("webhooks")).unwrap() {
        let body = fs::read(entry.unwrap().path()).unwrap();
        let hook: Value = serde_json::from_slice(&body).unwrap();
        let scope = hook["scope"].as_str().unwrap();
        match read(scope, &body) {
            Reading::Hint(order) => {
                assert!(scope.starts_with("store/order/"), "{scope}");
                let data = &hook["data"];
                let id = match data["order_id"].as_str() {
                    Some(id) => id.to_owned(),
                    None => data["id"].to_string(),
                };
                assert_eq!(order.as_str(), id, "{scope}");
                hints += 1;
            }
            Reading::Event(event) => {
                assert_eq!((scope, event), (APP_UNINSTALLED, ShopEvent::AppRemoved));
                nothings += 1;
            }
            Reading::Nothing(_) => {
                assert!(!scope.starts_with("store/order/"), "{scope}");
                nothings += 1;
            }
            other => panic!("{scope}: {other:?}"),
        }
    }
    assert_eq!((hints, nothings), (7, 11));
}

#[test]
fn a_delivery_that_names_no_order_is_said_to_be_unreadable() {
    for data in [
        json!(null),
        json!({}),
        json!({"id": 0}),
        json!({"id": "x"}),
        json!([]),
    ] {
        let body = json!({"scope": "store/order/updated", "data": data}).to_string();
        match read("store/order/updated", body.as_bytes()) {
            Reading::Refused(refusal) => {
                assert_eq!((refusal.order, refusal.reason), (None, Reason::Unreadable));
            }
            other => panic!("{body}: {other:?}"),
        }
    }
    assert!(matches!(
        read("store/order/updated", b"{"),
        Reading::Refused(_)
    ));
}
