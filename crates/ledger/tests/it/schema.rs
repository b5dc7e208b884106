//! Migrations and the checks at start.

use devstack::testing::Postgres;
use ledger::store;
use ledger::store::check::{CheckError, check};

use crate::support::{admin, app, database, migrate, sql};

#[tokio::test]
async fn migrations_run_twice_and_at_once() {
    let database = Postgres::shared().fresh_database().unwrap();
    tokio::join!(migrate(&database), migrate(&database), migrate(&database));
    migrate(&database).await;
    let history = "select count(*) from ledger._sqlx_migrations";
    assert_eq!(sql(&database, history), "26");
    let pool = store::write_pool(&app(&database));
    check(&pool).await.unwrap();
    pool.close().await;
}

#[tokio::test]
async fn a_database_without_the_schema_is_refused() {
    let database = Postgres::shared().fresh_database().unwrap();
    let pool = store::write_pool(&admin(&database));
    let error = check(&pool).await.unwrap_err();
    assert!(
        matches!(error, CheckError::Schema(schema::CheckError::History(_))),
        "{error}"
    );
}

#[tokio::test]
async fn another_schema_than_the_builds_is_refused() {
    let database = database().await;
    sql(
        &database,
        "update ledger._sqlx_migrations set checksum = '\\x00'",
    );
    let pool = store::write_pool(&app(&database));
    let error = check(&pool).await.unwrap_err();
    assert!(
        matches!(error, CheckError::Schema(schema::CheckError::History(_))),
        "{error}"
    );
}

#[tokio::test]
async fn a_database_that_may_lose_commits_is_refused() {
    for value in ["off", "local"] {
        let database = database().await;
        let set = format!(
            "alter database {} set synchronous_commit = {value}",
            database.name
        );
        sql(&database, &set);
        let pool = store::write_pool(&app(&database));
        let error = check(&pool).await.unwrap_err();
        let refused = matches!(
            &error,
            CheckError::NotDurable {
                setting: "synchronous_commit",
                ..
            }
        );
        assert!(refused, "{error}");
    }
}

#[tokio::test]
async fn rights_other_than_declared_are_refused() {
    for surprise in [
        "grant update on ledger.stock_movement to ledger_app",
        "grant select on ledger.customer to public",
        "grant update (quantity_milli) on ledger.stock_movement to ledger_app",
        "revoke insert on ledger.payment from ledger_app",
        "create table ledger.more (x int)",
        "grant create on schema ledger to ledger_app",
        "alter table ledger.sale disable row level security",
        "drop policy wall on ledger.payment",
        "alter policy wall on ledger.outlet to ledger_app",
        "create policy more on ledger.retailer using (true)",
    ] {
        let database = database().await;
        sql(&database, surprise);
        let pool = store::write_pool(&app(&database));
        let error = check(&pool).await.unwrap_err();
        assert!(
            matches!(error, CheckError::Schema(schema::CheckError::Rights(_))),
            "{surprise}: {error}"
        );
    }
}

#[tokio::test]
async fn the_administrator_is_not_taken_for_the_service() {
    let database = database().await;
    let pool = store::write_pool(&admin(&database));
    let error = check(&pool).await.unwrap_err();
    assert!(
        matches!(error, CheckError::Schema(schema::CheckError::Rights(_))),
        "{error}"
    );
}
