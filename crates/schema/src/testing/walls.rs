//! Tries the second wall, and nothing but it: with rows of two retailers in every table, of which a session works for
//! one.

use std::collections::BTreeMap;

use sqlx::postgres::PgConnectOptions;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection, Row as _,
};
use uuid::Uuid;

use super::DENIED;
use crate::{Declared, Of, SchemaName, Scope};

const OURS: Uuid = Uuid::from_u128(0x0195_c0de_0000_7000_9000_0000_0000_0001);
const THEIRS: Uuid = Uuid::from_u128(0x0195_c0de_0000_7000_9000_0000_0000_0002);

/// A database where the wall stands alone: its role may do everything to every table, and no constraint refuses a row
/// for what is in it.
pub struct Walls {
    db: PgConnection,
    tables: Vec<Table>,
}

struct Table {
    name: String,
    of: Of,
    /// As they are declared in the database, but those that make themselves.
    columns: Vec<Column>,
}

struct Column {
    name: String,
    of_type: String,
    category: String,
}

impl Walls {
    /// Takes everything else away from a database that is of no more use then.
    pub async fn laid_bare(
        admin: &PgConnectOptions,
        app: &PgConnectOptions,
        declared: &Declared,
    ) -> Self {
        let mut owner = admin.connect().await.expect("the database is there");
        let schema = &declared.name;
        execute(&mut owner, &lay_bare(schema)).await;
        let tables = tables(&mut owner, declared).await;
        for table in &tables {
            for id in [OURS, THEIRS] {
                execute(&mut owner, &table.insert(schema, id)).await;
            }
        }
        owner.close().await.expect("the connection ends");
        let app = app.clone().disable_statement_logging();
        let mut db = app.connect().await.expect("the role can log in");
        let path = format!("set search_path = {schema}");
        execute(&mut db, &path).await;
        Self { db, tables }
    }

    /// Where a session reaches what it must not, by table; nowhere if all is well.
    pub async fn leaks(&mut self) -> Vec<String> {
        let mut leaks = Vec::new();
        for table in &self.tables {
            for (statement, scope, expected) in table.trials() {
                scope.take(&mut self.db).await.expect("a session says it");
                let found = attempt(&mut self.db, &statement).await;
                if found != expected {
                    leaks.push(format!(
                        "{} for {scope:?}: {found:?} and not {expected:?} by: {statement}",
                        table.name
                    ));
                }
            }
        }
        leaks
    }
}

impl Table {
    /// Statements, for whom they are tried, and what must come of them: so many rows, or a refusal.
    fn trials(&self) -> Vec<(String, Scope, Result<u64, String>)> {
        let table = &self.name;
        let (ours, theirs) = (self.is(OURS), self.is(THEIRS));
        let read = |which: &str| format!("select from {table} where {which}");
        // Of the service's own rows and nobody's, none is one retailer's.
        let is_parted = matches!(self.of, Of::Retailer | Of::Row { .. });
        let (one, denied) = (Scope::Retailer(OURS), Err(DENIED.to_owned()));
        let mut trials = vec![
            (read(&ours), one, Ok(u64::from(is_parted))),
            (read(&theirs), one, Ok(0)),
            (read("true"), Scope::Nobody, Ok(0)),
            // They are there.
            (read(&theirs), Scope::Everybody, Ok(1)),
            (self.update(&theirs, THEIRS), one, Ok(0)),
            (format!("delete from {table} where {theirs}"), one, Ok(0)),
            (self.insert_plain(THEIRS), one, denied.clone()),
            (self.insert_plain(OURS), Scope::Nobody, denied.clone()),
        ];
        if is_parted {
            // One's own is not given away either.
            trials.push((self.update(&ours, THEIRS), one, denied));
        }
        trials
    }

    /// Whatever says whose a row is.
    fn is(&self, id: Uuid) -> String {
        let mut columns = self.columns.iter();
        let marked = columns
            .find(|column| matches!(column.of_type.as_str(), "uuid" | "bytea" | "text"))
            .expect("a column that can hold an id");
        format!("{} = {}", marked.name, marked.value(id))
    }

    fn update(&self, which: &str, id: Uuid) -> String {
        let set: Vec<String> = self
            .columns
            .iter()
            .map(|column| format!("{} = {}", column.name, column.value(id)))
            .collect();
        format!("update {} set {} where {which}", self.name, set.join(", "))
    }

    fn insert(&self, schema: &SchemaName, id: Uuid) -> String {
        self.insert_into(&format!("{schema}.{}", self.name), id)
    }

    fn insert_plain(&self, id: Uuid) -> String {
        self.insert_into(&self.name, id)
    }

