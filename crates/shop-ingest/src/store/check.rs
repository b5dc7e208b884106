//! What the service makes sure of before it relies on its schema.

use std::collections::BTreeSet;

use sqlx::PgPool;

use super::migrate::MIGRATOR;
use super::privilege::TABLES;
use super::{Schema, StoreError};

/// Why the service must not run on this database.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// `migrate` was not run, or ran with another build.
    #[error("the schema is not the one this build knows, run migrate: {0}")]
    Schema(String),
    /// Somebody may do more, or less, than is declared.
    #[error("rights in the database are not as declared: {}", .0.join("; "))]
    Rights(Vec<String>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// All checks, with the service's own rights.
pub async fn check(pool: &PgPool, schema: &Schema) -> Result<(), CheckError> {
    history(pool).await?;
    let mut surprises = own(pool, schema).await?;
    surprises.extend(rights(pool, schema).await?);
    surprises.extend(undeclared(pool, schema).await?);
    if surprises.is_empty() {
        return Ok(());
    }
    Err(CheckError::Rights(surprises))
}

async fn history(pool: &PgPool) -> Result<(), CheckError> {
    let applied =
        sqlx::query!("select version, checksum, success from _sqlx_migrations order by version")
            .fetch_all(pool)
            .await
            .map_err(|error| CheckError::Schema(format!("its history cannot be read ({error})")))?;
    let known: Vec<(i64, &[u8])> = MIGRATOR
        .iter()
        .map(|migration| (migration.version, migration.checksum.as_ref()))
        .collect();
    let found: Vec<(i64, &[u8])> = applied
        .iter()
        .filter(|row| row.success)
        .map(|row| (row.version, row.checksum.as_slice()))
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
    Err(CheckError::Schema(format!(
        "it has {}, this build has {}",
        versions(&found),
        versions(&known)
    )))
}

/// What the role may do by being who it is.
async fn own(pool: &PgPool, schema: &Schema) -> Result<Vec<String>, CheckError> {
    let own = sqlx::query!(
        r#"select current_user::text as "name!", r.rolsuper as "is_superuser!",
            pg_has_role(r.oid, n.nspowner, 'usage') as "is_owner!",
            has_schema_privilege(r.oid, n.oid, 'create') as "may_create!",
            pg_get_userbyid(n.nspowner)::text as "owner!"
        from pg_catalog.pg_roles r
        cross join pg_catalog.pg_namespace n
        where r.rolname = current_user and n.nspname = $1"#,
        schema.name(),
    )
    .fetch_optional(pool)
    .await
    .map_err(StoreError::from)?
    .ok_or_else(|| CheckError::Schema(format!("there is no schema {schema}")))?;
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
    if own.is_superuser || own.is_owner || own.may_create {
        surprises.push(format!("{} has the rights of an owner", own.name));
    }
    Ok(surprises)
}

/// Holds the catalogue against the declaration, in both directions.
async fn rights(pool: &PgPool, schema: &Schema) -> Result<Vec<String>, CheckError> {
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
        schema.name(),
    )
    .fetch_all(pool)
    .await
    .map_err(StoreError::from)?;
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
    let declared: BTreeSet<(&str, &str, &str)> = TABLES
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

async fn undeclared(pool: &PgPool, schema: &Schema) -> Result<Vec<String>, CheckError> {
    let tables = sqlx::query_scalar!(
        r#"select c.relname::text as "table!"
        from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where n.nspname = $1 and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')"#,
        schema.name(),
    )
    .fetch_all(pool)
    .await
    .map_err(StoreError::from)?;
    let is_declared = |table: &String| TABLES.iter().any(|rights| rights.table == table);
    Ok(tables
        .into_iter()
        .filter(|table| !is_declared(table))
        .map(|table| format!("{table} is not declared"))
        .collect())
}
