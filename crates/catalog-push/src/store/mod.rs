//! Everything that speaks SQL.

mod audit;
mod bulk;
mod channels;
mod check;
mod connect;
mod connection;
mod error;
mod image;
mod labels;
mod list;
mod migrate;
mod once;
mod outbox;
mod product;
mod push;
mod remove;
mod row;
mod save;
mod settings;
mod sheet;
mod sold;

use std::sync::Arc;

use service::clock::Clock;
use sqlx::PgPool;

pub use audit::{AuditKey, AuditView};
pub use bulk::{BulkAsked, BulkCount, BulkError, Refused, RefusedReason, Selection};
pub use channels::{ChannelAsked, ChannelsAsked};
pub use check::PriceCheck;
pub use connect::{act_pool, own_pool, push_pool, read_pool};
pub use connection::{Told, ToldConnection};
pub use error::StoreError;
pub use image::{ImageView, NewImage, ServedImage};
pub use labels::{LabelKind, LabelView};
pub use list::{ProductKey, ProductSummary};
pub use migrate::{declared, migrate};
pub use once::{Act, Asked, Begun, Once, OnceError};
pub use outbox::{Entry, Outbox};
pub use product::{Filter, OnlineView, Origin, ProductBy, ProductView};
pub use push::{
    Confirmed, Fence, Held, KeptIntent, KeptLink, KeptListing, ListedItem, ListingFilter,
    ListingKey, ListingView, NewListing, NewTold, Postponed, PushRules, RefusalView, RepushAsked,
    RepushError, Settle, SettledItem, Standing, StatusView, ToldFilter, ToldOutcome, ToldView,
    ToldWhat, TroubleView, Work, WorkKind,
};
pub use remove::RemoveError;
pub use save::{Looked, SaveAsked, SaveError};
pub use settings::{Profile, SettingsAsked, SettingsView};
pub use sheet::{
    BeginSheet, ChangeView, FindingView, Identity, ItemFound, KeptRow, Lead, NewRow, RowKeys,
    SheetCount, SheetError, SheetPage, SheetPlace, SheetShop, SheetState, SheetView, SheetWork,
    Staged, StagedVariant, Step, ToldItem, Write,
};
pub use sold::{FirstSold, SoldFirst, SoldItem, SoldItems};

/// The catalogue. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pool: PgPool,
    clock: Arc<dyn Clock>,
}

impl Store {
    /// On a pool of this module.
    #[must_use]
    pub fn new(pool: PgPool, clock: Arc<dyn Clock>) -> Self {
        Self { pool, clock }
    }

    /// The same on another pool.
    #[must_use]
    pub fn on(&self, pool: PgPool) -> Self {
        Self {
            pool,
            clock: Arc::clone(&self.clock),
        }
    }
}
