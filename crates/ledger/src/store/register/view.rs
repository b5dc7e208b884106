//! Registers and their sessions, for those who look.

use std::collections::BTreeMap;

use jiff::Timestamp;
use retail::register::Count;
use retail::{Currency, Money, PaymentType, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::types::CASH;
use crate::store::row::SqlTimestamp;
use crate::store::{Reader, StoreError, row};

/// A till, with the session that is open on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterView {
    pub register: Uuid,
    pub name: String,
    pub outlet: Uuid,
    pub outlet_name: String,
    /// Its number and when it was opened; `None`: the register is closed.
    pub open: Option<(i32, Timestamp)>,
}

/// A session and, once it is closed, its closure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionView {
    pub session: Uuid,
    pub register: Uuid,
    pub number: i32,
    pub float: Money,
    pub opened_at: Timestamp,
    pub opened_by: String,
    /// What must be there, by means of payment; of a closed one, what was there when it was closed.
    pub expected: BTreeMap<PaymentType, Money>,
    pub closure: Option<ClosureView>,
    /// Payments recorded while it was open that are in no closure (SH-15).
    pub outside: Vec<TillPaymentView>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosureView {
    pub closed_at: Timestamp,
    pub closed_by: String,
    pub note: String,
    pub counts: Vec<Count>,
    pub online: Vec<OnlineView>,
    /// How much of the online money people had recorded, a sum for each currency: it counts once.
    pub covered: Vec<Money>,
}

/// Online payments in a closure, by one means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnlineView {
    /// Ours where the shop's was mapped, else the shop's.
    pub method: String,
    pub received: Money,
    pub refunded: Money,
    /// How many rows of the books it is.
    pub count: i64,
}

/// A payment that a person recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TillPaymentView {
    pub payment: Uuid,
    pub sale: Uuid,
    pub session: Uuid,
    pub is_outside: bool,
    pub payment_type: String,
    pub amount: Money,
    pub paid_at: Timestamp,
    pub recorded_at: Timestamp,
    pub actor: String,
    pub note: String,
}

/// Where a page of sessions ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionKey {
    pub opened_at: Timestamp,
    pub session: Uuid,
}

impl Reader {
    /// All registers of a retailer, by outlet and name.
    pub async fn registers(&self, retailer: RetailerId) -> Result<Vec<RegisterView>, StoreError> {
        let found = sqlx::query!(
            r#"select r.register_id, r.name, o.outlet_id, o.name as outlet_name,
                s.number as "number?", s.opened_at as "opened_at?: SqlTimestamp"
            from ledger.outlet o
            join ledger.register r on r.outlet_id = o.outlet_id
            left join lateral (
                select n.number, n.opened_at from ledger.register_session n
                where n.register_id = r.register_id and not exists (
                    select from ledger.closure c where c.session_id = n.session_id)
                order by n.number desc
                limit 1) s on true
            where o.retailer_id = $1
            order by o.name, r.name, r.register_id"#,
            retailer.uuid(),
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(found
            .into_iter()
            .map(|found| RegisterView {
                register: found.register_id,
                name: found.name,
                outlet: found.outlet_id,
                outlet_name: found.outlet_name,
                open: found.number.zip(found.opened_at.map(SqlTimestamp::to_jiff)),
            })
            .collect())
    }

    /// One session.
    pub async fn session(
        &self,
        retailer: RetailerId,
        session: Uuid,
    ) -> Result<Option<SessionView>, StoreError> {
        let mut db = self.snapshot().await?;
        SessionView::find(&mut db, retailer.uuid(), session).await
    }

    /// Sessions of a retailer or of one register, the last opened first.
    pub async fn sessions(
        &self,
        retailer: RetailerId,
        register: Option<Uuid>,
        after: Option<SessionKey>,
        limit: i64,
    ) -> Result<Vec<SessionView>, StoreError> {
        let mut db = self.snapshot().await?;
        let ids = sqlx::query_scalar!(
            "select session_id from ledger.register_session
            where retailer_id = $1 and ($2::uuid is null or register_id = $2)
                and ($3::timestamptz is null or (opened_at, session_id) < ($3, $4::uuid))
            order by opened_at desc, session_id desc
            limit $5",
            retailer.uuid(),
            register,
            after.map(|key| row::at(key.opened_at)) as _,
            after.map(|key| key.session),
            limit,
        )
        .fetch_all(&mut *db)
        .await?;
        let mut sessions = Vec::with_capacity(ids.len());
        for id in ids {
            sessions.extend(SessionView::find(&mut db, retailer.uuid(), id).await?);
        }
        Ok(sessions)
    }
}

impl SessionView {
    pub(super) async fn find(
        db: &mut PgConnection,
        retailer: Uuid,
        session: Uuid,
    ) -> Result<Option<Self>, StoreError> {
        let Some(found) = sqlx::query!(
            r#"select s.register_id, s.number, s.currency, s.float_minor, s.opened_by,
                s.opened_at as "opened_at: SqlTimestamp",
                c.closed_at as "closed_at?: SqlTimestamp", c.closed_by as "closed_by?",
                c.note as "note?"
            from ledger.register_session s
            left join ledger.closure c on c.session_id = s.session_id
            where s.session_id = $1 and s.retailer_id = $2"#,
            session,
            retailer,
        )
        .fetch_optional(&mut *db)
        .await?
        else {
            return Ok(None);
        };
        let currency = row::currency_from(&found.currency)?;
        let closed = found.closed_at.zip(found.closed_by).zip(found.note);
        let closure = match closed {
            Some(((closed_at, closed_by), note)) => Some(ClosureView {
                closed_at: closed_at.to_jiff(),
                closed_by,
                note,
                counts: counts(db, session, currency).await?,
                online: online(db, session).await?,
                covered: covered(db, session).await?,
            }),
            None => None,
        };
        let expected = match &closure {
            Some(closure) => closure
                .counts
                .iter()
                .map(|count| (count.payment_type.clone(), count.expected))
                .collect(),
            None => expected(db, session, currency, found.float_minor).await?,
        };
        Ok(Some(Self {
            session,
            register: found.register_id,
            number: found.number,
            float: Money::new(found.float_minor, currency),
            opened_at: found.opened_at.to_jiff(),
            opened_by: found.opened_by,
            expected,
            closure,
            outside: outside(db, session).await?,
        }))
    }
}

/// What must be there: the float, and what was recorded as paid.
pub(super) async fn expected(
    db: &mut PgConnection,
    session: Uuid,
    currency: Currency,
    float_minor: i64,
) -> Result<BTreeMap<PaymentType, Money>, StoreError> {
    let sums = sqlx::query!(
        r#"select payment_type as "payment_type!", sum(minor)::bigint as "minor!" from (
            select payment_type, amount_minor as minor from ledger.till_payment
            where session_id = $1 and not is_outside
            union all
            select $2, $3::bigint where $3 <> 0) taken
        group by payment_type"#,
        session,
        CASH,
        float_minor,
    )
    .fetch_all(db)
    .await?;
    sums.into_iter()
        .map(|sum| {
            Ok((
                payment_type_from(&sum.payment_type)?,
                Money::new(sum.minor, currency),
            ))
        })
        .collect()
}

