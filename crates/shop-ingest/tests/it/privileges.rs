//! Every cell of the matrix table x privilege, tried with real credentials, and what the role must not
//! touch at all: the ledger's schema, and other platforms'.

use retail::PlatformCode;
use schema::testing::{DENIED, Role, Walls};
use schema::{Privilege, SchemaName};
use shop_ingest::store::{Schema, declared};

use crate::database::{APP_PASSWORD, admin, app, database, migrate, schema, sql};

#[tokio::test]
async fn the_services_role_may_do_what_is_declared_and_nothing_else() {
    let database = database().await;
    let mut role = Role::connect(&app(&database)).await;
    role.assert_declared(&declared(&schema())).await;
    role.assert_denied(&[
        "create table ingest_stall.mine (x int)",
        "set role ingest_stall_owner",
        "drop schema ingest_stall cascade",
        "alter table ingest_stall.connection owner to ingest_stall_app",
        "set session_replication_role = replica",
    ])
    .await;
}

/// The third promise, seen from here: only the ledger writes stock and sales.
#[tokio::test]
async fn the_services_role_cannot_touch_the_ledgers_schema() {
    let database = database().await;
    // As the ledger's own migrate makes it: nothing for anybody but its roles.
    let make = "create schema ledger;
        create table ledger.stock_movement (quantity_milli bigint);
        revoke all on schema ledger from public";
    sql(&database, make);
    let mut role = Role::connect(&app(&database)).await;
    let ledger = SchemaName::new("ledger");
    for privilege in Privilege::ALL {
        let tried = role
            .attempt_privilege(&ledger, "stock_movement", privilege)
            .await;
        assert_eq!(tried.unwrap_err(), DENIED, "{privilege}");
    }
}

#[tokio::test]
async fn no_other_platforms_role_can_touch_the_schema() {
    let database = database().await;
    let other = Schema::of(&PlatformCode::new("market").unwrap());
    migrate(&database, &other).await;
    let options = admin(&database)
        .username(&other.name().app())
        .password(APP_PASSWORD);
    let mut role = Role::connect(&options).await;
    role.assert_shut_out(&declared(&schema())).await;
}

#[tokio::test]
async fn item_9_a_retailers_session_reaches_no_foreign_row_of_any_table() {
    let database = database().await;
    let mut walls =
        Walls::laid_bare(&admin(&database), &app(&database), &declared(&schema())).await;
    let leaks = walls.leaks().await;
    assert!(leaks.is_empty(), "{leaks:#?}");
    sql(
        &database,
        "alter table ingest_stall.poll disable row level security",
    );
    let leaks = walls.leaks().await;
    assert!(
        leaks
            .iter()
            .any(|leak| leak.starts_with("poll for Retailer")),
        "{leaks:#?}"
    );
}
