//! What shops ask on behalf of people.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx as _;
use retail::{ConnectionId, RetailerId};
use serde_json::json;
use shop::PrivacyKind;
use sqlx::PgConnection;

use super::audit::Entry;
use super::{Audited, ConnectionState, SqlTimestamp, Store, StoreError};

const TABLE: &str = "privacy_request";

/// For a request to be answered, from its delivery on.
pub const PRIVACY_DEADLINE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Requests told at once, those first that are due first.
const LIMIT: i64 = 500;

/// A request, and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivacyRequest {
    pub connection: ConnectionId,
    /// Of the delivery it came by.
    pub delivery: String,
    pub kind: PrivacyKind,
    pub received_at: Timestamp,
    pub due_at: Timestamp,
    /// `None` while it is open.
    pub answer: Option<PrivacyAnswer>,
}

/// How a request was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivacyAnswer {
    pub at: Timestamp,
    pub outcome: PrivacyOutcome,
    /// `None`: nobody had to.
    pub by: Option<String>,
}

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrivacyOutcome {
    /// Somebody took what is held, to give it to the shopkeeper.
    Exported,
    Erased,
    /// Nobody was known by what it says.
    NothingHeld,
    /// The shop is linked again: nothing of it goes.
    LinkedAgain,
}

/// An erasure that is asked for and not done.
#[derive(Debug)]
pub struct OpenErasure {
    pub retailer: RetailerId,
    pub connection: ConnectionId,
    pub delivery: String,
    pub kind: PrivacyKind,
    pub received_at: Timestamp,
    pub state: ConnectionState,
    /// When the connection changed last: where it is parted with, by then.
    pub changed_at: Timestamp,
    sealed_body: Vec<u8>,
}

impl PrivacyOutcome {
    const ALL: [Self; 4] = [
        Self::Exported,
        Self::Erased,
        Self::NothingHeld,
        Self::LinkedAgain,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exported => "exported",
            Self::Erased => "erased",
            Self::NothingHeld => "nothing_held",
            Self::LinkedAgain => "linked_again",
        }
    }
}

