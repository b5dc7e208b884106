//! Tries, with a role's real credentials, what it may do.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "for tests: what cannot go on, panics"
)]

mod walls;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};

use crate::{Declared, Privilege, SchemaName};

pub use walls::{Walls, rows_of};

/// `insufficient_privilege`.
pub const DENIED: &str = "42501";

/// Somebody with a role's credentials.
pub struct Role {
    db: PgConnection,
}

impl Role {
    pub async fn connect(options: &PgConnectOptions) -> Self {
        let options = options.clone().disable_statement_logging();
        let db = options.connect().await.expect("the role can log in");
        Self { db }
    }

    /// Tries a statement and undoes it. `Err` with the SQLSTATE.
    pub async fn attempt(&mut self, statement: &str) -> Result<(), String> {
        let mut db = self.db.begin().await.expect("a transaction begins");
        let result = db.execute(AssertSqlSafe(statement.to_owned())).await;
        db.rollback().await.expect("the transaction is undone");
        match result {
            Ok(_) => Ok(()),
            Err(sqlx::Error::Database(error)) => Err(error.code().unwrap_or_default().into_owned()),
            Err(other) => panic!("{statement}: {other}"),
        }
    }

    /// Tries one cell of the matrix table x privilege, and changes nothing.
    pub async fn attempt_privilege(
        &mut self,
        schema: &SchemaName,
        table: &str,
        privilege: Privilege,
    ) -> Result<(), String> {
        let column = self.first_column(schema, table).await;
        self.attempt(&probe(schema, table, &column, privilege))
            .await
    }

    /// Every cell, each as it is declared.
    pub async fn assert_declared(&mut self, declared: &Declared) {
        for rights in declared.tables {
            for privilege in Privilege::ALL {
                let (table, allowed) = (rights.table, rights.app.contains(&privilege));
                let tried = self.attempt_privilege(&declared.name, table, privilege);
                match tried.await {
                    Ok(()) => assert!(allowed, "{privilege} on {table} is allowed"),
                    Err(code) if code == DENIED => {
                        assert!(!allowed, "{privilege} on {table} is denied");
                    }
                    // The right is there, the statement makes no sense: of types, never of rights.
                    Err(code) => assert!(allowed, "{privilege} on {table}: {code}"),
                }
            }
        }
    }

    /// No cell at all.
    pub async fn assert_shut_out(&mut self, declared: &Declared) {
        for rights in declared.tables {
            for privilege in Privilege::ALL {
                let tried = self.attempt_privilege(&declared.name, rights.table, privilege);
                let denied = Err(DENIED.to_owned());
                assert_eq!(tried.await, denied, "{privilege} on {}", rights.table);
            }
        }
    }

    pub async fn assert_denied(&mut self, statements: &[&str]) {
        for statement in statements {
            let tried = self.attempt(statement).await;
            assert_eq!(tried, Err(DENIED.to_owned()), "{statement}");
        }
    }

    /// The column whose null-only statements type-check in every probe.
    async fn first_column(&mut self, schema: &SchemaName, table: &str) -> String {
        // The catalogue is everybody's to read, whatever it speaks of.
        sqlx::query_scalar!(
            r#"select a.attname::text as "name!"
            from pg_catalog.pg_attribute a
            join pg_catalog.pg_class c on c.oid = a.attrelid
            join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where n.nspname = $1 and c.relname = $2 and a.attnum > 0
            order by a.attnum limit 1"#,
            schema.as_str(),
            table,
        )
        .fetch_one(&mut self.db)
        .await
        .expect("the table is there, and has columns")
    }
}

/// A statement that needs `privilege` on `table`, and changes nothing.
fn probe(schema: &SchemaName, table: &str, column: &str, privilege: Privilege) -> String {
    let table = format!("{schema}.{table}");
    match privilege {
        Privilege::Select => format!("select {column} from {table} limit 0"),
        Privilege::Insert => format!("insert into {table} ({column}) select null where false"),
        Privilege::Update => format!("update {table} set {column} = null where false"),
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

/// Every table of every schema that is not PostgreSQL's own.
pub async fn tables(options: &PgConnectOptions) -> Vec<(SchemaName, String)> {
    let mut db = options.connect().await.expect("the database is there");
    let found = sqlx::query!(
        r#"select n.nspname::text as "schema!", c.relname::text as "table!"
        from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm', 'f')
            and n.nspname <> 'information_schema' and n.nspname not like 'pg\_%'
        order by 1, 2"#,
    )
    .fetch_all(&mut db)
    .await
    .expect("the catalogue can be read");
    let name = |schema: &str| SchemaName::new(schema);
    found
        .into_iter()
        .map(|row| (name(&row.schema), row.table))
        .collect()
}

/// Everybody who can log in but superusers.
pub async fn logins(options: &PgConnectOptions) -> Vec<String> {
    let mut db = options.connect().await.expect("the database is there");
    sqlx::query_scalar!(
        r#"select rolname::text as "name!" from pg_catalog.pg_roles
        where rolcanlogin and not rolsuper order by 1"#,
    )
    .fetch_all(&mut db)
    .await
    .expect("the catalogue can be read")
}

impl Role {
    /// All that can be done to a table, found by doing it.
    pub async fn may(&mut self, schema: &SchemaName, table: &str) -> Vec<Privilege> {
        let mut may = Vec::new();
        for privilege in Privilege::ALL {
            let tried = self.attempt_privilege(schema, table, privilege).await;
            // Any other refusal is of types, never of rights.
            if tried != Err(DENIED.to_owned()) {
                may.push(privilege);
            }
        }
        may
    }
}
