//! Whatever a shop or its plugins send: no panic, and no sale that does not add up.

use proptest::prelude::*;
use serde_json::{Value, json};
use shop::{Platform as _, Reading, Reason, Source};

use crate::capture::{connection, one, platform};

const SHAPES: [&str; 4] = [
    "order-fees.01.order.created",
    "order-refund-amount-only.01.order.updated",
    "order-line-without-product.01.order.updated",
    "order-prices-include-tax.01.order.created",
];

fn order(name: &str) -> Value {
    serde_json::from_slice(&one(name).body).unwrap()
}

fn read(body: &[u8]) -> Reading {
    platform().read(&connection(&["any"]), Source::Fetched, body)
}

fn refused(order: &Value) -> Option<Reason> {
    match read(order.to_string().as_bytes()) {
        Reading::Refused(refusal) => Some(refusal.reason),
        Reading::Order { .. } | Reading::Hint(_) | Reading::Nothing(_) | Reading::Event(_) => None,
    }
}

#[test]
fn an_order_that_cannot_be_booked_is_refused_with_its_reason() {
    type Change = (fn(&mut Value), Option<Reason>);
    let changes: [Change; 17] = [
        (|_| {}, None),
        (|o| o["total"] = json!("36.21"), None),
        (
            |o| o["total"] = json!("36.22"),
            Some(Reason::TotalsMismatch),
        ),
        (|o| o["total"] = json!(36.16), None),
        (|o| o["total"] = json!(""), Some(Reason::Unreadable)),
        (|o| o["total"] = json!("36,16"), Some(Reason::BadAmount)),
        (
            |o| o["currency"] = json!("GIL"),
            Some(Reason::UnknownCurrency),
        ),
        (|o| o["line_items"][0]["quantity"] = json!("1.5"), None),
        (
            |o| o["line_items"][0]["quantity"] = json!(1.2345),
            Some(Reason::BadQuantity),
        ),
        (
            |o| o["line_items"][0]["quantity"] = json!(-1),
            Some(Reason::BadQuantity),
        ),
        (
            |o| o["line_items"][0]["total"] = json!("99999999999999999999"),
            Some(Reason::BadAmount),
        ),
        (
            |o| o["line_items"][0]["id"] = json!(null),
            Some(Reason::Unreadable),
        ),
        (
            |o| o["line_items"] = json!("none"),
            Some(Reason::Unreadable),
        ),
        (
            |o| {
                o.as_object_mut().unwrap().remove("line_items");
            },
            Some(Reason::Unreadable),
        ),
        (|o| o["id"] = json!("x"), Some(Reason::Unreadable)),
        (|o| o["billing"] = json!([]), None),
        (
            |o| {
                o["date_modified_gmt"] = json!(null);
                o["date_created_gmt"] = json!("-0001-11-30T00:00:00");
            },
            Some(Reason::Unreadable),
        ),
    ];
    for (n, (change, reason)) in changes.into_iter().enumerate() {
        let mut order = order(SHAPES[0]);
        change(&mut order);
        assert_eq!(refused(&order), reason, "change {n}");
    }
}

#[test]
fn a_draft_is_never_refused() {
    let mut draft = order(SHAPES[0]);
    draft["status"] = json!("auto-draft");
    draft["total"] = json!("0.00");
    assert!(matches!(
        read(draft.to_string().as_bytes()),
        Reading::Nothing(_)
    ));
}

#[test]
fn amounts_finer_than_a_cent_still_add_up() {
    let mut order = order(SHAPES[0]);
    order["line_items"][0]["total"] = json!("20.004");
    order["line_items"][0]["total_tax"] = json!("2.9955");
    order["shipping_lines"][0]["total_tax"] = json!("1.4905");
    match read(order.to_string().as_bytes()) {
        Reading::Order { order, .. } => {
            let sum: i64 = order
                .lines
                .iter()
                .map(|l| l.net.minor() + l.tax.minor())
                .sum();
            assert_eq!((sum, order.total.minor()), (3616, 3616));
            assert!(
                order
                    .lines
                    .iter()
                    .all(|line| line.key.as_str() != "rounding")
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_detail_never_quotes_the_body() {
    let body = br#"{"id":25,"line_items":"zoe@example.test"}"#;
    match read(body) {
        Reading::Refused(refusal) => {
            assert!(!refusal.detail.contains("zoe"), "{}", refusal.detail);
        }
        other => panic!("{other:?}"),
    }
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        Just(json!([])),
        Just(json!({})),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "-?[0-9]{1,25}(\\.[0-9]{0,25})?".prop_map(Value::from),
        Just(json!({"7": {"id": 9, "total": "1.00"}})),
        Just(json!([{"id": 9}, 5, "x", null])),
    ]
}

/// Every place in a document, as a JSON pointer.
fn places(value: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                places(field, &format!("{at}/{name}"), into);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), into);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn holds(reading: Reading) -> Result<(), TestCaseError> {
    if let Reading::Order { order, .. } = reading {
        let sum: i128 = order
            .lines
            .iter()
            .map(|line| i128::from(line.net.minor()) + i128::from(line.tax.minor()))
            .sum();
        prop_assert_eq!(sum, i128::from(order.total.minor()));
        prop_assert!(order.lines.len() <= retail::Order::LINES_LIMIT);
        prop_assert!(
            order
                .payments
                .iter()
                .all(|payment| payment.amount.minor() > 0)
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn mutated_orders_never_panic_and_add_up_or_are_refused(
        shape in 0..SHAPES.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), leaf()), 1..4),
    ) {
        let mut document = order(SHAPES[shape]);
        for (place, value) in changes {
            let mut all = Vec::new();
            places(&document, "", &mut all);
            let at = place.get(&all).clone();
            if let Some(slot) = document.pointer_mut(&at) {
                *slot = value;
            }
        }
        holds(read(document.to_string().as_bytes()))?;
    }

    #[test]
    fn mutated_bytes_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut body = one(SHAPES[0]).body;
        for (place, byte) in changes {
            let at = place.index(body.len());
            body[at] = byte;
        }
        holds(read(&body))?;
        body.truncate(cut.index(body.len()));
        holds(read(&body))?;
    }
}