    /// A row in which every id is the same one: it is its own parent.
    fn insert_into(&self, table: &str, id: Uuid) -> String {
        let names: Vec<&str> = self
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        let values: Vec<String> = self.columns.iter().map(|column| column.value(id)).collect();
        let (names, values) = (names.join(", "), values.join(", "));
        format!("insert into {table} ({names}) values ({values})")
    }
}

impl Column {
    /// Something of its type that is different for each id.
    fn value(&self, id: Uuid) -> String {
        match (self.of_type.as_str(), self.category.as_str()) {
            ("uuid", _) => format!("'{id}'::uuid"),
            ("bytea", _) => format!("uuid_send('{id}')"),
            ("bool", _) => format!("'{}'", u8::from(id == OURS)),
            ("jsonb", _) => format!("to_jsonb('{id}'::text)"),
            (_, "S") => format!("'{id}'::text"),
            (_, "N") => u8::from(id == OURS).to_string(),
            (_, "D") => "now()".to_owned(),
            (_, "A") => "'{}'".to_owned(),
            (other, _) => panic!("no value for {}: {other}", self.name),
        }
    }
}

fn lay_bare(schema: &SchemaName) -> String {
    format!(
        "do $$ declare held record; begin
            for held in select conrelid::regclass as table, conname from pg_constraint
                where connamespace = '{schema}'::regnamespace and contype in ('c', 'f')
            loop
                execute format('alter table %s drop constraint %I', held.table, held.conname);
            end loop;
        end $$;
        grant all on all tables in schema {schema} to {}",
        schema.app()
    )
}

/// All there are, declared or not: what nobody declared is everybody's until somebody says otherwise, and no wall is
/// around it.
async fn tables(db: &mut PgConnection, declared: &Declared) -> Vec<Table> {
    let found = sqlx::query!(
        r#"select c.relname::text as "table!", a.attname::text as "column!",
            t.typname::text as "type!", t.typcategory::text as "category!"
        from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0
        join pg_catalog.pg_type t on t.oid = a.atttypid
        where n.nspname = $1 and c.relkind in ('r', 'p') and not a.attisdropped
            and a.attgenerated = '' and a.attidentity = ''
        order by c.relname, a.attnum"#,
        declared.name.as_str(),
    )
    .fetch_all(db)
    .await
    .expect("the catalogue can be read");
    let mut tables: Vec<Table> = Vec::new();
    for row in found {
        let mut rights = declared.tables.iter();
        let of = rights
            .find(|rights| rights.table == row.table)
            .map_or(Of::Retailer, |rights| rights.of);
        if of == Of::Nobody {
            continue;
        }
        if tables.last().is_none_or(|last| last.name != row.table) {
            tables.push(Table {
                name: row.table,
                of,
                columns: Vec::new(),
            });
        }
        let column = Column {
            name: row.column,
            of_type: row.r#type,
            category: row.category,
        };
        let last = tables.last_mut().expect("one was pushed");
        last.columns.push(column);
    }
    tables
}

/// How many rows a statement comes to, before it is undone; `Err` with the SQLSTATE.
async fn attempt(db: &mut PgConnection, statement: &str) -> Result<u64, String> {
    let mut db = db.begin().await.expect("a transaction begins");
    let result = db.execute(AssertSqlSafe(statement.to_owned())).await;
    db.rollback().await.expect("the transaction is undone");
    match result {
        Ok(done) => Ok(done.rows_affected()),
        Err(sqlx::Error::Database(error)) => Err(error.code().unwrap_or_default().into_owned()),
        Err(other) => panic!("{statement}: {other}"),
    }
}

async fn execute(db: &mut PgConnection, statements: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(db);
    if let Err(error) = done.await {
        panic!("{statements}: {error}");
    }
}

/// All that a retailer's session reaches, as text, by table.
pub async fn rows_of(
    app: &PgConnectOptions,
    declared: &Declared,
    retailer: Uuid,
) -> BTreeMap<&'static str, String> {
    let app = app.clone().disable_statement_logging();
    let mut db = app.connect().await.expect("the role can log in");
    let scope = Scope::Retailer(retailer);
    scope.take(&mut db).await.expect("a session says it");
    let mut rows = BTreeMap::new();
    for rights in declared.tables {
        if !matches!(rights.of, Of::Retailer | Of::Row { .. }) {
            continue;
        }
        let (schema, table) = (&declared.name, rights.table);
        let read = format!(
            "select coalesce(string_agg(t::text, E'\\n' order by t::text), '') from {schema}.{table} t"
        );
        let read = sqlx::raw_sql(AssertSqlSafe(read)).fetch_one(&mut db).await;
        rows.insert(table, read.expect("it can be read").get(0));
    }
    rows
}
