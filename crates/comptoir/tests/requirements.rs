//! `docs/requirements.md` says the truth: every test it names exists, every test that carries a
//! requirement's id stands in it, and what is said to hold has a test.

#![expect(
    clippy::unwrap_used,
    reason = "a test panics at what it did not expect"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Requirement groups, as test names spell them.
const GROUPS: [&str; 7] = ["pos", "sh", "bc", "wc", "ec", "ef", "r"];

struct Row {
    state: String,
    tests: BTreeSet<String>,
}

#[test]
fn every_test_named_in_the_table_exists() {
    let exist = tests_by_requirement();
    for (id, Row { tests, .. }) in table() {
        let missing: Vec<_> = tests
            .iter()
            .filter(|test| !exist.get(&id).is_some_and(|exist| exist.contains(*test)))
            .collect();
        assert!(
            missing.is_empty(),
            "{id} names {missing:?}, which no source has"
        );
    }
}

#[test]
fn every_test_that_carries_an_id_stands_in_the_table() {
    let table = table();
    for (id, tests) in tests_by_requirement() {
        let row = table.get(&id).unwrap_or_else(|| panic!("{id} has no row"));
        let unlisted: Vec<_> = tests.difference(&row.tests).collect();
        assert!(unlisted.is_empty(), "{id} does not name {unlisted:?}");
    }
}

#[test]
fn what_holds_is_proved_and_what_is_proved_is_not_open() {
    for (id, Row { state, tests }) in table() {
        if state == "holds" {
            assert!(!tests.is_empty(), "{id} is said to hold without a test");
        }
        if !tests.is_empty() {
            assert_ne!(state, "open", "{id} has tests and is said to be open");
        }
    }
}

fn table() -> BTreeMap<String, Row> {
    let text = fs::read_to_string(root().join("docs/requirements.md")).unwrap();
    text.lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| id "))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [id, _rule, state, tests] = cells[..] else {
                panic!("not four cells: {line}");
            };
            let tests = tests
                .split(',')
                .map(|test| test.trim().trim_matches('`').to_owned())
                .filter(|test| !test.is_empty())
                .collect();
            (
                id.to_owned(),
                Row {
                    state: state.to_owned(),
                    tests,
                },
            )
        })
        .collect()
}

/// Functions named `wc_06_…`, by requirement. A name may carry several ids, joined by `_and_`.
fn tests_by_requirement() -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources() {
        let text = fs::read_to_string(source).unwrap();
        let names = text
            .lines()
            .filter_map(|line| line.split("fn ").nth(1))
            .filter_map(|rest| rest.split('(').next());
        for name in names {
            for part in name.split("_and_") {
                if let Some(id) = requirement(part) {
                    found.entry(id).or_default().insert(name.to_owned());
                }
            }
        }
    }
    found
}

fn requirement(name: &str) -> Option<String> {
    let mut words = name.split('_');
    let group = words.next().filter(|group| GROUPS.contains(group))?;
    let number: u32 = words.next()?.parse().ok()?;
    Some(format!("{}-{number}", group.to_uppercase()))
}

fn sources() -> Vec<PathBuf> {
    let mut sources = Vec::new();
    let mut folders = vec![root().join("crates"), root().join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources.push(path);
            }
        }
    }
    sources
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
        .to_owned()
}
