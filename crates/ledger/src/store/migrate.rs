//! Brings the database to what this build knows. Idempotent, and safe to run several times at once.

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};

/// The migrations of this build.
pub(super) static MIGRATOR: Migrator = Migrator {
    table_name: std::borrow::Cow::Borrowed("ledger._sqlx_migrations"),
    // The schema and the roles are made here, by whoever may.
    locking: false,
    ..sqlx::migrate!("./migrations")
};

/// Whoever holds it migrates; the others wait. The text "ledger" as a number.
const LOCK: i64 = 0x6c65_6467_6572;

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

/// Makes the roles, the schema and its tables, as the administrator. `app_password` becomes the
/// password of the service's role; without one it stays as it is.
pub async fn migrate(
    admin: &PgConnectOptions,
    app_password: Option<&SecretString>,
) -> Result<(), SchemaError> {
    let mut db = admin.connect().await?;
    sqlx::query!("select pg_advisory_lock($1)", LOCK)
        .execute(&mut db)
        .await?;
    prepare(&mut db, app_password).await?;
    sqlx::query!("set role ledger_owner")
        .execute(&mut db)
        .await?;
    MIGRATOR.run_direct(None, &mut db, false).await?;
    // The lock goes with the connection.
    db.close().await?;
    Ok(())
}

/// Roles are the cluster's: another database's ledger may have made them.
async fn prepare(
    db: &mut PgConnection,
    app_password: Option<&SecretString>,
) -> Result<(), sqlx::Error> {
    let mut db = db.begin().await?;
    sqlx::query!(
        "do $$
        begin
            begin
                create role ledger_owner nologin;
            exception when duplicate_object or unique_violation then null;
            end;
            begin
                create role ledger_app login;
            exception when duplicate_object or unique_violation then null;
            end;
            if not pg_has_role(current_user, 'ledger_owner', 'member') then
                execute format('grant ledger_owner to %I', current_user);
            end if;
        end
        $$"
    )
    .execute(&mut *db)
    .await?;
    if let Some(password) = app_password {
        // By way of a setting of this transaction: the text of a statement ends up in logs.
        sqlx::query_scalar!(
            "select set_config('ledger.app_password', $1, true)",
            password.expose_secret(),
        )
        .fetch_one(&mut *db)
        .await?;
        sqlx::query!(
            "do $$
            begin
                execute format('alter role ledger_app password %L', current_setting('ledger.app_password'));
            exception when internal_error then null; -- tuple concurrently updated: by another migrate, to the same
            end
            $$"
        )
        .execute(&mut *db)
        .await?;
    }
    sqlx::query!("create schema if not exists ledger authorization ledger_owner")
        .execute(&mut *db)
        .await?;
    sqlx::query!("revoke all on schema ledger from public")
        .execute(&mut *db)
        .await?;
    sqlx::query!("grant usage on schema ledger to ledger_app")
        .execute(&mut *db)
        .await?;
    db.commit().await
}
