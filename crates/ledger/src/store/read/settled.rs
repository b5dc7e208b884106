//! Whether all that was booked by an instant is committed.
//!
//! A movement is stamped inside its transaction and seen when that commits, so what is committed says nothing of what
//! is on its way. But an instant that is past is behind every transaction that begins: once those have ended that ran
//! when somebody asked, nothing stamped by then is missing, and nothing can come any more.

use jiff::Timestamp;

use super::Reader;
use crate::store::connect::QUESTIONS;
use crate::store::row::SqlTimestamp;
use crate::store::{StoreError, row};

impl Reader {
    /// Until when, by the database's clock, a transaction must have begun to have stamped anything by `at`, which is
    /// past. Clocks of the service and of the database may differ by five minutes: of instants further back, what
    /// runs now is not waited for.
    pub async fn begun_until(&self, at: Timestamp) -> Result<Timestamp, StoreError> {
        let begun_until = sqlx::query_scalar!(
            r#"select least(clock_timestamp(), $1::timestamptz + interval '5 minutes') as "until!: SqlTimestamp""#,
            row::at(at) as _,
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(begun_until.to_jiff())
    }

    /// Whether every transaction has ended that began by then and may write. A server that does not track what
    /// its sessions do cannot tell, and says no.
    pub async fn has_ended(&self, begun_until: Timestamp) -> Result<bool, StoreError> {
        let has_ended = sqlx::query_scalar!(
            r#"select not exists (
                select from pg_stat_activity a
                where a.datname = current_database() and a.usename = current_user
                    and a.application_name <> $1
                    and (a.xact_start <= $2 or a.state = 'disabled')) as "has_ended!""#,
            QUESTIONS,
            row::at(begun_until) as _,
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(has_ended)
    }
}
