//! Every cell of the matrix role x table x privilege, tried with real credentials: the third promise,
//! "one writer".

use devstack::testing::Database;
use ledger::privilege::{Privilege, TABLES};
use sqlx::postgres::{PgConnectOptions, PgQueryResult};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};

use crate::support::{admin, app, database, sql};

/// Another service's role, as its own `migrate` would make it.
const OTHER: &str = "ingest_of_tests_app";
const OTHER_PASSWORD: &str = "password of tests";
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
        Privilege::Select => format!("select {first_column} from ledger.{table} limit 0"),
        Privilege::Insert => {
            format!("insert into ledger.{table} ({first_column}) select null where false")
        }
        Privilege::Update => format!("update ledger.{table} set {first_column} = null where false"),
        Privilege::Delete => format!("delete from ledger.{table} where false"),
        Privilege::Truncate => format!("truncate ledger.{table}"),
        // Nobody but the owner can make a table here that could refer to another: the catalogue must do.
        Privilege::References => format!(
            "do $$ begin
                if not has_table_privilege('ledger.{table}', 'references') then
                    raise insufficient_privilege;
                end if;
            end $$"
        ),
        Privilege::Trigger => format!(
            "create trigger probe before insert on ledger.{table} for each row
            execute function pg_catalog.suppress_redundant_updates_trigger()"
        ),
    }
}

/// The column whose null-only statements type-check in every probe.
fn first_column(database: &Database, table: &str) -> String {
    sql(
        database,
        &format!(
            "select attname from pg_attribute
            where attrelid = 'ledger.{table}'::regclass and attnum > 0 order by attnum limit 1"
        ),
    )
}

async fn connect(options: &PgConnectOptions) -> PgConnection {
    options
        .clone()
        .disable_statement_logging()
        .connect()
        .await
        .unwrap()
}

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
    let mut db = connect(&app(&database)).await;
    let mut cells = 0;
    for rights in TABLES {
        let column = first_column(&database, rights.table);
        for privilege in Privilege::ALL {
            let tried = attempt(&mut db, probe(rights.table, &column, privilege)).await;
            let (table, allowed) = (rights.table, rights.app.contains(&privilege));
            match tried {
                Ok(_) => assert!(allowed, "{privilege} on {table} is allowed"),
                Err(code) if code == DENIED => {
                    assert!(!allowed, "{privilege} on {table} is denied");
                }
                // The right is there, the statement makes no sense: of types, never of rights.
                Err(code) => assert!(allowed, "{privilege} on {table}: {code}"),
            }
            cells += 1;
        }
    }
    assert_eq!(cells, TABLES.len() * Privilege::ALL.len());
}

#[tokio::test]
async fn no_other_services_role_can_touch_the_schema() {
    let database = database().await;
    let mut db = connect(&with_other_role(&database)).await;
    for rights in TABLES {
        let column = first_column(&database, rights.table);
        for privilege in Privilege::ALL {
            let tried = attempt(&mut db, probe(rights.table, &column, privilege)).await;
            assert_eq!(
                tried.unwrap_err(),
                DENIED,
                "{privilege} on {}",
                rights.table
            );
        }
    }
    for statement in [
        "create table ledger.mine (x int)",
        "set role ledger_app",
        "set role ledger_owner",
        "drop schema ledger cascade",
    ] {
        let tried = attempt(&mut db, statement.to_owned()).await;
        assert_eq!(tried.unwrap_err(), DENIED, "{statement}");
    }
}

#[tokio::test]
async fn movements_and_payments_cannot_be_rewritten_by_the_service() {
    let database = database().await;
    let mut db = connect(&app(&database)).await;
    for statement in [
        "update ledger.stock_movement set quantity_milli = 0",
        "delete from ledger.stock_movement",
        "truncate ledger.stock_movement",
        "drop table ledger.stock_movement",
        "alter table ledger.stock_movement disable trigger all",
        "alter table ledger.stock_movement owner to ledger_app",
        "update ledger.payment set amount_minor = 0",
        "delete from ledger.payment",
        "delete from ledger.stock_level",
        "delete from ledger.sale",
        "delete from ledger.shop_order",
        "set session_replication_role = replica",
        "set role ledger_owner",
    ] {
        let tried = attempt(&mut db, statement.to_owned()).await;
        assert_eq!(tried.unwrap_err(), DENIED, "{statement}");
    }
}
