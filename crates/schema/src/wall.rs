//! The second wall: PostgreSQL itself shows and takes the rows of one retailer alone, whatever a statement forgets to
//! ask for. One policy for each table, made from what the service declares.
//!
//! A policy stands in every statement, so it is written for its price:
//!
//! - What the setting says is asked in sub-selects without rows of their own: once for a statement, not for a row.
//! - `nullif(..., false) is not null` is the condition itself, and lets PostgreSQL reckon with all of the rows:
//!   statements ask for their retailer's alone, and a plan that counts on fewer would be a worse one.

use std::collections::BTreeSet;

use sqlx::{Connection as _, PgConnection};

use crate::migrate::run;
use crate::scope::SETTING;
use crate::{Of, SchemaName, TableRights};

/// The name of each table's one policy.
const POLICY: &str = "wall";

/// Builds the walls that are not as they are declared. The others are not touched: it takes an exclusive lock of a
/// table to build its wall.
pub(crate) async fn raise(
    db: &mut PgConnection,
    schema: &SchemaName,
    tables: &[TableRights],
) -> Result<(), sqlx::Error> {
    let found = found(db, schema).await?;
    for rights in tables {
        let standing = found.iter().filter(|wall| wall.table == rights.table);
        let declared = Wall::declared(schema, rights);
        if standing.eq(declared.iter()) {
            continue;
        }
        let statements = match &declared {
            Some(wall) => wall.built(),
            None => torn_down(rights.table),
        };
        let mut db = db.begin().await?;
        run(&mut db, schema, &statements).await?;
        db.commit().await?;
    }
    Ok(())
}

/// What stands otherwise than it is declared.
pub(crate) async fn surprises(
    db: &mut PgConnection,
    schema: &SchemaName,
    tables: &[TableRights],
) -> Result<Vec<String>, sqlx::Error> {
    let found: BTreeSet<Wall> = found(db, schema).await?.into_iter().collect();
    let declared = tables
        .iter()
        .filter_map(|rights| Wall::declared(schema, rights));
    let declared: BTreeSet<Wall> = declared.collect();
    let more = found
        .difference(&declared)
        .map(|wall| format!("{} has a policy that is not declared", wall.table));
    let less = declared
        .difference(&found)
        .map(|wall| format!("{} lacks the policy that is declared", wall.table));
    Ok(more.chain(less).collect())
}

/// A policy; or row security without one, under which nobody reaches a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wall {
    table: String,
    /// What must hold of a row for a session to reach it; empty where a policy does not say.
    condition: String,
    /// It is in force, for every statement of every role.
    is_whole: bool,
}

impl Wall {
    /// `None` around what is nobody's.
    fn declared(schema: &SchemaName, rights: &TableRights) -> Option<Self> {
        let TableRights { table, app: _, of } = rights;
        let said = format!("current_setting('{SETTING}', true)");
        let ours = format!("(select {said} = '*')");
        let theirs = match of {
            Of::Nobody => return None,
            Of::Service => "false".to_owned(),
            Of::Retailer => {
                format!("retailer_id = (select nullif(nullif({said}, '*'), '')::uuid)")
            }
            // That table's own wall stands here too.
            Of::Row {
                table: other,
                key,
                by,
            } => {
                format!("exists (select from {schema}.{other} its where its.{key} = {table}.{by})")
            }
        };
        Some(Self {
            table: (*table).to_owned(),
            condition: format!("nullif({ours} or {theirs}, false) is not null"),
            is_whole: true,
        })
    }

    fn built(&self) -> String {
        let Self {
            table, condition, ..
        } = self;
        // Kept beside it as it was declared: PostgreSQL would tell it in words of its own.
        let kept = condition.replace('\'', "''");
        format!(
            "drop policy if exists {POLICY} on {{schema}}.{table};
            create policy {POLICY} on {{schema}}.{table} using ({condition});
            comment on policy {POLICY} on {{schema}}.{table} is '{kept}';
            alter table {{schema}}.{table} enable row level security"
        )
    }
}

fn torn_down(table: &str) -> String {
    format!(
        "drop policy if exists {POLICY} on {{schema}}.{table};
        alter table {{schema}}.{table} disable row level security"
    )
}

async fn found(db: &mut PgConnection, schema: &SchemaName) -> Result<Vec<Wall>, sqlx::Error> {
    sqlx::query_as!(
        Wall,
        r#"select c.relname::text as "table!",
            coalesce(obj_description(p.oid, 'pg_policy'), '') as "condition!",
            coalesce(p.polname = $2 and c.relrowsecurity and p.polpermissive and p.polcmd = '*'
                and p.polroles = '{0}' and p.polqual is not null and p.polwithcheck is null,
                false) as "is_whole!"
        from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        left join pg_catalog.pg_policy p on p.polrelid = c.oid
        where n.nspname = $1 and (c.relrowsecurity or p.oid is not null)"#,
        schema.as_str(),
        POLICY,
    )
    .fetch_all(db)
    .await
}
