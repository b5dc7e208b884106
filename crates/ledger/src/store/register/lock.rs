//! A register's row lock puts its openings, payments and closures in a row.

use retail::RetailerId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{OpenSession, RegisterError};
use crate::store::row::{self, SqlTimestamp};

/// Alone: for whoever opens or closes.
pub(super) async fn alone(
    db: &mut PgConnection,
    retailer: RetailerId,
    register: Uuid,
) -> Result<(), RegisterError> {
    let found = sqlx::query_scalar!(
        "select r.register_id from ledger.register r
        join ledger.outlet o on o.outlet_id = r.outlet_id
        where r.register_id = $1 and o.retailer_id = $2
        for update of r",
        register,
        retailer.uuid(),
    )
    .fetch_optional(db)
    .await?;
    found.map(|_| ()).ok_or(RegisterError::UnknownRegister)
}

/// Shared: nobody closes it until the transaction ends.
pub(in crate::store) async fn shared(
    db: &mut PgConnection,
    retailer: RetailerId,
    register: Uuid,
) -> Result<(), RegisterError> {
    let found = sqlx::query_scalar!(
        "select r.register_id from ledger.register r
        join ledger.outlet o on o.outlet_id = r.outlet_id
        where r.register_id = $1 and o.retailer_id = $2
        for share of r",
        register,
        retailer.uuid(),
    )
    .fetch_optional(db)
    .await?;
    found.map(|_| ()).ok_or(RegisterError::UnknownRegister)
}

/// The session that is open, of a register that is locked.
pub(super) async fn open_session(
    db: &mut PgConnection,
    register: Uuid,
) -> Result<Option<OpenSession>, RegisterError> {
    let newest = sqlx::query!(
        r#"select s.session_id, s.number, s.currency, s.float_minor,
            s.opened_at as "opened_at: SqlTimestamp",
            exists (select from ledger.closure c where c.session_id = s.session_id) as "is_closed!"
        from ledger.register_session s
        where s.register_id = $1
        order by s.number desc
        limit 1"#,
        register,
    )
    .fetch_optional(db)
    .await?;
    newest
        .filter(|newest| !newest.is_closed)
        .map(|open| {
            Ok(OpenSession {
                session: open.session_id,
                number: open.number,
                currency: row::currency_from(&open.currency)?,
                opened_at: open.opened_at.to_jiff(),
                float_minor: open.float_minor,
            })
        })
        .transpose()
}
