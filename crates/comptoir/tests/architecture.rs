//! The rules of the house that a compiler does not hold: who may see whom, and where names and
//! tools may stand (ARCHITECTURE.md).

#![expect(
    clippy::unwrap_used,
    reason = "a test panics at what it did not expect"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// Shop platforms: the name of their crates, and a word that nobody else may use.
const PLATFORMS: [(&str, &str); 4] = [
    ("woocommerce", "woocommerce"),
    ("shopify", "shopify"),
    ("bigcommerce", "bigcommerce"),
    // Its code is part of common words; the company's name is not.
    ("ecom", "ecwid"),
];

/// Everything a platform's own crate may see.
const PLATFORM: &[&str] = &["proto", "retail", "service", "shop"];
/// What joins a platform to the runtime sees both, and what runs a process.
const INGEST: &[&str] = &["service", "shop-ingest"];
/// Tools see anything.
const ANYTHING: &[&str] = &["*"];
/// May stand in `dev-dependencies` of any crate but the domain.
const FOR_TESTS: [&str; 3] = ["devstack", "service-kit", "test-kit"];

/// Who may see which of our crates.
fn allowed(name: &str) -> &'static [&'static str] {
    match name {
        "retail" | "service" | "schema" | "devstack" => &[],
        "proto" | "shop" => &["retail"],
        "bus" => &["retail", "service"],
        "shop-ingest" | "catalog-push" => &["bus", "proto", "retail", "schema", "service", "shop"],
        "ledger" => &["bus", "proto", "retail", "schema", "service"],
        "service-kit" => &["bus", "devstack", "proto", "retail", "service"],
        "comptoir" | "test-kit" | "bench" | "fuzz" | "shop-sim" => ANYTHING,
        platform if platform.starts_with("shop-") => PLATFORM,
        ingest if ingest.starts_with("ingest-") => INGEST,
        other => panic!("crate {other} has no row in the table of who may see whom"),
    }
}

/// Whether `name` may see `seen`.
fn may_see(name: &str, seen: &str, kind: DependencyKind) -> bool {
    let allowed = allowed(name);
    let own_platform = match (name.strip_prefix("ingest-"), seen.strip_prefix("shop-")) {
        (Some(ingest), Some(platform)) => ingest == platform,
        _ => false,
    };
    allowed == ANYTHING
        || allowed.contains(&seen)
        || own_platform
        || (kind == DependencyKind::Development && may_test_with(name, seen))
}

/// Whether the tests of `name` may see `seen` besides.
fn may_test_with(name: &str, seen: &str) -> bool {
    // The domain is tested without servers. A service joined of two crates is tested from outside:
    // by what its runtime publishes.
    name != "retail"
        && (FOR_TESTS.contains(&seen)
            || (name.starts_with("ingest-") && allowed("shop-ingest").contains(&seen)))
}

#[test]
fn crates_see_only_what_the_table_allows() {
    let metadata = metadata();
    let ours: BTreeSet<&str> = ours(&metadata)
        .map(|package| package.name.as_str())
        .collect();
    let mut wrong = Vec::new();
    for package in self::ours(&metadata) {
        for dependency in &package.dependencies {
            let (name, seen) = (package.name.as_str(), dependency.name.as_str());
            if ours.contains(seen) && !may_see(name, seen, dependency.kind) {
                wrong.push(format!("{name} sees {seen}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn services_are_seen_by_the_command_line_and_tools_alone() {
    let metadata = metadata();
    for package in ours(&metadata) {
        for dependency in &package.dependencies {
            let seen = dependency.name.as_str();
            let is_service =
                ["ledger", "catalog-push"].contains(&seen) || seen.starts_with("ingest-");
            if is_service {
                assert_eq!(
                    allowed(&package.name),
                    ANYTHING,
                    "{} sees {seen}",
                    package.name
                );
            }
        }
    }
}

#[test]
fn only_the_bus_sees_the_broker_and_only_services_the_database() {
    let metadata = metadata();
    for package in ours(&metadata) {
        for dependency in &package.dependencies {
            let may: &[&str] = match dependency.name.as_str() {
                "async-nats" => &["bus"],
                "sqlx" | "jiff-sqlx" => {
                    &["catalog-push", "ledger", "schema", "shop-ingest", "bench"]
                }
                _ => continue,
            };
            let name = package.name.as_str();
            assert!(may.contains(&name), "{name} sees {}", dependency.name);
        }
    }
}

#[test]
fn the_domain_performs_no_io() {
    let metadata = metadata();
    let retail = ours(&metadata)
        .find(|package| package.name == "retail")
        .unwrap();
    let seen: Vec<&str> = retail
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind == DependencyKind::Normal)
        .map(|dependency| dependency.name.as_str())
        .collect();
    assert_eq!(seen, ["iso_currency", "jiff", "thiserror", "uuid"]);
}

#[test]
fn no_platform_is_named_outside_its_own_crates_and_the_registry() {
    let wrong = offending_lines(
        |path| {
            let is_own = PLATFORMS.iter().any(|(platform, _)| {
                ["shop", "ingest"]
                    .iter()
                    .any(|kind| path.starts_with(&format!("crates/{kind}-{platform}/")))
            });
            is_own
                || path == "crates/comptoir/src/services.rs"
                || path == "crates/comptoir/build.rs"
                || path.starts_with("crates/bench/")
                || path.starts_with("crates/fuzz/")
                || path.starts_with("crates/test-kit/")
                || path.starts_with("crates/shop-sim/")
        },
        |line| {
            let line = line.to_lowercase();
            PLATFORMS.iter().any(|(_, word)| line.contains(word))
        },
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_bus_talks_to_the_broker() {
    let wrong = offending_lines(
        |path| path.starts_with("crates/bus/"),
        |line| line.contains("async_nats"),
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn sql_stands_in_stores_and_migrations_alone() {
    let wrong = offending_lines(
        |path| {
            path.contains("/src/store/")
                || path.starts_with("crates/schema/")
                || path.starts_with("crates/bench/")
        },
        |line| {
            ["query!(", "query_as!(", "query_scalar!(", "query_file!("]
                .iter()
                .any(|call| line.contains(call))
        },
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_stay_short_enough_to_read() {
    /// Lines of a source file, tests included.
    const MAX_LINES: usize = 700;
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= MAX_LINES, "{path} has {lines} lines");
    }
}

fn metadata() -> Metadata {
    MetadataCommand::new()
        .current_dir(root())
        .no_deps()
        .exec()
        .unwrap()
}

fn ours(metadata: &Metadata) -> impl Iterator<Item = &Package> {
    let members: BTreeSet<_> = metadata.workspace_members.iter().collect();
    metadata
        .packages
        .iter()
        .filter(move |package| members.contains(&package.id))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// Lines of code, no comments and no tests, that break a rule; `is_exempt` names whole files.
fn offending_lines(is_exempt: impl Fn(&str) -> bool, breaks: impl Fn(&str) -> bool) -> Vec<String> {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if is_exempt(&path) || path.contains("/tests/") || path.starts_with("tests/") {
            continue;
        }
        // Tests stand last in a file.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in (1..).zip(code.lines()) {
            if !line.trim_start().starts_with("//") && breaks(line) {
                wrong.push(format!("{path}:{number}: {}", line.trim()));
            }
        }
    }
    wrong
}

/// Every Rust file under `crates/` with its path from the root.
fn sources() -> Vec<(String, String)> {
    let root = root();
    let mut folders = vec![root.join("crates")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path
                    .strip_prefix(&root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                sources.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!sources.is_empty());
    sources
}
