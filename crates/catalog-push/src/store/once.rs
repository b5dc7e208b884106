//! What a caller asks for under a key of its own is done once; asked for again, it is answered.

use jiff::Timestamp;
use prost::Message;
use retail::RetailerId;
use serde_json::Value;
use service::access::Caller;
use sha2::{Digest as _, Sha256};
use sqlx::{PgConnection, PgTransaction};
use uuid::Uuid;

use super::{Store, StoreError, row};

/// Who asks, why, and the key by which it is done once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    pub request: Uuid,
    /// In the caller's words.
    pub actor: String,
    pub note: String,
}

/// Who asks for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    retailer: RetailerId,
    act: Act,
    method: &'static str,
    digest: [u8; 32],
}

/// What to do about it.
#[derive(Debug)]
pub enum Begun<A> {
    /// It was done before, with this answer.
    Before(A),
    Now(Box<Once>),
}

/// A transaction in which something is done once, all of it or nothing. Dropped, nothing was done.
#[derive(Debug)]
pub struct Once {
    db: PgTransaction<'static>,
    asked: Asked,
    now: Timestamp,
    change: Change,
}

/// What it changes that was there, for the audit log.
#[derive(Debug, Default)]
struct Change {
    before: Option<Value>,
    after: Option<Value>,
}

/// Why nothing was begun.
#[derive(Debug, thiserror::Error)]
pub enum OnceError {
    #[error("request id {0} was used for something else")]
    Reused(Uuid),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Asked {
    /// `question` asks for `method`, which is named as in `Catalog.SaveProduct`.
    #[must_use]
    pub fn new(
        retailer: RetailerId,
        act: Act,
        method: &'static str,
        question: &impl Message,
    ) -> Self {
        Self {
            retailer,
            act,
            method,
            digest: Sha256::digest(question.encode_to_vec()).into(),
        }
    }
}

impl Store {
    /// Begins what is asked for, unless it was done before. Others who ask under the same key wait until
    /// it is done or given up.
    pub async fn once<A: Message + Default>(&self, asked: Asked) -> Result<Begun<A>, OnceError> {
        let mut db = self.pool.begin().await.map_err(StoreError::from)?;
        let Asked {
            retailer,
            act: Act { request, .. },
            method,
            digest,
        } = &asked;
        lock(&mut db, *retailer, *request).await?;
        let before = sqlx::query!(
            "select method, digest, answer from catalog.request
            where retailer_id = $1 and request_id = $2",
            retailer.uuid(),
            request,
        )
        .fetch_optional(&mut *db)
        .await
        .map_err(StoreError::from)?;
        let Some(before) = before else {
            return Ok(Begun::Now(Box::new(Once {
                db,
                asked,
                now: row::as_kept(self.clock.now()),
                change: Change::default(),
            })));
        };
        if before.method != *method || before.digest != digest {
            return Err(OnceError::Reused(*request));
        }
        let answer = A::decode(&*before.answer)
            .map_err(|_| StoreError::corrupt("request", "answer", method))?;
        Ok(Begun::Before(answer))
    }
}

impl Once {
    /// For statements that belong to it.
    pub(super) fn db(&mut self) -> &mut PgConnection {
        &mut self.db
    }

    /// The instant at which all of it is done.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    #[must_use]
    pub const fn retailer(&self) -> RetailerId {
        self.asked.retailer
    }

    #[must_use]
    pub const fn act(&self) -> &Act {
        &self.asked.act
    }

    /// Notes for the audit log what something was and what it is now; `None` where there was nothing.
    pub(super) fn note_change(&mut self, before: Option<Value>, after: Value) {
        self.change = Change {
            before,
            after: Some(after),
        };
    }

    /// Commits it, with the answer that whoever asks again will get.
    pub async fn finish(self, answer: &impl Message) -> Result<(), StoreError> {
        let Self {
            mut db,
            asked,
            now,
            change: Change { before, after },
        } = self;
        let caller = Caller::current();
        let Asked {
            retailer,
            act:
                Act {
                    request,
                    actor,
                    note,
                },
            method,
            digest,
        } = asked;
        sqlx::query!(
            "insert into catalog.request (retailer_id, request_id, method, digest, answer, actor,
                note, done_at, caller, token_id, before, after)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            retailer.uuid(),
            request,
            method,
            digest.as_slice(),
            answer.encode_to_vec(),
            actor,
            note,
            row::at(now) as _,
            caller.as_ref().map(|caller| caller.name.as_str()),
            caller.as_ref().and_then(|caller| caller.token),
            before,
            after,
        )
        .execute(&mut *db)
        .await?;
        db.commit().await?;
        Ok(())
    }
}

/// Until the transaction ends. Two keys that share a lock by chance wait for each other and no more.
async fn lock(
    db: &mut PgConnection,
    retailer: RetailerId,
    request: Uuid,
) -> Result<(), StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended($1::text || $2::text, 0))",
        retailer.uuid().to_string(),
        request.to_string(),
    )
    .execute(db)
    .await?;
    Ok(())
}
