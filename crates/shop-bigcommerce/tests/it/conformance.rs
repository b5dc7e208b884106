//! What every platform must keep.

use shop::Source;
use shop::conformance::{Sample, readings};

use crate::store::{connection, document, id_of, platform, samples};

#[test]
fn whatever_stores_answer_is_read_soundly() {
    let documents: Vec<(String, Vec<u8>)> = samples()
        .iter()
        .map(|folder| (id_of(folder), document(folder).to_string().into_bytes()))
        .collect();
    let samples: Vec<Sample<'_>> = documents
        .iter()
        .map(|(name, body)| Sample {
            name,
            source: Source::Fetched,
            body,
        })
        .collect();
    readings(platform(), &connection(&["any"]), &samples);
}
