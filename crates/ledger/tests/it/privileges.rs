//! Every cell of the matrix role x table x privilege, tried with real credentials: the third promise,
//! "one writer".

use devstack::testing::Database;
use ledger::store::declared;
use schema::testing::Role;
use sqlx::postgres::PgConnectOptions;

use crate::support::{admin, app, database, sql};

/// Another service's role, as its own `migrate` would make it.
const OTHER: &str = "ingest_of_tests_app";
const OTHER_PASSWORD: &str = "password of tests";

fn with_other_role(database: &Database) -> PgConnectOptions {
    // Roles belong to the whole server: another test may have made it.
    let make = format!(
        "do $$ begin create role {OTHER} login password '{OTHER_PASSWORD}';
        exception when duplicate_object or unique_violation then null; end $$"
    );
    sql(database, &make);
    admin(database).username(OTHER).password(OTHER_PASSWORD)
}

#[tokio::test]
async fn the_services_role_may_do_what_is_declared_and_nothing_else() {
    let database = database().await;
    let mut role = Role::connect(&app(&database)).await;
    role.assert_declared(&declared()).await;
}

#[tokio::test]
async fn no_other_services_role_can_touch_the_schema() {
    let database = database().await;
    let mut role = Role::connect(&with_other_role(&database)).await;
    role.assert_shut_out(&declared()).await;
    role.assert_denied(&[
        "create table ledger.mine (x int)",
        "set role ledger_app",
        "set role ledger_owner",
        "drop schema ledger cascade",
    ])
    .await;
}

#[tokio::test]
async fn movements_and_payments_cannot_be_rewritten_by_the_service() {
    let database = database().await;
    let mut role = Role::connect(&app(&database)).await;
    role.assert_denied(&[
        "update ledger.stock_movement set quantity_milli = 0",
        "delete from ledger.stock_movement",
        "truncate ledger.stock_movement",
        "drop table ledger.stock_movement",
        "alter table ledger.stock_movement disable trigger all",
        "alter table ledger.stock_movement owner to ledger_app",
        "update ledger.payment set amount_minor = 0",
        "delete from ledger.payment",
        "delete from ledger.stock_level",
        "update ledger.stock_entry set reference = ''",
        "delete from ledger.stock_entry",
        "delete from ledger.sale",
        "delete from ledger.shop_order",
        "set session_replication_role = replica",
        "set role ledger_owner",
    ])
    .await;
}
