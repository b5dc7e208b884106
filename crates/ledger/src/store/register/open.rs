//! Opens a register.

use retail::Money;
use uuid::Uuid;

use super::{RegisterError, SessionView, lock};
use crate::store::row::{self, SqlTimestamp};
use crate::store::{Once, StoreError};

impl Once {
    /// Opens `register` with so much money in its drawer. The number is the next one of that register.
    pub async fn open_session(
        &mut self,
        register: Uuid,
        float: Money,
    ) -> Result<SessionView, RegisterError> {
        let (retailer, now) = (self.retailer(), self.now());
        let session = self.new_id();
        let opened_by = self.act().actor.clone();
        let db = self.db();
        lock::alone(db, retailer, register).await?;
        if let Some(open) = lock::open_session(db, register).await? {
            return Err(RegisterError::Open {
                number: open.number,
            });
        }
        let last = sqlx::query!(
            r#"select number, closed_at as "closed_at: SqlTimestamp"
            from ledger.closure where register_id = $1 order by number desc limit 1"#,
            register,
        )
        .fetch_optional(&mut *db)
        .await?;
        let (number, opened_at) = last.map_or((1, now), |last| {
            // A closure may end a little after now, when a till's clock is ahead.
            (last.number + 1, last.closed_at.to_jiff().max(now))
        });
        sqlx::query!(
            "insert into ledger.register_session (session_id, retailer_id, register_id, number,
                currency, float_minor, opened_at, opened_by)
            values ($1, $2, $3, $4, $5, $6, $7, $8)",
            session,
            retailer.uuid(),
            register,
            number,
            float.currency().code(),
            float.minor(),
            row::at(opened_at) as _,
            opened_by,
        )
        .execute(&mut *db)
        .await?;
        let view = SessionView::find(db, retailer.uuid(), session).await?;
        view.ok_or_else(|| StoreError::corrupt("register_session", "session_id", "gone").into())
    }
}
