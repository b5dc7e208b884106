//! Reading for those who ask. Never decides a write.

mod actions;
mod audit;
mod catalogue;
mod chain;
mod customers;
mod explain;
mod fulfilment;
mod fulfilment_acts;
mod held;
mod kept;
mod known_orders;
mod levels;
mod levels_as_of;
mod list_sales;
mod movements;
mod open_quantities;
mod parked;
mod products;
mod pushable;
mod receipt;
mod reservations;
mod sale_view;
mod settled;
mod stream_sales;
mod till_lines;
mod verify;
mod verify_fulfilment;
mod verify_rules;
mod verify_stock;
mod verify_till;

use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use uuid::Uuid;

use super::StoreError;

pub use actions::{ActionKey, ActionView};
pub use audit::{AuditKey, AuditView};
pub use catalogue::{CatalogueCheck, FINDINGS_SHOWN_LIMIT, Finding, FindingKind};
pub use chain::StandingBlock;
pub use customers::{CustomerView, MergeView, PersonView};
pub use explain::Explained;
pub use fulfilment::{FulfilmentFilter, FulfilmentState, FulfilmentView};
pub use fulfilment_acts::{PartView, StepView};
pub use held::{HeldKey, HeldView, KeptHeld};
pub use kept::{KeptParked, ParkedFilter, RetryCounts};
pub use known_orders::{KnownOrder, Standing};
pub use levels::{LevelKey, LevelView};
pub use levels_as_of::{AsOf, LevelAsOf};
pub use list_sales::{SaleFilter, SaleKey};
pub use movements::{CauseView, KitCause, MovementView, SaleCause};
pub use open_quantities::OpenQuantity;
pub use parked::{ParkedKeyView, ParkedView};
pub use products::{KindView, ProductKey, ProductQuestion, ProductReport, ProductView};
pub use pushable::{Mark, PushableAsked, PushableError, PushableView};
pub use receipt::{DeliveryView, Receipt};
pub use sale_view::{LineView, PaymentView, SaleParts, SaleView};
pub use stream_sales::{ChangeKey, ChangedSales};
pub use till_lines::{TillLineView, TillPrice};
pub use verify::{CheckView, FAILURES_SHOWN_LIMIT};

/// The ledger's tables, for reading.
#[derive(Clone, Debug)]
pub struct Reader {
    pub(super) pool: PgPool,
}

impl Reader {
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Several statements that see the same instant.
    pub(super) async fn snapshot(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        let begin = "begin transaction isolation level repeatable read, read only";
        Ok(self.pool.begin_with(begin).await?)
    }
}

/// The item a SKU means: the living one, else the tombstone that had it last.
pub(super) async fn item_by_sku(
    db: &mut PgConnection,
    retailer: Uuid,
    sku: &str,
) -> Result<Option<Uuid>, StoreError> {
    let found = sqlx::query_scalar!(
        "select item_id from ledger.item
        where retailer_id = $1 and sku_key = $2 and sku is not null
        order by deleted_at desc nulls first
        limit 1",
        retailer,
        sku,
    )
    .fetch_optional(db)
    .await?;
    Ok(found)
}
