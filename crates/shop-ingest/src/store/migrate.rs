//! A platform's schema, as this build knows it.

use schema::{Declared, SchemaError};
use secrecy::SecretString;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;

use super::Schema;
use super::privilege::TABLES;

/// The migrations of this build; their history is where `search_path` leads.
static MIGRATOR: Migrator = Migrator {
    // `schema` sees to it.
    locking: false,
    ..sqlx::migrate!("./migrations")
};

/// The schema, its roles and every right.
#[must_use]
pub fn declared(schema: &Schema) -> Declared {
    Declared {
        name: schema.name().clone(),
        migrations: &MIGRATOR,
        tables: &TABLES,
    }
}

/// Brings a platform's schema to what this build knows. Idempotent, and safe to run several times at once.
pub async fn migrate(
    admin: &PgConnectOptions,
    schema: &Schema,
    app_password: Option<&SecretString>,
) -> Result<(), SchemaError> {
    schema::migrate(admin, &declared(schema), app_password).await
}
