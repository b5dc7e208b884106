//! Everything that speaks SQL.

mod audit;
mod bulk;
mod channels;
mod check;
mod connect;
mod connection;
mod drift;
mod error;
mod image;
mod labels;
mod link;
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
use std::time::Duration;

use jiff::SignedDuration;
use service::clock::Clock;
use sqlx::{PgPool, Postgres, Transaction};

pub use audit::{AuditKey, AuditView};
pub use bulk::{BulkAsked, BulkCount, BulkError, Refused, RefusedReason, Selection};
pub use channels::{ChannelAsked, ChannelsAsked};
pub use check::PriceCheck;
pub use connect::{act_pool, own_pool, push_pool, read_pool};
pub use connection::{Told, ToldConnection};
pub use drift::{
    DriftError, DriftFilter, DriftKey, DriftPage, DriftSelection, DriftTaken, DriftView,
    FoundDrift, NewDrift, RefusedDrift, ScanAsked, ScannedProduct, SeenStock, ShopValue,
};
pub use error::StoreError;
pub use image::{ImageView, NewImage, ServedImage};
pub use labels::{LabelKind, LabelView};
pub use link::{
    ItemLinkView, LinkError, LinkFilter, LinkRows, LinkView, LinkWord, LinkedAll, LinksImported,
};
pub use list::{ProductKey, ProductSummary};
pub use migrate::{declared, migrate};
pub use once::{Act, Asked, Begun, Once, OnceError};
pub use outbox::{Entry, Outbox};
pub use product::{Filter, OnlineView, Origin, ProductBy, ProductView};
pub use push::{
    Anchored, Confirmed, Fence, FoundAnew, Held, ItemDoubt, KeptIntent, KeptLink, KeptListing,
    ListedItem, ListingFilter, ListingKey, ListingView, Neighbour, NewListing, NewTold, Postponed,
    PushRules, RefusalView, RepushAsked, RepushError, Review, Settle, SettledItem, Standing,
    StatusView, ToldFilter, ToldOutcome, ToldView, ToldWhat, Traces, TroubleView, Work, WorkKind,
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

    /// Whether what was last done at `last` is to be done again; what was never done is.
    fn is_due(&self, last: Option<row::SqlTimestamp>, every: Duration) -> bool {
        let every = SignedDuration::try_from(every).unwrap_or(SignedDuration::MAX);
        let last = last.map(row::SqlTimestamp::to_jiff);
        last.is_none_or(|last| self.clock.now().duration_since(last) >= every)
    }

    /// Several statements that see the same instant.
    async fn snapshot(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        let begin = "begin transaction isolation level repeatable read, read only";
        Ok(self.pool.begin_with(begin).await?)
    }
}
