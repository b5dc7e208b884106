//! Every cell of the matrix table x privilege, tried with real credentials, and the walls between retailers.

use catalog_push::store::declared;
use schema::testing::{DENIED, Role, Walls};
use schema::{Privilege, SchemaName};

use crate::running::{admin, app, database, sql};

#[tokio::test]
async fn the_services_role_may_do_what_is_declared_and_nothing_else() {
    let database = database().await;
    let mut role = Role::connect(&app(&database)).await;
    role.assert_declared(&declared()).await;
    role.assert_denied(&[
        "create table catalog.mine (x int)",
        "set role catalog_owner",
        "drop schema catalog cascade",
        "alter table catalog.product owner to catalog_app",
        "drop function catalog.found_product",
        "set session_replication_role = replica",
    ])
    .await;
}

/// The third promise, seen from here: only the ledger writes stock and sales.
#[tokio::test]
async fn the_services_role_cannot_touch_the_ledgers_schema() {
    let database = database().await;
    let make = "create schema ledger;
        create table ledger.stock_movement (quantity_milli bigint);
        revoke all on schema ledger from public";
    sql(&database, make);
    let mut role = Role::connect(&app(&database)).await;
    let ledger = SchemaName::new("ledger");
    for privilege in Privilege::ALL {
        let tried = role.attempt_privilege(&ledger, "stock_movement", privilege);
        assert_eq!(tried.await.unwrap_err(), DENIED, "{privilege}");
    }
}

#[tokio::test]
async fn item_9_a_retailers_session_reaches_no_foreign_row_of_any_table() {
    let database = database().await;
    let (admin, app) = (admin(&database), app(&database));
    let mut walls = Walls::laid_bare(&admin, &app, &declared()).await;
    let leaks = walls.leaks().await;
    assert!(leaks.is_empty(), "{leaks:#?}");
    sql(
        &database,
        "alter table catalog.variant disable row level security",
    );
    let leaks = walls.leaks().await;
    let is_named = |leak: &String| leak.starts_with("variant for Retailer");
    assert!(leaks.iter().any(is_named), "{leaks:#?}");
}
