//! Every database role x table x privilege of a live system, tried with the services' own passwords and held against
//! `docs/privileges.txt`. What users of the broker may do is tried by `bus`, against the same file.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use schema::testing::{Role, logins, tables};

use crate::alone::Alone;

const FILE: &str = include_str!("../../docs/privileges.txt");
const FOUND: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/privileges.txt");

#[tokio::test(flavor = "multi_thread")]
async fn item_10_every_right_in_the_database_stands_in_the_file_and_no_other() {
    let alone = Alone::start().await;
    let stack = alone.system.stack();
    let admin = stack.admin_database_url();
    let tables = tables(&admin.parse().unwrap()).await;
    let mut found = BTreeSet::new();
    for role in logins(&admin.parse().unwrap()).await {
        let url = as_role(admin, &role, stack.dir());
        let mut tried = Role::connect(&url.parse().unwrap()).await;
        for (schema, table) in &tables {
            let may = tried.may(schema, table).await;
            let may: Vec<&str> = may.iter().map(|privilege| privilege.as_str()).collect();
            if !may.is_empty() {
                found.insert(format!(
                    "database {role} {schema}.{table} {}",
                    may.join(" ")
                ));
            }
        }
    }
    let declared = FILE.lines().filter(|line| line.starts_with("database "));
    let declared: BTreeSet<String> = declared.map(str::to_owned).collect();
    let lines: Vec<&str> = found.iter().map(String::as_str).collect();
    fs::write(FOUND, lines.join("\n")).unwrap();
    let more: Vec<_> = found.difference(&declared).collect();
    let less: Vec<_> = declared.difference(&found).collect();
    assert!(
        more.is_empty() && less.is_empty(),
        "allowed and not in docs/privileges.txt: {more:#?}\nthere and not allowed: {less:#?}\nwhat was found is in {FOUND}"
    );
    only_the_ledger_writes_the_books(&found);
}

/// The third promise, by the file itself.
fn only_the_ledger_writes_the_books(found: &BTreeSet<String>) {
    for line in found {
        if let Some((_, rest)) = line.split_once(" ledger.") {
            assert!(line.starts_with("database ledger_app "), "{line}");
            let is_history = [
                "stock_movement ",
                "payment ",
                "closure ",
                "request ",
                "audit_entry ",
            ];
            if is_history.iter().any(|table| rest.starts_with(table)) {
                assert!(rest.ends_with(" SELECT INSERT"), "{line}");
            }
        }
    }
}

/// The database with the password that the stack made for a service's role.
fn as_role(admin: &str, role: &str, dir: &Path) -> String {
    let service = match role {
        "catalog_app" => "catalog-push".to_owned(),
        other => other.strip_suffix("_app").unwrap().replace('_', "-"),
    };
    let file = dir.join("secrets").join(format!("{service}-database"));
    let password = fs::read_to_string(file).unwrap();
    let (_, host) = admin.rsplit_once('@').unwrap();
    format!("postgres://{role}:{}@{host}", password.trim())
}
