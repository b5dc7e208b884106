//! What a service makes sure of before it relies on its schema.

use std::collections::BTreeSet;

use sqlx::migrate::{Migrate as _, MigrateError, Migrator};
use sqlx::{PgConnection, PgPool};

use crate::{Declared, SchemaName, TableRights, wall};

/// Why the service must not run on this schema.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// `migrate` was not run, or ran with another build.
    #[error("the schema is not the one this build knows, run migrate: {0}")]
    History(String),
    /// Somebody may do more, or less, than is declared, or reach other rows.
    #[error("rights in the database are not as declared: {}", .0.join("; "))]
    Rights(Vec<String>),
    #[error("the database cannot be asked")]
    Unavailable(#[from] sqlx::Error),
}

/// All checks, with the service's own rights.
pub async fn check(pool: &PgPool, declared: &Declared) -> Result<(), CheckError> {
    let Declared {
        name,
        migrations,
        tables,
    } = declared;
    let mut db = pool.acquire().await?;
    history(&mut db, migrations).await?;
    let mut surprises = own(&mut db, name).await?;
    surprises.extend(rights(&mut db, name, tables).await?);
    surprises.extend(undeclared(&mut db, name, tables).await?);
    surprises.extend(wall::surprises(&mut db, name, tables).await?);
    if surprises.is_empty() {
        return Ok(());
    }
    Err(CheckError::Rights(surprises))
}

async fn history(db: &mut PgConnection, migrations: &Migrator) -> Result<(), CheckError> {
    let unreadable =
        |error: MigrateError| CheckError::History(format!("its history cannot be read ({error})"));
    let table = migrations.table_name.as_ref();
    if let Some(version) = db.dirty_version(table).await.map_err(unreadable)? {
        return Err(CheckError::History(format!(
            "{version} was begun and failed"
        )));
    }
    let applied = db
        .list_applied_migrations(table)
        .await
        .map_err(unreadable)?;
    let known: Vec<(i64, &[u8])> = migrations
        .iter()
        .map(|migration| (migration.version, migration.checksum.as_ref()))
        .collect();
    let found: Vec<(i64, &[u8])> = applied
        .iter()
        .map(|migration| (migration.version, migration.checksum.as_ref()))
        .collect();
    if known == found {
        return Ok(());
    }
    let versions = |list: &[(i64, &[u8])]| {
        let versions: Vec<String> = list
            .iter()
            .map(|(version, _)| version.to_string())
            .collect();
        versions.join(", ")
    };
    Err(CheckError::History(format!(
        "it has {}, this build has {}",
        versions(&found),
        versions(&known)
    )))
}

/// What the role may do by being who it is.
async fn own(db: &mut PgConnection, schema: &SchemaName) -> Result<Vec<String>, CheckError> {
    let own = sqlx::query!(
        r#"select current_user::text as "name!", r.rolsuper or r.rolbypassrls as "is_above_walls!",
            pg_has_role(r.oid, n.nspowner, 'usage') as "is_owner!",
            has_schema_privilege(r.oid, n.oid, 'create') as "may_create!",
            pg_get_userbyid(n.nspowner)::text as "owner!"
        from pg_catalog.pg_roles r
        cross join pg_catalog.pg_namespace n
        where r.rolname = current_user and n.nspname = $1"#,
        schema.as_str(),
    )
    .fetch_optional(db)
    .await?
    .ok_or_else(|| CheckError::History(format!("there is no schema {schema}")))?;
    let mut surprises = Vec::new();
    if own.name != schema.app() {
        surprises.push(format!(
            "the service runs as {}, and must run as {}",
            own.name,
            schema.app()
        ));
    }
    if own.owner != schema.owner() {
        surprises.push(format!(
            "schema {schema} belongs to {}, and must to {}",
            own.owner,
            schema.owner()
        ));
    }
    if own.is_above_walls || own.is_owner || own.may_create {
        surprises.push(format!("{} has the rights of an owner", own.name));
    }
    Ok(surprises)
}

/// Holds the catalogue against the declaration, in both directions.
async fn rights(
    db: &mut PgConnection,
    schema: &SchemaName,
    tables: &[TableRights],
) -> Result<Vec<String>, CheckError> {
    let granted = sqlx::query!(
        r#"select c.relname::text as "table!",
            coalesce(pg_get_userbyid(nullif(a.grantee, 0))::text, 'public') as "grantee!",
            a.privilege_type as "privilege!"
        from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        cross join lateral aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
        where n.nspname = $1 and c.relkind not in ('i', 'I') and a.grantee <> c.relowner
        union all
        select format('%s.%s', c.relname, t.attname),
            coalesce(pg_get_userbyid(nullif(a.grantee, 0))::text, 'public'), a.privilege_type
        from pg_catalog.pg_attribute t
        join pg_catalog.pg_class c on c.oid = t.attrelid
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        cross join lateral aclexplode(t.attacl) a
        where n.nspname = $1"#,
        schema.as_str(),
    )
    .fetch_all(db)
    .await?;
    let app = schema.app();
    let found: BTreeSet<(&str, &str, &str)> = granted
        .iter()
        .map(|row| {
            (
                row.table.as_str(),
                row.grantee.as_str(),
                row.privilege.as_str(),
            )
        })
        .collect();
    let declared: BTreeSet<(&str, &str, &str)> = tables
        .iter()
        .flat_map(|rights| {
            let privileges = rights.app.iter();
            privileges.map(|privilege| (rights.table, app.as_str(), privilege.as_str()))
        })
        .collect();
    let more = found
        .difference(&declared)
        .map(|(table, role, privilege)| format!("{role} may {privilege} {table}"));
    let less = declared
        .difference(&found)
        .map(|(table, role, privilege)| format!("{role} may not {privilege} {table}"));
    Ok(more.chain(less).collect())
}

async fn undeclared(
    db: &mut PgConnection,
    schema: &SchemaName,
    tables: &[TableRights],
) -> Result<Vec<String>, CheckError> {
    let found = sqlx::query_scalar!(
        r#"select c.relname::text as "table!"
        from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where n.nspname = $1 and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')"#,
        schema.as_str(),
    )
    .fetch_all(db)
    .await?;
    let is_declared = |table: &String| tables.iter().any(|rights| rights.table == table);
    Ok(found
        .into_iter()
        .filter(|table| !is_declared(table))
        .map(|table| format!("{table} is not declared"))
        .collect())
}
