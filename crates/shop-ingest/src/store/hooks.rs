//! What was found of shops' webhooks.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use retail::ConnectionId;
use shop::HookReport;

use super::{SqlTimestamp, Store, StoreError, count};

/// The last look at a shop's webhooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HooksSeen {
    /// `None` until they were seen once.
    pub report: Option<(Timestamp, HookReport)>,
    /// In a row, since then.
    pub failures: u32,
    pub last_failure: Option<String>,
}

impl Store {
    pub async fn hooks_checked(
        &self,
        id: ConnectionId,
        report: HookReport,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let HookReport {
            sound,
            mended,
            created,
            removed,
        } = report;
        sqlx::query!(
            "update hook_check set checked_at = $2, sound = $3, mended = $4, created = $5, removed = $6,
                failures = 0, last_failure = null
            where connection_id = $1",
            id.uuid(),
            now.to_sqlx() as _,
            count(sound),
            count(mended),
            count(created),
            count(removed),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Another failure in a row. `reason` quotes no answer and no secret.
    pub async fn hook_check_failed(
        &self,
        id: ConnectionId,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "update hook_check set failures = failures + 1, last_failure = $2, last_failed_at = $3
            where connection_id = $1",
            id.uuid(),
            reason,
            now.to_sqlx() as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    pub async fn hooks_seen(&self, id: ConnectionId) -> Result<HooksSeen, StoreError> {
        let row = sqlx::query!(
            r#"select checked_at as "checked_at: SqlTimestamp", sound, mended, created, removed,
                failures, last_failure
            from hook_check where connection_id = $1"#,
            id.uuid(),
        )
        .fetch_one(&self.pool)
        .await?;
        let number = |count: i32| usize::try_from(count).unwrap_or_default();
        let report = HookReport {
            sound: number(row.sound),
            mended: number(row.mended),
            created: number(row.created),
            removed: number(row.removed),
        };
        Ok(HooksSeen {
            report: row.checked_at.map(|at| (at.to_jiff(), report)),
            failures: u32::try_from(row.failures).unwrap_or_default(),
            last_failure: row.last_failure,
        })
    }
}
