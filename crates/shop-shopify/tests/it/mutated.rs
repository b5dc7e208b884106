//! Whatever is answered or delivered: no panic, and no sale that does not add up.

use proptest::prelude::*;
use serde_json::{Value, json};
use shop::{Platform as _, Reading, Source};

use crate::samples::{answer, connection, deliveries, platform, read};

const SCENARIOS: [&str; 5] = [
    "01_refunded",
    "04_multicurrency_duties",
    "05_gift_card_tip",
    "06_after_edit",
    "09_cancelled",
];

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        Just(json!([])),
        Just(json!({})),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-3_i64..4).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "-?[0-9]{1,25}(\\.[0-9]{0,25})?".prop_map(Value::from),
        Just(json!("gid://shopify/LineItem/14052")),
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
                .lines
                .iter()
                .all(|line| line.restocked <= line.quantity)
        );
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
    fn mutated_answers_never_panic_and_add_up_or_are_refused(
        scenario in 0..SCENARIOS.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), leaf()), 1..4),
    ) {
        let mut document = answer(SCENARIOS[scenario]);
        for (place, value) in changes {
            let mut all = Vec::new();
            places(&document, "", &mut all);
            let at = place.get(&all).clone();
            if let Some(slot) = document.pointer_mut(&at) {
                *slot = value;
            }
        }
        holds(read(&document))?;
    }

    #[test]
    fn mutated_deliveries_never_panic_and_are_never_an_order(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let (_, all) = deliveries();
        let delivery = which.get(&all);
        let mut body = delivery.body.clone();
        for (place, byte) in changes {
            let at = place.index(body.len());
            body[at] = byte;
        }
        body.truncate(cut.index(body.len()) + 1);
        let source = Source::Delivery { topic: &delivery.topic };
        let reading = platform().read(&connection(&["any"]), source, &body);
        let is_order = matches!(reading, Reading::Order { .. });
        prop_assert!(!is_order);
    }
}
