//! Migrations and the checks at start.

use devstack::testing::Postgres;
use retail::PlatformCode;
use schema::{CheckError, check};
use shop_ingest::store::{self, Schema, declared};

use crate::database::{admin, app, database, migrate, schema, sql};

#[tokio::test]
async fn migrations_run_twice_and_at_once_beside_another_platforms() {
    let database = Postgres::shared().fresh_database().unwrap();
    let (own, other) = (
        schema(),
        Schema::of(&PlatformCode::new("market-2").unwrap()),
    );
    tokio::join!(
        migrate(&database, &own),
        migrate(&database, &own),
        migrate(&database, &other),
    );
    migrate(&database, &own).await;
    for schema in [own, other] {
        let history = format!("select count(*) from {schema}._sqlx_migrations");
        assert_eq!(sql(&database, &history), "10", "{schema}");
        let options = admin(&database)
            .username(&schema.name().app())
            .password(crate::database::APP_PASSWORD);
        let pool = store::pool(&options, &schema);
        check(&pool, &declared(&schema)).await.unwrap();
        pool.close().await;
    }
}

#[tokio::test]
async fn a_database_without_the_schema_is_refused() {
    let database = Postgres::shared().fresh_database().unwrap();
    let pool = store::pool(&admin(&database), &schema());
    let error = check(&pool, &declared(&schema())).await.unwrap_err();
    assert!(matches!(error, CheckError::History(_)), "{error}");
}

#[tokio::test]
async fn another_schema_than_the_builds_is_refused() {
    let database = database().await;
    sql(
        &database,
        "update ingest_stall._sqlx_migrations set checksum = '\\x00'",
    );
    let pool = store::pool(&app(&database), &schema());
    let error = check(&pool, &declared(&schema())).await.unwrap_err();
    assert!(matches!(error, CheckError::History(_)), "{error}");
}

#[tokio::test]
async fn rights_other_than_declared_are_refused() {
    for surprise in [
        "grant delete on ingest_stall.connection to ingest_stall_app",
        "grant select on ingest_stall.poll to public",
        "grant update (version) on ingest_stall._sqlx_migrations to ingest_stall_app",
        "revoke insert on ingest_stall.poll from ingest_stall_app",
        "create table ingest_stall.more (x int)",
        "grant create on schema ingest_stall to ingest_stall_app",
    ] {
        let database = database().await;
        sql(&database, surprise);
        let pool = store::pool(&app(&database), &schema());
        let error = check(&pool, &declared(&schema())).await.unwrap_err();
        assert!(
            matches!(error, CheckError::Rights(_)),
            "{surprise}: {error}"
        );
    }
}

#[tokio::test]
async fn rights_granted_by_hand_are_gone_after_the_next_migrate() {
    let database = database().await;
    sql(
        &database,
        "grant delete on ingest_stall.connection to ingest_stall_app",
    );
    migrate(&database, &schema()).await;
    let pool = store::pool(&app(&database), &schema());
    check(&pool, &declared(&schema())).await.unwrap();
}

#[tokio::test]
async fn the_administrator_is_not_taken_for_the_service() {
    let database = database().await;
    let pool = store::pool(&admin(&database), &schema());
    let error = check(&pool, &declared(&schema())).await.unwrap_err();
    assert!(matches!(error, CheckError::Rights(_)), "{error}");
}
