//! Brings a platform's schema to what this build knows. Idempotent, and safe to run several times at once.

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

use super::Schema;
use super::privilege::{TABLES, TableRights};

/// The migrations of this build; their history is where `search_path` leads.
pub(super) static MIGRATOR: Migrator = Migrator {
    // The schema and the roles are made here, by whoever may.
    locking: false,
    ..sqlx::migrate!("./migrations")
};

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

/// Makes the roles, the schema, its tables and the rights, as the administrator. `app_password` becomes
/// the password of the service's role; without one it stays as it is.
pub async fn migrate(
    admin: &PgConnectOptions,
    schema: &Schema,
    app_password: Option<&SecretString>,
) -> Result<(), SchemaError> {
    let mut db = admin.connect().await?;
    // Whoever holds it migrates; the others wait.
    sqlx::query!(
        "select pg_advisory_lock(hashtextextended($1, 0))",
        schema.name()
    )
    .execute(&mut db)
    .await?;
    prepare(&mut db, schema, app_password).await?;
    run(
        &mut db,
        schema,
        "set role {owner}; set search_path = {schema}",
    )
    .await?;
    MIGRATOR.run_direct(None, &mut db, false).await?;
    grant(&mut db, schema).await?;
    // The lock goes with the connection.
    db.close().await?;
    Ok(())
}

/// Roles are the cluster's: another database may have made them.
async fn prepare(
    db: &mut PgConnection,
    schema: &Schema,
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
            "select set_config('ingest.app_password', $1, true)",
            password.expose_secret(),
        )
        .fetch_one(&mut *db)
        .await?;
        run(
            &mut db,
            schema,
            "do $$
            begin
                execute format('alter role {app} password %L', current_setting('ingest.app_password'));
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
async fn grant(db: &mut PgConnection, schema: &Schema) -> Result<(), sqlx::Error> {
    let mut db = db.begin().await?;
    run(
        &mut db,
        schema,
        "revoke all on all tables in schema {schema} from public, {app}",
    )
    .await?;
    for TableRights { table, app } in TABLES {
        let privileges: Vec<&str> = app.iter().map(|privilege| privilege.as_str()).collect();
        let privileges = privileges.join(", ");
        run(
            &mut db,
            schema,
            &format!("grant {privileges} on {table} to {{app}}"),
        )
        .await?;
    }
    db.commit().await
}

/// Statements about roles and schemas take no parameters: the names are put into the text. They are safe
/// there, being made of a platform's code.
async fn run(db: &mut PgConnection, schema: &Schema, template: &str) -> Result<(), sqlx::Error> {
    let statements = template
        .replace("{schema}", schema.name())
        .replace("{owner}", &schema.owner())
        .replace("{app}", &schema.app());
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(db).await?;
    Ok(())
}
