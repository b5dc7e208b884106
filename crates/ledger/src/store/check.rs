//! What the service makes sure of before it relies on the database.

use std::collections::BTreeSet;

use sqlx::PgPool;

use super::StoreError;
use super::migrate::MIGRATOR;
use crate::privilege::{APP, OWNER, SCHEMA, TABLES};

/// Why the service must not run on this database.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// A committed sale could be lost with the machine's power.
    #[error(
        "the database does not keep what it commits: {setting} is {found}, and must be {wanted}"
    )]
    NotDurable {
        setting: &'static str,
        found: String,
        wanted: &'static str,
    },
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
pub async fn check(pool: &PgPool) -> Result<(), CheckError> {
    durable(pool).await?;
    schema(pool).await?;
    rights(pool).await
}

async fn durable(pool: &PgPool) -> Result<(), CheckError> {
    let found = sqlx::query!(
        r#"select current_setting('fsync') as "fsync!",
            current_setting('full_page_writes') as "full_page_writes!",
            current_setting('synchronous_commit') as "synchronous_commit!""#
    )
    .fetch_one(pool)
    .await
    .map_err(StoreError::from)?;
    let must = |setting, found: String, holds: fn(&str) -> bool, wanted| {
        if holds(&found) {
            return Ok(());
        }
        Err(CheckError::NotDurable {
            setting,
            found,
            wanted,
        })
    };
    let on: fn(&str) -> bool = |value| value == "on";
    must("fsync", found.fsync, on, "on")?;
    must("full_page_writes", found.full_page_writes, on, "on")?;
    let waits: fn(&str) -> bool = |value| matches!(value, "on" | "remote_write" | "remote_apply");
    must(
        "synchronous_commit",
        found.synchronous_commit,
        waits,
        "on, remote_write or remote_apply",
    )
}

async fn schema(pool: &PgPool) -> Result<(), CheckError> {
    let applied = sqlx::query!(
        "select version, checksum, success from ledger._sqlx_migrations order by version"
    )
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

/// Holds the catalogue against the declaration, in both directions.
async fn rights(pool: &PgPool) -> Result<(), CheckError> {
    let mut surprises = Vec::new();
    let own = sqlx::query!(
        r#"select current_user::text as "name!", r.rolsuper as "is_superuser!",
            pg_has_role(r.oid, n.nspowner, 'usage') as "is_owner!",
            has_schema_privilege(r.oid, n.oid, 'create') as "may_create!",
            pg_get_userbyid(n.nspowner)::text as "owner!"
        from pg_catalog.pg_roles r
        cross join pg_catalog.pg_namespace n
        where r.rolname = current_user and n.nspname = 'ledger'"#
    )
    .fetch_optional(pool)
    .await
    .map_err(StoreError::from)?
    .ok_or_else(|| CheckError::Schema(format!("there is no schema {SCHEMA}")))?;
    if own.name != APP {
        surprises.push(format!(
            "the service runs as {}, and must run as {APP}",
            own.name
        ));
    }
    if own.owner != OWNER {
        surprises.push(format!(
            "schema {SCHEMA} belongs to {}, and must to {OWNER}",
            own.owner
        ));
    }
    if own.is_superuser || own.is_owner || own.may_create {
        surprises.push(format!("{} has the rights of an owner", own.name));
    }

    let granted = sqlx::query!(
        r#"select c.relname::text as "table!", c.relkind = 'r' as "is_table!",
            coalesce(pg_get_userbyid(nullif(a.grantee, 0))::text, 'public') as "grantee!",
            a.privilege_type as "privilege!"
        from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        cross join lateral aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
        where n.nspname = 'ledger' and c.relkind not in ('i', 'I')
            and a.grantee <> c.relowner
        union all
        select format('%s.%s', c.relname, t.attname), true,
            coalesce(pg_get_userbyid(nullif(a.grantee, 0))::text, 'public'), a.privilege_type
        from pg_catalog.pg_attribute t
        join pg_catalog.pg_class c on c.oid = t.attrelid
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        cross join lateral aclexplode(t.attacl) a
        where n.nspname = 'ledger'"#
    )
    .fetch_all(pool)
    .await
    .map_err(StoreError::from)?;
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
            let app = rights.app.iter();
            app.map(|privilege| (rights.table, APP, privilege.as_str()))
        })
        .collect();
    for (table, role, privilege) in found.difference(&declared) {
        surprises.push(format!("{role} may {privilege} {table}"));
    }
    for (table, role, privilege) in declared.difference(&found) {
        surprises.push(format!("{role} may not {privilege} {table}"));
    }

    let tables = sqlx::query_scalar!(
        r#"select c.relname::text as "table!"
        from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'ledger' and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')"#
    )
    .fetch_all(pool)
    .await
    .map_err(StoreError::from)?;
    for table in tables {
        if !TABLES.iter().any(|rights| rights.table == table) {
            surprises.push(format!("{table} is not declared"));
        }
    }
    if surprises.is_empty() {
        return Ok(());
    }
    Err(CheckError::Rights(surprises))
}
