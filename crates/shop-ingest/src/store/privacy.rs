//! What shops ask on behalf of people.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx as _;
use retail::{ConnectionId, RetailerId};
use shop::PrivacyKind;

use super::{SqlTimestamp, Store, StoreError};

const TABLE: &str = "privacy_request";

/// For a request to be answered, from its delivery on.
pub const PRIVACY_DEADLINE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Requests told at once, those first that are due first.
const LIMIT: i64 = 500;

/// A request to be answered by people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivacyRequest {
    pub connection: ConnectionId,
    /// Of the delivery it came by.
    pub delivery: String,
    pub kind: PrivacyKind,
    pub received_at: Timestamp,
    pub due_at: Timestamp,
}

impl Store {
    /// The same delivery is recorded once, however often it comes.
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
        } = request;
        let purpose = format!("{}/{TABLE}/{connection}/{delivery}/body", self.schema);
        sqlx::query!(
            "insert into privacy_request (connection_id, delivery_id, kind, received_at, due_at, sealed_body)
            values ($1, $2, $3, $4, $5, $6)
            on conflict on constraint privacy_request_pkey do nothing",
            connection.uuid(),
            delivery,
            kind.as_str(),
            received_at.to_sqlx() as _,
            due_at.to_sqlx() as _,
            self.keyring.seal(purpose.as_bytes(), body),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// A retailer's, those first that are due first.
    pub async fn privacy_requests(
        &self,
        retailer: RetailerId,
    ) -> Result<Vec<PrivacyRequest>, StoreError> {
        let rows = sqlx::query!(
            r#"select connection_id, delivery_id, kind, received_at as "received_at: SqlTimestamp",
                due_at as "due_at: SqlTimestamp"
            from privacy_request join connection using (connection_id)
            where retailer_id = $1
            order by due_at, connection_id, delivery_id
            limit $2"#,
            retailer.uuid(),
            LIMIT,
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                let kind = PrivacyKind::ALL
                    .into_iter()
                    .find(|kind| kind.as_str() == row.kind)
                    .ok_or_else(|| {
                        StoreError::corrupt(TABLE, &row.delivery_id, "its kind is not known")
                    })?;
                Ok(PrivacyRequest {
                    connection: ConnectionId::new(row.connection_id),
                    delivery: row.delivery_id,
                    kind,
                    received_at: row.received_at.to_jiff(),
                    due_at: row.due_at.to_jiff(),
                })
            })
            .collect()
    }
}
