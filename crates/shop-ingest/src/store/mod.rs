//! Everything of an ingest service that speaks SQL: one schema for each platform, `ingest_<code>`, which
//! no statement names. `search_path` does.

mod access;
mod audit;
mod connect;
mod connection;
mod delivery;
mod erase;
mod error;
mod hooks;
mod import;
mod install;
mod kept;
mod link;
mod migrate;
mod missed;
mod order_count;
mod plant;
mod poll;
mod privacy;
pub mod privilege;
mod removal;
mod schema;
mod settings;

use std::sync::Arc;

use retail::PlatformCode;
use service::seal::Keyring;
use sqlx::PgPool;

pub use access::AccessSeen;
pub use audit::{Asked, Asker, AuditPlace, AuditView, Audited};
pub use connect::{call_pool, pool};
pub use connection::{ConnectionState, ImportStanding, StoredConnection};
pub use delivery::{DeliveryOrigin, RawDelivery};
pub use erase::{DeliveryPlace, Searched};
pub use error::StoreError;
pub use hooks::HooksSeen;
pub use import::{
    FoundOrder, ImportJob, ImportKind, JobState, LevelPlace, PlanCounts, PlannedLevel,
    PlannedOrder, ScannedPage, StartError, StartedAs, Then, Untold, Verdict,
};
pub use install::{DoorHash, Install, InstallKey, InstallStep, NewInstall, Terms};
pub use kept::KeptDelivery;
pub use link::Linked;
pub use migrate::{declared, migrate};
pub use missed::{Missed, MissedCount};
pub use order_count::{Counted, OrderCount};
pub use plant::Planted;
pub use poll::{PollState, Underway};
pub use privacy::{OpenErasure, PRIVACY_DEADLINE, PrivacyAnswer, PrivacyOutcome, PrivacyRequest};
pub use schema::Schema;
pub use settings::{
    ChannelBuffer, ConnectionSettings, SettingsChange, StockAt, StockSide, WrongChannelBuffer,
};

type SqlTimestamp = jiff_sqlx::Timestamp;

/// The service's memory. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pool: PgPool,
    keyring: Arc<Keyring>,
    schema: Schema,
}

impl Store {
    /// On a pool made by [`pool`] for the same schema.
    #[must_use]
    pub fn new(pool: PgPool, keyring: Arc<Keyring>, schema: Schema) -> Self {
        Self {
            pool,
            keyring,
            schema,
        }
    }

    /// The same on another pool for the same schema.
    #[must_use]
    pub fn on(&self, pool: PgPool) -> Self {
        Self {
            pool,
            ..self.clone()
        }
    }

    /// Whose connections these are.
    #[must_use]
    pub const fn platform(&self) -> &PlatformCode {
        self.schema.platform()
    }
}

/// As a count of rows or failures is stored.
fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
