//! Brings a schema to what this build knows. Idempotent, and safe to run several times at once.

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::migrate::MigrateError;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

use crate::{Declared, SchemaName, TableRights, wall};

/// Why the database is not as it should be.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The database cannot be reached, or the administrator may not do what is needed.
    #[error("cannot prepare roles and schema")]
    Prepare(#[from] sqlx::Error),
    /// A migration failed, or another build's were applied.
    #[error("cannot migrate")]
    Migrate(#[from] MigrateError),
}

/// Makes the roles, the schema, its tables, the rights and the walls, as the administrator. `app_password` becomes
/// the password of the service's role; without one it stays as it is.
pub async fn migrate(
    admin: &PgConnectOptions,
    declared: &Declared,
    app_password: Option<&SecretString>,
) -> Result<(), SchemaError> {
    let Declared {
        name,
        migrations,
        tables,
    } = declared;
    let mut db = admin.connect().await?;
    // Whoever holds it migrates; the others wait.
    sqlx::query!(
        "select pg_advisory_lock(hashtextextended($1, 0))",
        name.as_str()
    )
    .execute(&mut db)
    .await?;
    prepare(&mut db, name, app_password).await?;
    run(
        &mut db,
        name,
        "set role {owner}; set search_path = {schema}",
    )
    .await?;
    migrations.run_direct(None, &mut db, false).await?;
    grant(&mut db, name, tables).await?;
    wall::raise(&mut db, name, tables).await?;
    // The lock goes with the connection.
    db.close().await?;
    Ok(())
}

/// Roles are the cluster's: another database may have made them.
async fn prepare(
    db: &mut PgConnection,
    schema: &SchemaName,
    app_password: Option<&SecretString>,
) -> Result<(), sqlx::Error> {
    let mut db = db.begin().await?;
    run(
        &mut db,
        schema,
        "do $$
        begin
            begin
                create role {owner} nologin;
            exception when duplicate_object or unique_violation then null;
            end;
            begin
                create role {app} login;
            exception when duplicate_object or unique_violation then null;
            end;
            if not pg_has_role(current_user, '{owner}', 'member') then
                execute format('grant {owner} to %I', current_user);
            end if;
        end
        $$",
    )
    .await?;
    if let Some(password) = app_password {
        // By way of a setting of this transaction: the text of a statement ends up in logs.
        sqlx::query_scalar!(
            "select set_config('migrate.app_password', $1, true)",
            password.expose_secret(),
        )
        .fetch_one(&mut *db)
        .await?;
        run(
            &mut db,
            schema,
            "do $$
            begin
                execute format('alter role {app} password %L', current_setting('migrate.app_password'));
            exception when internal_error then null; -- tuple concurrently updated: by another migrate, to the same
            end
            $$",
        )
        .await?;
    }
    run(
        &mut db,
        schema,
        "create schema if not exists {schema} authorization {owner};
        revoke all on schema {schema} from public;
        grant usage on schema {schema} to {app}",
    )
    .await?;
    db.commit().await
}

/// What is declared, and nothing that was granted before.
async fn grant(
    db: &mut PgConnection,
    schema: &SchemaName,
    tables: &[TableRights],
) -> Result<(), sqlx::Error> {
    let mut db = db.begin().await?;
    run(
        &mut db,
        schema,
        "revoke all on all tables in schema {schema} from public, {app}",
    )
    .await?;
    for TableRights { table, app, of: _ } in tables {
        let privileges: Vec<&str> = app.iter().map(|privilege| privilege.as_str()).collect();
        let privileges = privileges.join(", ");
        run(
            &mut db,
            schema,
            &format!("grant {privileges} on {{schema}}.{table} to {{app}}"),
        )
        .await?;
    }
    db.commit().await
}

/// Statements about roles and schemas take no parameters: the names are put into the text, which they are
/// plain enough for.
pub(crate) async fn run(
    db: &mut PgConnection,
    schema: &SchemaName,
    template: &str,
) -> Result<(), sqlx::Error> {
    let statements = template
        .replace("{schema}", schema.as_str())
        .replace("{owner}", &schema.owner())
        .replace("{app}", &schema.app());
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(db).await?;
    Ok(())
}
