//! Closes a register: what was counted is held against what must be there, for good.

use std::collections::BTreeMap;

use retail::register::{Count, closing_instant};
use retail::{Money, PaymentType};
use serde_json::json;
use uuid::Uuid;

use super::{RegisterError, SessionView, lock, online, view};
use crate::store::row::{self, SqlTimestamp};
use crate::store::{Once, StoreError};

impl Once {
    /// Ends the session that is open on `register`. Every means of payment that the books expect something
    /// of must be among `counted`.
    pub async fn close_session(
        &mut self,
        register: Uuid,
        counted: BTreeMap<PaymentType, Money>,
    ) -> Result<SessionView, RegisterError> {
        let (retailer, now) = (self.retailer(), self.now());
        let act = self.act().clone();
        let db = self.db();
        lock::alone(db, retailer, register).await?;
        let open = lock::open_session(db, register)
            .await?
            .ok_or(RegisterError::Closed)?;
        let expected = view::expected(db, open.session, open.currency, open.float_minor).await?;
        let counts = Count::of(open.currency, expected, counted)?;
        let last_paid_at = sqlx::query_scalar!(
            r#"select max(paid_at) as "last: SqlTimestamp" from ledger.till_payment
            where session_id = $1 and not is_outside"#,
            open.session,
        )
        .fetch_one(&mut *db)
        .await?
        .map(SqlTimestamp::to_jiff);
        let closed_at = closing_instant(now.max(open.opened_at), last_paid_at);
        let seen = online::take(db, register, retailer.uuid(), open.session).await?;
        sqlx::query!(
            "insert into ledger.closure (register_id, number, session_id, closed_at, closed_by, note,
                seen_xid)
            values ($1, $2, $3, $4, $5, $6, $7)",
            register,
            open.number,
            open.session,
            row::at(closed_at) as _,
            act.actor,
            act.note,
            seen,
        )
        .execute(&mut *db)
        .await?;
        let types: Vec<&str> = counts
            .iter()
            .map(|count| count.payment_type.as_str())
            .collect();
        let expected: Vec<i64> = counts.iter().map(|count| count.expected.minor()).collect();
        let counted: Vec<i64> = counts.iter().map(|count| count.counted.minor()).collect();
        sqlx::query!(
            "insert into ledger.closure_count (session_id, payment_type, expected_minor, counted_minor)
            select $1, n.* from unnest($2::text[], $3::bigint[], $4::bigint[]) n",
            open.session,
            &types as _,
            &expected,
            &counted,
        )
        .execute(&mut *db)
        .await?;
        let view = SessionView::find(db, retailer.uuid(), open.session).await?;
        let told = |is_open: bool| json!({"session_id": open.session, "is_open": is_open});
        self.note_change(Some(told(true)), told(false));
        view.ok_or_else(|| StoreError::corrupt("register_session", "session_id", "gone").into())
    }
}
