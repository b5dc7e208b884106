//! What the service makes sure of before it relies on the database.

use sqlx::PgPool;

use super::{StoreError, declared};

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
    /// Another build's schema, or rights that nobody declared.
    #[error(transparent)]
    Schema(#[from] schema::CheckError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// All checks, with the service's own rights.
pub async fn check(pool: &PgPool) -> Result<(), CheckError> {
    durable(pool).await?;
    schema::check(pool, &declared()).await?;
    Ok(())
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