impl Store {
    /// The same delivery is recorded once, however often it comes. One that says the same as an older request that was
    /// answered by then asks for it again: a shop's second erasure has the bytes of its first.
    pub async fn record_privacy(
        &self,
        request: &PrivacyRequest,
        body: &[u8],
    ) -> Result<(), StoreError> {
        let PrivacyRequest {
            connection,
            delivery,
            kind,
            received_at,
            due_at,
            answer: _,
        } = request;
        sqlx::query!(
            "insert into privacy_request (connection_id, delivery_id, kind, received_at, due_at, sealed_body)
            values ($1, $2, $3, $4, $5, $6)
            on conflict on constraint privacy_request_pkey do update set
                received_at = excluded.received_at, due_at = excluded.due_at,
                sealed_body = excluded.sealed_body, answered_at = null, answer = null, answered_by = null
            where privacy_request.answered_at < excluded.received_at",
            connection.uuid(),
            delivery,
            kind.as_str(),
            received_at.to_sqlx() as _,
            due_at.to_sqlx() as _,
            self.keyring.seal(&self.privacy_purpose(*connection, delivery), body),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// A retailer's, those that are open first, and of these those that are due first.
    pub async fn privacy_requests(
        &self,
        retailer: RetailerId,
    ) -> Result<Vec<PrivacyRequest>, StoreError> {
        let rows = sqlx::query_as!(
            Row,
            r#"select connection_id, delivery_id, kind, received_at as "received_at: SqlTimestamp",
                due_at as "due_at: SqlTimestamp", answered_at as "answered_at: SqlTimestamp", answer,
                answered_by
            from privacy_request join connection using (connection_id)
            where retailer_id = $1
            order by answered_at is not null, due_at, connection_id, delivery_id
            limit $2"#,
            retailer.uuid(),
            LIMIT,
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(Row::read).collect()
    }

    /// One request, with what the shop says of whom until it is answered.
    pub async fn privacy_request(
        &self,
        retailer: RetailerId,
        connection: ConnectionId,
        delivery: &str,
    ) -> Result<Option<(PrivacyRequest, Option<Vec<u8>>)>, StoreError> {
        let row = sqlx::query!(
            r#"select kind, received_at as "received_at: SqlTimestamp",
                due_at as "due_at: SqlTimestamp", answered_at as "answered_at: SqlTimestamp", answer,
                answered_by, sealed_body
            from privacy_request join connection using (connection_id)
            where retailer_id = $1 and connection_id = $2 and delivery_id = $3"#,
            retailer.uuid(),
            connection.uuid(),
            delivery,
        )
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let body = row
            .sealed_body
            .map(|sealed| self.said(connection, delivery, &sealed));
        let request = Row {
            connection_id: connection.uuid(),
            delivery_id: delivery.to_owned(),
            kind: row.kind,
            received_at: row.received_at,
            due_at: row.due_at,
            answered_at: row.answered_at,
            answer: row.answer,
            answered_by: row.answered_by,
        };
        Ok(Some((request.read()?, body.transpose()?)))
    }

    /// What the shop says of whom.
    pub fn said_in(&self, erasure: &OpenErasure) -> Result<Vec<u8>, StoreError> {
        let OpenErasure {
            connection,
            delivery,
            sealed_body,
            ..
        } = erasure;
        self.said(*connection, delivery, sealed_body)
    }

    /// Erasures that are not done, those first that are due first.
    pub async fn open_erasures(&self) -> Result<Vec<OpenErasure>, StoreError> {
        let rows = sqlx::query!(
            r#"select retailer_id, connection_id, delivery_id, kind, state, sealed_body as "sealed_body!",
                received_at as "received_at: SqlTimestamp", changed_at as "changed_at: SqlTimestamp"
            from privacy_request join connection using (connection_id)
            where answered_at is null and kind in ('customer_erasure', 'shop_erasure')
            order by due_at, connection_id, delivery_id
            limit $1"#,
            LIMIT,
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                let connection = ConnectionId::new(row.connection_id);
                Ok(OpenErasure {
                    retailer: RetailerId::new(row.retailer_id),
                    connection,
                    kind: kind_from(&row.kind, &row.delivery_id)?,
                    state: ConnectionState::read(&row.state).ok_or_else(|| {
                        StoreError::corrupt("connection", connection, "its state is not known")
                    })?,
                    received_at: row.received_at.to_jiff(),
                    changed_at: row.changed_at.to_jiff(),
                    sealed_body: row.sealed_body,
                    delivery: row.delivery_id,
                })
            })
            .collect()
    }

    /// What nobody has to answer: once, and what it said of whom is gone with it. `false`: it was answered before.
    pub async fn answer_privacy(
        &self,
        connection: ConnectionId,
        delivery: &str,
        answer: &PrivacyAnswer,
    ) -> Result<bool, StoreError> {
        let mut db = self.pool.acquire().await?;
        self::answer(&mut db, connection, delivery, answer).await
    }

    fn said(
        &self,
        connection: ConnectionId,
        delivery: &str,
        sealed: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        self.keyring
            .open(&self.privacy_purpose(connection, delivery), sealed)
            .map_err(|error| StoreError::corrupt(TABLE, delivery, error))
    }

    fn privacy_purpose(&self, connection: ConnectionId, delivery: &str) -> Vec<u8> {
        format!("{}/{TABLE}/{connection}/{delivery}/body", self.schema).into_bytes()
    }
}

impl Audited {
    /// By a person; else as [`Store::answer_privacy`].
    pub async fn answer_privacy(
        mut self,
        connection: ConnectionId,
        delivery: &str,
        outcome: PrivacyOutcome,
    ) -> Result<bool, StoreError> {
        let answer = PrivacyAnswer {
            at: self.at(),
            outcome,
            by: Some(self.asked().actor.clone()),
        };
        if !self::answer(self.db(), connection, delivery, &answer).await? {
            return Ok(false);
        }
        self.finish(Entry {
            connection: Some(connection),
            subject: format!("privacy_request {delivery}"),
            before: Some(json!({"answer": null})),
            after: Some(json!({"answer": outcome.as_str()})),
        })
        .await?;
        Ok(true)
    }
}

async fn answer(
    db: &mut PgConnection,
    connection: ConnectionId,
    delivery: &str,
    answer: &PrivacyAnswer,
) -> Result<bool, StoreError> {
    let PrivacyAnswer { at, outcome, by } = answer;
    let answered = sqlx::query!(
        "update privacy_request
        set answered_at = $3, answer = $4, answered_by = $5, sealed_body = null
        where connection_id = $1 and delivery_id = $2 and answered_at is null",
        connection.uuid(),
        delivery,
        at.to_sqlx() as _,
        outcome.as_str(),
        by.as_deref(),
    )
    .execute(db)
    .await?;
    Ok(answered.rows_affected() == 1)
}

struct Row {
    connection_id: uuid::Uuid,
    delivery_id: String,
    kind: String,
    received_at: SqlTimestamp,
    due_at: SqlTimestamp,
    answered_at: Option<SqlTimestamp>,
    answer: Option<String>,
    answered_by: Option<String>,
}

impl Row {
    fn read(self) -> Result<PrivacyRequest, StoreError> {
        let Self {
            connection_id,
            delivery_id,
            kind,
            received_at,
            due_at,
            answered_at,
            answer,
            answered_by,
        } = self;
        let kind = kind_from(&kind, &delivery_id)?;
        let answer = match answered_at.zip(answer) {
            None => None,
            Some((at, text)) => {
                let known = PrivacyOutcome::ALL.into_iter();
                let mut known = known.filter(|outcome| outcome.as_str() == text);
                let outcome = known.next().ok_or_else(|| {
                    StoreError::corrupt(TABLE, &delivery_id, "its answer is not known")
                })?;
                Some(PrivacyAnswer {
                    at: at.to_jiff(),
                    outcome,
                    by: answered_by,
                })
            }
        };
        Ok(PrivacyRequest {
            connection: ConnectionId::new(connection_id),
            delivery: delivery_id,
            kind,
            received_at: received_at.to_jiff(),
            due_at: due_at.to_jiff(),
            answer,
        })
    }
}

fn kind_from(text: &str, delivery: &str) -> Result<PrivacyKind, StoreError> {
    PrivacyKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .ok_or_else(|| StoreError::corrupt(TABLE, delivery, "its kind is not known"))
}
