//! The catalogue's schema, as this build knows it.

use std::borrow::Cow;

use schema::{Declared, SchemaError, SchemaName};
use secrecy::SecretString;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;

use crate::privilege::TABLES;

/// The migrations of this build.
static MIGRATOR: Migrator = Migrator {
    table_name: Cow::Borrowed("catalog._sqlx_migrations"),
    // `schema` sees to it.
    locking: false,
    ..sqlx::migrate!("./migrations")
};

/// The schema, its roles and every right.
#[must_use]
pub fn declared() -> Declared {
    Declared {
        name: SchemaName::new("catalog"),
        migrations: &MIGRATOR,
        tables: TABLES,
    }
}

/// Brings the database to what this build knows. Idempotent, and safe to run several times at once.
pub async fn migrate(
    admin: &PgConnectOptions,
    app_password: Option<&SecretString>,
) -> Result<(), SchemaError> {
    schema::migrate(admin, &declared(), app_password).await
}
