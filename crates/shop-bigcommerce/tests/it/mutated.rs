//! Whatever a store sends: no panic, and no sale that does not add up.

use proptest::prelude::*;
use serde_json::{Value, json};
use shop::{Platform as _, Reading, Source};

use crate::store::{connection, platform, read, sample};

const SHAPES: [&str; 5] = ["1001", "1004", "1006", "1007", "1008"];

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
        Just(json!([{"id": 9, "amount": 1.0}, 5, "x", null])),
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
        prop_assert!(order.lines.iter().all(|line| line.restocked.is_zero()));
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
        let mut document = sample(SHAPES[shape]);
        for (place, value) in changes {
            let mut all = Vec::new();
            places(&document, "", &mut all);
            if let Some(target) = document.pointer_mut(place.get(&all).as_str()) {
                *target = value;
            }
        }
        holds(read(&document))?;
    }

    #[test]
    fn cut_and_garbled_bodies_never_panic(
        shape in 0..SHAPES.len(),
        cut in any::<prop::sample::Index>(),
        garbage in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let mut body = sample(SHAPES[shape]).to_string().into_bytes();
        let at = cut.index(body.len());
        let end = (at + garbage.len()).min(body.len());
        body.splice(at..end, garbage);
        let own = connection(&["any"]);
        holds(platform().read(&own, Source::Fetched, &body))?;
        let topic = "store/order/updated";
        let hint = platform().read(&own, Source::Delivery { topic }, &body);
        prop_assert!(matches!(hint, Reading::Hint(_) | Reading::Refused(_)));
    }
}
