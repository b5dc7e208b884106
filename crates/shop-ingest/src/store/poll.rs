//! How far a shop's changes have been asked for.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use retail::ConnectionId;
use shop::PageToken;

use super::{SqlTimestamp, Store, StoreError};

/// Where polling a connection stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollState {
    /// When the shop was linked first: what changed before it does not sync by itself (WC-2).
    pub followed_from: Timestamp,
    /// Everything that changed before this instant of the shop's clock is in the inbox.
    pub polled_to: Timestamp,
    pub underway: Option<Underway>,
    /// When a listing came to its end last, by our clock.
    pub last_polled_at: Option<Timestamp>,
    /// In a row.
    pub failures: u32,
    pub last_failure: Option<String>,
}

/// A listing of which some pages are in the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Underway {
    /// What it asks for.
    pub since: Timestamp,
    /// What [`PollState::polled_to`] becomes at its end.
    pub to: Timestamp,
    /// By our clock.
    pub began_at: Timestamp,
    pub next: PageToken,
}

impl Store {
    pub async fn poll_state(&self, id: ConnectionId) -> Result<PollState, StoreError> {
        let row = sqlx::query!(
            r#"select followed_from as "followed_from: SqlTimestamp",
                polled_to as "polled_to: SqlTimestamp",
                listing_since as "listing_since: SqlTimestamp",
                listing_to as "listing_to: SqlTimestamp",
                listing_began_at as "listing_began_at: SqlTimestamp",
                page_token,
                last_polled_at as "last_polled_at: SqlTimestamp",
                failures, last_failure
            from poll where connection_id = $1"#,
            id.uuid(),
        )
        .fetch_one(&self.pool)
        .await?;
        let underway = match (
            row.listing_since,
            row.listing_to,
            row.listing_began_at,
            row.page_token,
        ) {
            (Some(since), Some(to), Some(began_at), Some(token)) => Some(Underway {
                since: since.to_jiff(),
                to: to.to_jiff(),
                began_at: began_at.to_jiff(),
                next: PageToken::new(&token)
                    .ok_or_else(|| StoreError::corrupt("poll", id, "its page token is none"))?,
            }),
            // Of the four the table has all or none.
            _ => None,
        };
        Ok(PollState {
            followed_from: row.followed_from.to_jiff(),
            polled_to: row.polled_to.to_jiff(),
            underway,
            last_polled_at: row.last_polled_at.map(SqlTimestamp::to_jiff),
            failures: u32::try_from(row.failures).unwrap_or_default(),
            last_failure: row.last_failure,
        })
    }

    /// Everything that changed before this instant of our clock is in the inbox, but for what the shop lists late.
    /// `None`: no listing has come to its end.
    pub async fn listed_to(&self, id: ConnectionId) -> Result<Option<Timestamp>, StoreError> {
        let listed_to = sqlx::query_scalar!(
            r#"select listed_to as "listed_to: SqlTimestamp" from poll where connection_id = $1"#,
            id.uuid(),
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(listed_to.map(SqlTimestamp::to_jiff))
    }

    /// A page is in the inbox, and the listing goes on.
    pub async fn listing_goes_on(
        &self,
        id: ConnectionId,
        underway: &Underway,
    ) -> Result<(), StoreError> {
        let Underway {
            since,
            to,
            began_at,
            next,
        } = underway;
        sqlx::query!(
            "update poll set listing_since = $2, listing_to = $3, listing_began_at = $4, page_token = $5
            where connection_id = $1",
            id.uuid(),
            since.to_sqlx() as _,
            to.to_sqlx() as _,
            began_at.to_sqlx() as _,
            next.as_str(),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The last page is in the inbox. What it found is applied if somebody asked for it before it began (SH-2).
    pub async fn listing_ended(
        &self,
        id: ConnectionId,
        polled_to: Timestamp,
        began_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut db = self.pool.begin().await?;
        sqlx::query!(
            "update poll set polled_to = $2, last_polled_at = $3, listed_to = $4, failures = 0, last_failure = null,
                listing_since = null, listing_to = null, listing_began_at = null, page_token = null
            where connection_id = $1",
            id.uuid(),
            polled_to.to_sqlx() as _,
            now.to_sqlx() as _,
            began_at.to_sqlx() as _,
        )
        .execute(&mut *db)
        .await?;
        sqlx::query!(
            "update connection set applied_to = $3, new_asked_at = null
            where connection_id = $1 and new_asked_at <= $2",
            id.uuid(),
            began_at.to_sqlx() as _,
            now.to_sqlx() as _,
        )
        .execute(&mut *db)
        .await?;
        db.commit().await?;
        Ok(())
    }

    /// The listing under way cannot go on; the next one begins anew, at the same instant.
    pub async fn listing_dropped(&self, id: ConnectionId) -> Result<(), StoreError> {
        sqlx::query!(
            "update poll set listing_since = null, listing_to = null, listing_began_at = null, page_token = null
            where connection_id = $1",
            id.uuid(),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Another failure in a row. `reason` quotes no answer and no secret.
    pub async fn poll_failed(
        &self,
        id: ConnectionId,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "update poll set failures = failures + 1, last_failure = $2, last_failed_at = $3
            where connection_id = $1",
            id.uuid(),
            reason,
            now.to_sqlx() as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
