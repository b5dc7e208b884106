//! Migrations and the checks at start.

use catalog_push::store::{self, declared};
use devstack::testing::Postgres;
use schema::{CheckError, check};

use crate::running::{admin, app, database, migrate, sql};

#[tokio::test]
async fn migrations_run_twice_and_at_once() {
    let database = Postgres::shared().fresh_database().unwrap();
    tokio::join!(migrate(&database), migrate(&database));
    migrate(&database).await;
    let pool = store::own_pool(&app(&database));
    check(&pool, &declared()).await.unwrap();
    pool.close().await;
}

#[tokio::test]
async fn what_is_not_as_declared_is_refused() {
    for surprise in [
        "grant delete on catalog.product to catalog_app",
        "grant select on catalog.variant to public",
        "revoke insert on catalog.outbox from catalog_app",
        "create table catalog.more (x int)",
        "alter table catalog.image disable row level security",
    ] {
        let database = database().await;
        sql(&database, surprise);
        let pool = store::own_pool(&app(&database));
        let refused = check(&pool, &declared()).await.unwrap_err();
        assert!(
            matches!(refused, CheckError::Rights(_)),
            "{surprise}: {refused}"
        );
    }
}

#[tokio::test]
async fn the_administrator_is_not_taken_for_the_service() {
    let database = database().await;
    let pool = store::own_pool(&admin(&database));
    let refused = check(&pool, &declared()).await.unwrap_err();
    assert!(matches!(refused, CheckError::Rights(_)), "{refused}");
}
