//! Whatever a shop or an app of its sends: no panic, and no sale that does not add up.

use proptest::prelude::*;
use serde_json::{Value, json};
use shop::{Platform as _, Reading, Reason, Source};

use crate::fixture::{self, connection, fetched, hooks, platform, read};

const SHAPES: [&str; 4] = [
    "paid.eur",
    "unpaid-tax-on-top.cad",
    "partly-refunded-tax-included.eur",
    "cancelled-after-refund.eur",
];

fn order(name: &str) -> Value {
    fixture::json(&format!("orders/{name}.json"))
}

fn refused(currency: &str, order: &Value) -> Option<Reason> {
    match read(&fetched(currency, &order.to_string())) {
        Reading::Refused(refusal) => Some(refusal.reason),
        Reading::Order { .. } | Reading::Hint(_) | Reading::Nothing(_) | Reading::Event(_) => None,
    }
}

#[test]
fn an_order_that_cannot_be_booked_is_refused_with_its_reason() {
    type Change = (fn(&mut Value), Option<Reason>);
    let changes: [Change; 21] = [
        (|_| {}, None),
        (|o| o["total"] = json!(54.05), None),
        (|o| o["total"] = json!(54.06), Some(Reason::TotalsMismatch)),
        (|o| o["total"] = json!("54.00"), None),
        (|o| o["total"] = json!(null), Some(Reason::Unreadable)),
        (|o| o["total"] = json!("54,00"), Some(Reason::BadAmount)),
        (|o| o["total"] = json!(true), Some(Reason::BadAmount)),
        (
            |o| o["giftCardRedemption"] = json!(10),
            Some(Reason::TotalsMismatch),
        ),
        (
            |o| o["refundedAmount"] = json!("much"),
            Some(Reason::BadAmount),
        ),
        (|o| o["refunds"] = json!("none"), Some(Reason::Unreadable)),
        (|o| o["items"][0]["quantity"] = json!("2.000"), None),
        (
            |o| o["items"][0]["quantity"] = json!(1.2345),
            Some(Reason::BadQuantity),
        ),
        (
            |o| o["items"][0]["quantity"] = json!(-2),
            Some(Reason::BadQuantity),
        ),
        (
            |o| o["items"][0]["quantity"] = json!(null),
            Some(Reason::BadQuantity),
        ),
        (
            |o| o["items"][0]["price"] = json!(1e27),
            Some(Reason::BadAmount),
        ),
        (
            |o| o["items"][0]["id"] = json!(null),
            Some(Reason::Unreadable),
        ),
        (|o| o["items"] = json!(null), Some(Reason::Unreadable)),
        (|o| o["paymentStatus"] = json!(""), Some(Reason::Unreadable)),
        (
            |o| {
                o["id"] = json!("a b");
                o["internalId"] = json!(0);
            },
            Some(Reason::Unreadable),
        ),
        (|o| o["billingPerson"] = json!(null), None),
        (
            |o| {
                for field in [
                    "createDate",
                    "createTimestamp",
                    "updateDate",
                    "updateTimestamp",
                ] {
                    o[field] = json!("yesterday");
                }
            },
            Some(Reason::Unreadable),
        ),
    ];
    for (n, (change, reason)) in changes.into_iter().enumerate() {
        let mut order = order(SHAPES[0]);
        change(&mut order);
        assert_eq!(refused("EUR", &order), reason, "change {n}");
    }
    assert_eq!(
        refused("XYZ", &order(SHAPES[0])),
        Some(Reason::UnknownCurrency)
    );
}

#[test]
fn an_order_of_too_many_lines_is_refused() {
    let mut order = order(SHAPES[0]);
    let free = json!({"id": 1, "quantity": 1, "price": 0});
    let items = order["items"].as_array_mut().unwrap();
    items.extend(std::iter::repeat_n(free, 1_000));
    assert_eq!(refused("EUR", &order), Some(Reason::TooManyLines));
}

#[test]
fn an_order_of_too_many_refunds_is_refused() {
    let with = |count| {
        let mut order = order(SHAPES[0]);
        let refund = json!({"date": "2026-01-06 10:00:00 +0000", "amount": 0.01});
        order["refunds"] = std::iter::repeat_n(refund, count).collect();
        refused("EUR", &order)
    };
    assert_eq!(with(1_000), None);
    assert_eq!(with(1_001), Some(Reason::TooLarge));
}

#[test]
fn a_refusal_names_the_order_and_quotes_nothing() {
    let body = fetched("EUR", r#"{"id":"XJ12H","items":"zoe@example.test"}"#);
    match read(&body) {
        Reading::Refused(refusal) => {
            assert_eq!(refusal.order.unwrap().as_str(), "XJ12H");
            assert!(!refusal.detail.contains("zoe"), "{}", refusal.detail);
        }
        other => panic!("{other:?}"),
    }
    for body in [
        &b""[..],
        b"{",
        b"null",
        b"{}",
        br#"{"currency":"EUR"}"#,
        b"\xff",
    ] {
        assert!(matches!(read(body), Reading::Refused(_)), "{body:?}");
    }
}

#[test]
fn an_unfinished_order_is_never_refused() {
    let mut unfinished = order("unfinished.eur");
    unfinished["total"] = json!(1);
    assert!(matches!(
        read(&fetched("EUR", &unfinished.to_string())),
        Reading::Nothing(_)
    ));
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
        "-?[0-9]{1,25}(\\.[0-9]{0,25})?([eE][+-]?[0-9]{1,3})?".prop_map(Value::from),
        Just(json!([{"id": 9, "total": 1.0, "amount": 2.0}, 5, "x", null])),
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
        holds(read(&fetched("EUR", &document.to_string())))?;
    }

    #[test]
    fn mutated_bytes_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut body = fixture::order(SHAPES[1]);
        for (place, byte) in changes {
            let at = place.index(body.len());
            body[at] = byte;
        }
        holds(read(&body))?;
        body.truncate(cut.index(body.len()));
        holds(read(&body))?;
    }

    #[test]
    fn mutated_deliveries_never_panic(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), leaf()), 1..4),
    ) {
        let mut hook = which.get(&hooks()).clone();
        for (place, value) in changes {
            let mut all = Vec::new();
            places(&hook.body, "", &mut all);
            if let Some(slot) = hook.body.pointer_mut(&place.get(&all).clone()) {
                *slot = value;
            }
        }
        let body = hook.bytes();
        let _ = platform().verify(&connection(&[fixture::SECRET]), &hook.headers, &body);
        let source = Source::Delivery { topic: &hook.topic };
        let reading = platform().read(&connection(&["any"]), source, &body);
        prop_assert!(matches!(
            reading,
            Reading::Hint(_) | Reading::Nothing(_) | Reading::Event(_)
        ));
    }
}
