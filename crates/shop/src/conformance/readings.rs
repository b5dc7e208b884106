use serde_json::{Value, json};

use super::sound;
use crate::{Connection, Platform, Reading, Source};

/// A payload that a shop sent.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    pub name: &'a str,
    pub source: Source<'a>,
    pub body: &'a [u8],
}

impl<'a> Sample<'a> {
    /// What was asked for, under a name.
    #[must_use]
    pub fn fetched((name, body): &'a (String, Vec<u8>)) -> Self {
        Self {
            name,
            source: Source::Fetched,
            body,
        }
    }
}

/// Prefixes tried of one sample, at most.
const CUTS: usize = 64;
/// Places at which something else is put, of all samples together, about.
const PLACES: usize = 600;

/// Checks, of every sample, that
/// - it reads as something sound;
/// - fields that nobody knows, in every object, change nothing;
/// - cut short anywhere it is no order;
/// - whatever stands at any of its places, it is read or refused: no panic, and no order that does not add up.
pub fn readings(platform: &dyn Platform, connection: &Connection, samples: &[Sample<'_>]) {
    assert!(!samples.is_empty(), "nothing to read");
    let mut orders = 0;
    for (number, sample) in samples.iter().enumerate() {
        let reading = sound(platform, connection, sample.source, sample.body);
        orders += usize::from(matches!(reading, Reading::Order { .. }));
        let document: Value = serde_json::from_slice(sample.body).expect("a sample is JSON");
        let mut wider = document.clone();
        widen(&mut wider);
        assert_eq!(
            platform.read(connection, sample.source, wider.to_string().as_bytes()),
            reading,
            "{}: unknown fields change the reading",
            sample.name
        );
        cut(platform, connection, sample);
        replace(
            platform,
            connection,
            sample,
            &document,
            (number, samples.len()),
        );
    }
    assert!(orders > 0, "no sample is an order");
}

/// Puts a field that nobody knows into every object that has fields.
fn widen(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(widen);
            if !fields.is_empty() {
                fields.insert("zz_not_yet_known".to_owned(), json!({"of": [1, "x", null]}));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(widen),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn cut(platform: &dyn Platform, connection: &Connection, sample: &Sample<'_>) {
    let whole = sample.body.trim_ascii_end().len();
    for at in (0..whole).step_by((whole / CUTS).max(1)) {
        let reading = sound(platform, connection, sample.source, &sample.body[..at]);
        assert!(
            !matches!(reading, Reading::Order { .. }),
            "{}: cut after {at} bytes it still is an order",
            sample.name
        );
    }
}

fn replace(
    platform: &dyn Platform,
    connection: &Connection,
    sample: &Sample<'_>,
    document: &Value,
    (number, of): (usize, usize),
) {
    let others = [
        json!(null),
        json!([]),
        json!({}),
        json!(""),
        json!("\u{202e}n\u{e4}h\u{0} \u{1f45f}"),
        json!("-1"),
        json!(-1),
        json!(0),
        json!(1.005),
        json!(i64::MAX),
        json!("99999999999999999999.99"),
    ];
    let mut places = Vec::new();
    pointers(document, "", &mut places);
    // Samples are alike: each is changed at other places.
    let step = (places.len() * of / PLACES).max(1);
    for place in places.iter().skip(number % step).step_by(step) {
        for other in &others {
            let mut changed = document.clone();
            if let Some(slot) = changed.pointer_mut(place) {
                slot.clone_from(other);
            }
            let changed = changed.to_string();
            sound(platform, connection, sample.source, changed.as_bytes());
        }
    }
}

/// Every place in a document, as a JSON pointer.
fn pointers(value: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                pointers(field, &format!("{at}/{name}"), into);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, &format!("{at}/{index}"), into);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