async fn counts(
    db: &mut PgConnection,
    session: Uuid,
    currency: Currency,
) -> Result<Vec<Count>, StoreError> {
    sqlx::query!(
        "select payment_type, expected_minor, counted_minor from ledger.closure_count
        where session_id = $1 order by payment_type",
        session,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|found| {
        Ok(Count {
            payment_type: payment_type_from(&found.payment_type)?,
            expected: Money::new(found.expected_minor, currency),
            counted: Money::new(found.counted_minor, currency),
        })
    })
    .collect()
}

async fn online(db: &mut PgConnection, session: Uuid) -> Result<Vec<OnlineView>, StoreError> {
    sqlx::query!(
        "select method, currency, received_minor, refunded_minor, payment_count
        from ledger.closure_online where session_id = $1 order by method, currency",
        session,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|found| {
        let currency = row::currency_from(&found.currency)?;
        Ok(OnlineView {
            method: found.method,
            received: Money::new(found.received_minor, currency),
            refunded: Money::new(found.refunded_minor, currency),
            count: found.payment_count,
        })
    })
    .collect()
}

async fn covered(db: &mut PgConnection, session: Uuid) -> Result<Vec<Money>, StoreError> {
    sqlx::query!(
        r#"select currency, sum(covered_minor)::bigint as "covered!" from ledger.session_cover
        where session_id = $1 group by currency order by currency"#,
        session,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|found| {
        Ok(Money::new(
            found.covered,
            row::currency_from(&found.currency)?,
        ))
    })
    .collect()
}

async fn outside(db: &mut PgConnection, session: Uuid) -> Result<Vec<TillPaymentView>, StoreError> {
    sqlx::query!(
        r#"select payment_id, sale_id, session_id, is_outside, payment_type, currency, amount_minor,
            paid_at as "paid_at: SqlTimestamp", recorded_at as "recorded_at: SqlTimestamp",
            actor, note
        from ledger.till_payment
        where session_id = $1 and is_outside
        order by recorded_at, payment_id"#,
        session,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|found| {
        Ok(TillPaymentView {
            payment: found.payment_id,
            sale: found.sale_id,
            session: found.session_id,
            is_outside: found.is_outside,
            payment_type: found.payment_type,
            amount: Money::new(found.amount_minor, row::currency_from(&found.currency)?),
            paid_at: found.paid_at.to_jiff(),
            recorded_at: found.recorded_at.to_jiff(),
            actor: found.actor,
            note: found.note,
        })
    })
    .collect()
}

fn payment_type_from(text: &str) -> Result<PaymentType, StoreError> {
    PaymentType::new(text).map_err(|_| StoreError::corrupt("closure_count", "payment_type", text))
}
