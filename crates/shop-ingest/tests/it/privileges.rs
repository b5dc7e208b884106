//! Every cell of the matrix table x privilege, tried with real credentials, and what the role must not
//! touch at all: the ledger's schema, and other platforms'.

use devstack::testing::Database;
use retail::PlatformCode;
use shop_ingest::store::Schema;
use shop_ingest::store::privilege::{Privilege, TABLES};
use sqlx::postgres::{PgConnectOptions, PgQueryResult};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};

use crate::database::{APP_PASSWORD, admin, app, database, migrate, sql};

/// `insufficient_privilege`.
const DENIED: &str = "42501";

/// Tries a statement and undoes it. `Err` with the SQLSTATE.
async fn attempt(db: &mut PgConnection, statement: String) -> Result<PgQueryResult, String> {
    let mut db = db.begin().await.unwrap();
    let result = db.execute(AssertSqlSafe(statement)).await;
    db.rollback().await.unwrap();
    result.map_err(|error| match error {
        sqlx::Error::Database(error) => error.code().unwrap_or_default().into_owned(),
        other => panic!("{other}"),
    })
}

/// A statement that needs `privilege` on `table`, and changes nothing.
fn probe(table: &str, first_column: &str, privilege: Privilege) -> String {
    match privilege {
        Privilege::Select => format!("select {first_column} from {table} limit 0"),
        Privilege::Insert => {
            format!("insert into {table} ({first_column}) select null where false")
        }
        Privilege::Update => format!("update {table} set {first_column} = null where false"),
        Privilege::Delete => format!("delete from {table} where false"),
        Privilege::Truncate => format!("truncate {table}"),
        // Nobody but the owner can make a table here that could refer to another: the catalogue must do.
        Privilege::References => format!(
            "do $$ begin
                if not has_table_privilege('{table}', 'references') then
                    raise insufficient_privilege;
                end if;
            end $$"
        ),
        Privilege::Trigger => format!(
            "create trigger probe before insert on {table} for each row
            execute function pg_catalog.suppress_redundant_updates_trigger()"
        ),
    }
}

/// The column whose null-only statements type-check in every probe.
fn first_column(database: &Database, table: &str) -> String {
    let ask = format!(
        "select attname from pg_attribute
        where attrelid = '{table}'::regclass and attnum > 0 order by attnum limit 1"
    );
    sql(database, &ask)
}

async fn connect(options: &PgConnectOptions) -> PgConnection {
    options
        .clone()
        .disable_statement_logging()
        .connect()
        .await
        .unwrap()
}

#[tokio::test]
async fn the_services_role_may_do_what_is_declared_and_nothing_else() {
    let database = database().await;
    let mut db = connect(&app(&database)).await;
    for rights in TABLES {
        let table = format!("ingest_stall.{}", rights.table);
        let column = first_column(&database, &table);
        for privilege in Privilege::ALL {
            let tried = attempt(&mut db, probe(&table, &column, privilege)).await;
            let allowed = rights.app.contains(&privilege);
            match tried {
                Ok(_) => assert!(allowed, "{privilege} on {table} is allowed"),
                Err(code) if code == DENIED => {
                    assert!(!allowed, "{privilege} on {table} is denied");
                }
                // The right is there, the statement makes no sense: of types, never of rights.
                Err(code) => assert!(allowed, "{privilege} on {table}: {code}"),
            }
        }
    }
    for statement in [
        "create table ingest_stall.mine (x int)",
        "set role ingest_stall_owner",
        "drop schema ingest_stall cascade",
        "alter table ingest_stall.connection owner to ingest_stall_app",
        "set session_replication_role = replica",
    ] {
        let tried = attempt(&mut db, statement.to_owned()).await;
        assert_eq!(tried.unwrap_err(), DENIED, "{statement}");
    }
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
    let mut db = connect(&app(&database)).await;
    for privilege in Privilege::ALL {
        let probe = probe("ledger.stock_movement", "quantity_milli", privilege);
        let tried = attempt(&mut db, probe).await;
        assert_eq!(tried.unwrap_err(), DENIED, "{privilege}");
    }
}

#[tokio::test]
async fn no_other_platforms_role_can_touch_the_schema() {
    let database = database().await;
    let other = Schema::of(&PlatformCode::new("market").unwrap());
    migrate(&database, &other).await;
    let options = admin(&database)
        .username(&other.app())
        .password(APP_PASSWORD);
    let mut db = connect(&options).await;
    for rights in TABLES {
        let table = format!("ingest_stall.{}", rights.table);
        let column = first_column(&database, &table);
        for privilege in Privilege::ALL {
            let tried = attempt(&mut db, probe(&table, &column, privilege)).await;
            assert_eq!(tried.unwrap_err(), DENIED, "{privilege} on {table}");
        }
    }
}
